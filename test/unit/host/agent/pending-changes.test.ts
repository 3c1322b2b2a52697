import assert from "node:assert/strict";
import { readlinkSync } from "node:fs";
import { readdir, readlink } from "node:fs/promises";
import type { ReleaseInput } from "@metrics-link/release";
import { afterEach, beforeEach, describe, it } from "mocha";
import { bootstrapWith, convergedHost, type FakeHost, file, soundRelease, tool } from "./fake-host.ts";
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

  describe("a restart whose release has another configuration for the same queue", () => {
    const reload = "reload metrics-link-prometheus.service";
    const restart = "restart metrics-link-prometheus.service";
    const withUnit = (unit: string, jobs: string): ReleaseInput => {
      const release = withQueue("a");
      const files = release.files.filter(({ path }) => path !== "systemd/metrics-link-prometheus.service");
      const added = [file("systemd/metrics-link-prometheus.service", unit), file("prometheus/jobs.yml", jobs)];
      return { ...release, files: [...files, ...added] };
    };
    let before: string;
    beforeEach(async () => {
      page = up();
      before = await host.publish(withUnit("[Service]\n# 1\n", "a: 1\n"));
      assert.equal((await host.converge(before)).outcome, "converged");
      host.commands.length = 0;
      page = down();
    });

    it("is pending, and Prometheus reads the files of the release at once, and once", async () => {
      const target = await host.publish(withUnit("[Service]\n# 2\n", "a: 2\n"));
      const report = await host.converge(target);
      assert.deepEqual([report.outcome, report.held[0]?.action, report.held[0]?.reloaded], ["held", "restart", true]);
      assert.deepEqual(host.changes, [reload]);
      host.commands.length = 0;
      page = down();
      const waiting = await host.timerRun();
      assert.deepEqual([waiting.outcome, waiting.held[0]?.reloaded, host.changes], ["held", true, []]);
      page = up();
      assert.equal((await host.timerRun()).outcome, "converged");
      assert.deepEqual(host.changes, [restart]);
    });

    it("reads those of the release before again on a return, or when the release fails", async () => {
      const target = await host.publish(withUnit("[Service]\n# 2\n", "a: 2\n"));
      await host.converge(target);
      host.commands.length = 0;
      page = down();
      assert.equal((await host.converge(before)).outcome, "held");
      assert.deepEqual(host.changes, [reload]);
      page = up();
      assert.equal((await host.timerRun()).outcome, "converged");
      host.commands.length = 0;

      page = down();
      const third = await host.publish(withUnit("[Service]\n# 3\n", "a: 3\n"));
      const { onAsk } = host;
      const isThird = () => readlinkSync(host.path("/opt/metrics-link/current")).endsWith(third);
      host.onAsk = (url, ...more) =>
        url.endsWith("/-/ready") && isThird() ? { status: 503, body: "" } : onAsk(url, ...more);
      assert.equal((await host.converge(third)).outcome, "rolledBack");
      assert.deepEqual(host.changes.filter((one) => one === reload).length, 2, host.changes.join("; "));
    });

    it("reads nothing early that only another version of the program may understand", async () => {
      const release = withUnit("[Service]\n# 2\n", "a: 2\n");
      const tools = release.tools.map((one) => (one.name === "envoy" ? tool("envoy", "envoy two") : one));
      const services = release.services.map((service) =>
        service.unit === "metrics-link-prometheus.service"
          ? { ...service, onChange: [...service.onChange, { tools: ["envoy"], action: "restart" as const }] }
          : service,
      );
      const report = await host.converge(await host.publish({ ...release, tools, services }));
      assert.deepEqual([report.outcome, host.changes], ["held", ["restart metrics-link-envoy.service"]]);
    });
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
