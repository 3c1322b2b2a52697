import assert from "node:assert/strict";
import type { Release } from "@metrics-link/release";
import { statusOf } from "@metrics-link/sandbox/cli/status.ts";
import { edited, Releases } from "@metrics-link/sandbox/testing/releases.ts";
import { runAgent } from "../support/agent.ts";
import { eventually } from "../support/eventually.ts";
import { beforehand, nothingMissing } from "../support/samples.ts";
import { on, sandbox } from "../support/sandbox.ts";
import { needs, world } from "../support/world.ts";

const bootstrap = "envoy/bootstrap.json";
const envoy = "metrics-link-envoy.service";
const current = (host: string) => on(host, "readlink", "/opt/metrics-link/current");
const services = ["envoy", "prometheus", "node-exporter"].map((name) => `metrics-link-${name}.service`);
const mainPids = (host: string) => on(host, "systemctl", "show", "--property=MainPID", ...services);

describe("faulty releases", function () {
  needs(world.link);
  this.timeout(1_200_000);

  for (const { what, change, reason } of [
    {
      what: "Envoy does not know a field of its configuration",
      change: (release: Release) => edited(release, bootstrap, '"admin": {', '"administration": {},\n  "admin": {'),
      reason: /^validate: envoyConfig: envoy\/bootstrap\.json is invalid .*administration/s,
    },
    {
      what: "Envoy knows a field of its configuration, and we do not",
      change: (release: Release) =>
        edited(release, bootstrap, '"stats_config": {', '"layered_runtime": {},\n  "stats_config": {'),
      reason: /^validate: envoyMeaning: envoy\/bootstrap\.json is invalid: layered_runtime: not known$/,
    },
    {
      what: "promtool objects to a rule",
      change: (release: Release) => edited(release, "prometheus/rules/heartbeat.yaml", "expr: ", "expr: sum(( "),
      reason: /^validate: prometheusConfig: prometheus\/prometheus\.yml is invalid/,
    },
    {
      what: "the trust bundle is not the pinned one",
      change: (release: Release) => ({
        ...release,
        checks: release.checks.map((check) =>
          check.kind === "trustBundle" ? { ...check, fingerprints: [Array(32).fill("00").join(":")] } : check,
        ),
      }),
      reason: /^validate: trustBundle: the bundle lacks 00:00/,
    },
    {
      what: "the certificate is not of this account's root",
      change: (release: Release) => ({
        ...release,
        checks: release.checks.map((check) =>
          check.kind === "chain" ? { ...check, root: "tls/roots/receiver.pem" } : check,
        ),
      }),
      reason: /^validate: chain: certificate 2 .* is signed by none of its issuers/,
    },
    {
      what: "a tool takes more room than there is",
      change: (release: Release) => ({
        ...release,
        tools: release.tools.map((tool) =>
          tool.name === "envoy" ? { ...tool, sha256: "0".repeat(64), size: 2 ** 50 } : tool,
        ),
      }),
      reason: /^space: \/opt\/metrics-link has \d+ MiB free; this release takes \d+ MiB/,
    },
  ]) {
    it(`change nothing: ${what}`, async () => {
      const releases = await Releases.of(sandbox, "sender");
      const pids = await mainPids("sender");
      const target = await releases.publish(change);
      try {
        const { report, code } = await runAgent("sender");
        assert.notEqual(code, 0);
        assert.match(report.reasons.join("\n"), reason);
        assert.ok(["refused", "incomplete"].includes(report.outcome), report.outcome);
        assert.deepEqual([report.target, report.release], [target, releases.published]);
        assert.equal(await current("sender"), `releases/${releases.published}\n`);
        assert.equal(await mainPids("sender"), pids, "no service was touched");
        const status = (await statusOf(sandbox, 1)).hosts.sender?.agent;
        assert.deepEqual([status?.outcome, status?.release], [report.outcome, releases.published]);
      } finally {
        await releases.withdraw();
      }
      assert.equal((await runAgent("sender")).report.outcome, "converged");
    });
  }

  for (const { host, what, change, reason } of [
    {
      host: "sender",
      what: "its Envoy goes to other addresses",
      change: (release: Release) => edited(release, bootstrap, "198.51.100.", "198.51.99."),
      reason: /^probe: not healthy after 12 s: .*the receiver has acknowledged no batch since/,
    },
    {
      host: "receiver",
      what: "its Envoy wants another name of the sender",
      change: (release: Release) => edited(release, "envoy/lds/ingest.json", "metrics-sender", "metrics-stranger"),
      reason: /^probe: not healthy after 12 s: .*no write of a sender was accepted since/,
    },
  ] as const) {
    it(`are rolled back if they cut the link: on the ${host}, ${what}`, async () => {
      const releases = await Releases.of(sandbox, host);
      const from = beforehand();
      const before = (await statusOf(sandbox, 1)).hosts[host]?.agent?.rollbacks ?? 0;
      // One that was never tried before: what a host has refused once its timer leaves alone.
      const unique = `"id": "x${Date.now()}-`;
      const target = await releases.publish((release) => ({
        ...edited(change(release), bootstrap, '"id": "', unique),
        probeDeadlineSeconds: 12,
      }));
      try {
        const { report, code, word } = await runAgent(host);
        assert.equal(report.outcome, "rolledBack", word);
        assert.equal(code, 1, "systemd sees a failed unit");
        assert.match(report.reasons.join("\n"), reason);
        assert.equal(report.actions[envoy], "restart");
        assert.equal(report.rollbacks, before + 1);
        assert.equal(await current(host), `releases/${releases.published}\n`);
        const again = await runAgent(host);
        assert.deepEqual([again.report.outcome, again.report.refused?.releaseId], ["converged", target]);
        await nothingMissing(from, 10_000);
      } finally {
        await releases.withdraw();
      }
    });
  }

  it("do not block the next run if the agent is killed at any step", async () => {
    const releases = await Releases.of(sandbox, "sender");
    try {
      for (const [index, milliseconds] of [120, 250, 400, 550, 700].entries()) {
        const comment = `# ${index}\n`;
        const id = `"id": "x${index}-`;
        const target = await releases.publish((release) => {
          const changed = edited(release, "prometheus/rules/heartbeat.yaml", "groups:", `${comment}groups:`);
          return edited(changed, bootstrap, '"id": "', id);
        });
        const agent = `exec 9>/run/metrics-link-agent.lock; flock 9; timeout --signal=KILL ${milliseconds / 1000}`;
        const words = `/opt/metrics-link/bin/node --use-system-ca /opt/metrics-link/bin/agent.mjs converge --release ${target}`;
        await sandbox.world.exec("sender", ["bash", "-c", `${agent} ${words}`]);
        const { report } = await runAgent("sender");
        assert.deepEqual([report.outcome, report.release], ["converged", target], `killed after ${milliseconds} ms`);
        const loaded = await eventually(
          "Envoy to run on the release",
          async () =>
            (await on("sender", "cat", "/opt/metrics-link/current/envoy/bootstrap.json")).includes(id) || undefined,
        );
        assert.ok(loaded);
      }
    } finally {
      await releases.withdraw();
      assert.equal((await runAgent("sender")).report.outcome, "converged");
    }
  });
});
