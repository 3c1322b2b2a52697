import assert from "node:assert/strict";
import { readdir, readlink } from "node:fs/promises";
import type { ReleaseInput } from "@metrics-link/release";
import { afterEach, beforeEach, describe, it } from "mocha";
import { bootstrapWith, convergedHost, type FakeHost, file, soundRelease } from "./fake-host.ts";
import { metricsPage, type Page } from "./prometheus-page.ts";

const metricsUrl = "http://127.0.0.1:9090/metrics";

/** A sender's release with this queue; Envoy's configuration tells releases apart as well. */
function withQueue(letter: string, envoy = letter): ReleaseInput {
  const sound = soundRelease();
  return {
    ...sound,
    files: [
      ...sound.files.filter(({ path }) => !/^(prometheus|envoy)\//.test(path)),
      file("prometheus/prometheus.yml", `remote_write: ${letter}\n`),
      file("envoy/bootstrap.json", bootstrapWith({ is: envoy })),
    ],
    services: sound.services.map((service) =>
      service.unit === "metrics-link-prometheus.service"
        ? { ...service, queue: { sha256: letter.repeat(64), metricsUrl, settleSeconds: 15 } }
        : service,
    ),
  };
}

describe("agent: pending changes", () => {
  let host: FakeHost;
  let first: string;
  let page: Page;
  const up = () => ({ sent: host.now / 1000, stored: host.now / 1000 - 1, pending: 0, retried: 0 });
  const down = () => ({ sent: host.now / 1000 - 73, stored: host.now / 1000, pending: 41_200, retried: 9 });

  beforeEach(async () => {
    ({ host } = await convergedHost());
    page = up();
    host.onAsk = (url) => ({ status: 200, body: url === metricsUrl ? metricsPage(page) : "" });
    first = await host.publish(withQueue("a"));
    assert.equal((await host.converge(first)).outcome, "converged");
    host.commands.length = 0;
    page = down();
  });
  afterEach(() => host.remove());

  const current = () => readlink(host.path("/opt/metrics-link/current"));

  it("a change that would drop the backlog is pending, the rest of the release comes into force", async () => {
    const target = await host.publish(withQueue("b"));
    const report = await host.converge(target);
    assert.equal(report.outcome, "held");
    assert.deepEqual(host.changes, ["restart metrics-link-envoy.service"]);
    assert.equal(await current(), `releases/${target}`);
    assert.equal(report.release, target);
    assert.deepEqual(report.held, [
      {
        unit: "metrics-link-prometheus.service",
        action: "reload",
        since: report.held[0]?.since,
        mainPid: "1",
        reason: "41200 samples are pending in the queue; the newest acknowledged one is 73 s old",
      },
    ]);
    assert.match(
      report.reasons.join("\n"),
      /^settle: reload of metrics-link-prometheus.service is pending: 41200 samples/,
    );
  });

  it("the timer keeps it pending, disturbs no service, and makes the change once the backlog is sent", async () => {
    const target = await host.publish(withQueue("b"));
    const { held } = await host.converge(target);
    host.commands.length = 0;
    host.now += 60_000;
    page = down();
    const waiting = await host.timerRun();
    assert.deepEqual([waiting.outcome, host.changes], ["held", []]);
    assert.equal(waiting.held[0]?.since, held[0]?.since, "since the first time");
    page = up();
    const done = await host.timerRun();
    assert.deepEqual([done.outcome, done.release, done.held], ["converged", target, []]);
    assert.deepEqual(host.changes, ["reload metrics-link-prometheus.service"]);
    host.commands.length = 0;
    await host.timerRun();
    assert.deepEqual(host.changes, [], "once is enough");
  });

  it("stays pending without the bucket too, and does not roll back", async () => {
    const target = await host.publish(withQueue("b"));
    await host.converge(target);
    host.objects.clear();
    assert.equal((await host.timerRun()).outcome, "held");
    assert.equal(await current(), `releases/${target}`);
  });

  it("is made at once with --force", async () => {
    const target = await host.publish(withQueue("b"));
    assert.equal((await host.converge(target, { force: true })).outcome, "converged");
    assert.deepEqual(host.changes, ["restart metrics-link-envoy.service", "reload metrics-link-prometheus.service"]);
  });

  it("a reload that keeps the queue is made at once", async () => {
    const release = withQueue("a");
    const target = await host.publish({
      ...release,
      files: [...release.files, file("prometheus/rules.yml", "x: 1\n")],
    });
    assert.equal((await host.converge(target)).outcome, "converged");
    assert.deepEqual(host.changes, ["reload metrics-link-prometheus.service"]);
  });

  it("a return to the previous release reverts the applied changes; the pending change needs nothing", async () => {
    await host.converge(await host.publish(withQueue("b")));
    host.commands.length = 0;
    const report = await host.converge(first);
    assert.equal(report.outcome, "converged");
    assert.deepEqual(host.changes, ["restart metrics-link-envoy.service"]);
  });

  it("a return is pending when systemd has restarted the service since: it may have seen the release", async () => {
    await host.converge(await host.publish(withQueue("b")));
    host.mainPids.set("metrics-link-prometheus.service", 2);
    assert.equal((await host.converge(first)).outcome, "held");
  });

  it("a later release is pending too, and the one that a service still runs on is kept", async () => {
    await host.converge(await host.publish(withQueue("b")));
    const third = await host.publish(withQueue("c"));
    assert.equal((await host.converge(third)).outcome, "held");
    const kept = await readdir(host.path("/opt/metrics-link/releases"));
    assert.ok(kept.includes(first), "the first one is what Prometheus runs on");
    page = up();
    assert.equal((await host.timerRun()).outcome, "converged");
    assert.equal(await current(), `releases/${third}`);
  });

  it("a rollback leaves an untouched service alone", async () => {
    let objected = false;
    host.onCommand = ([, verb, unit]) => {
      if (objected || verb !== "restart" || unit !== "metrics-link-envoy.service") return undefined;
      objected = true;
      return { code: 1, output: "Job failed" };
    };
    const report = await host.converge(await host.publish(withQueue("b")));
    assert.equal(report.outcome, "rolledBack");
    assert.ok(!host.changes.some((change) => change.endsWith("metrics-link-prometheus.service")), host.changes.join());
    assert.equal(report.rollbacks, 1);
  });

  it("drift is repaired and reported while a change is pending", async () => {
    const target = await host.publish(withQueue("b"));
    await host.converge(target);
    host.active.delete("metrics-link-envoy.service");
    const report = await host.timerRun();
    assert.equal(report.outcome, "held");
    assert.deepEqual(report.driftedFiles, ["metrics-link-envoy.service (did not run)"]);
  });
});
