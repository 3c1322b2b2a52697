import assert from "node:assert/strict";
import { runAgent } from "../support/agent.ts";
import { counter } from "../support/envoy.ts";
import { eventually } from "../support/eventually.ts";
import { beforehand, nothingMissing } from "../support/samples.ts";
import { on, sandbox } from "../support/sandbox.ts";
import { needs, world } from "../support/world.ts";

const current = "/opt/metrics-link/current";
const trustedRoots = "tls/roots/account-a.pem";
const envoy = "metrics-link-envoy.service";
const prometheus = "metrics-link-prometheus.service";

/** The state of a path as the release wants it: owner, mode, hash of the content, target of a link. */
const stateOf = (path: string) =>
  on("receiver", "sh", "-c", 'stat -c "%u %g %a" "$0"; test -L "$0" && readlink "$0" || sha256sum "$0"', path);

interface Case {
  readonly what: string;
  /** Run as root on the receiver, in the release's directory. */
  readonly by: string;
  /** What has to be as before afterwards. */
  readonly path: string;
  readonly drifted: readonly string[];
  readonly actions: Readonly<Record<string, string>>;
}

const cases: readonly Case[] = [
  {
    what: "a trust bundle with another root in it",
    by: `cat tls/own-root.pem >> ${trustedRoots}`,
    path: `${current}/${trustedRoots}`,
    drifted: [trustedRoots],
    actions: { [envoy]: "nothing" },
  },
  {
    what: "a key that others may read",
    by: "chmod 0444 tls/private-key.pem",
    path: `${current}/tls/private-key.pem`,
    drifted: ["tls/private-key.pem"],
    actions: { [envoy]: "nothing" },
  },
  {
    what: "a certificate that its service cannot read",
    by: "chown root:root tls/private-key.pem; chmod 0000 tls/certificate-chain.pem",
    path: `${current}/tls/certificate-chain.pem`,
    drifted: ["tls/certificate-chain.pem", "tls/private-key.pem"],
    actions: { [envoy]: "nothing" },
  },
  {
    what: "a rule file that is gone",
    by: "rm prometheus/rules/heartbeat.yaml",
    path: `${current}/prometheus/rules/heartbeat.yaml`,
    drifted: ["prometheus/rules/heartbeat.yaml"],
    actions: { [prometheus]: "reload" },
  },
  {
    what: "an edited configuration of Envoy, with which it was started",
    by: `sed -i 's/"metrics-link-receiver"/"metrics-link-stranger"/' envoy/bootstrap.json; systemctl restart ${envoy}`,
    path: `${current}/envoy/bootstrap.json`,
    drifted: ["envoy/bootstrap.json"],
    actions: { [envoy]: "restart" },
  },
  {
    // Envoy reads it again when the link to the release is renamed.
    what: "an edited listener file, with which Envoy was started",
    by: `sed -i s/203.0.113.10/203.0.113.99/ envoy/lds/ingest.json; systemctl restart ${envoy}`,
    path: `${current}/envoy/lds/ingest.json`,
    drifted: ["envoy/lds/ingest.json"],
    actions: { [envoy]: "nothing" },
  },
  {
    what: "the link to the release, deleted",
    by: `rm ${current}`,
    path: current,
    drifted: ["current"],
    actions: {},
  },
  {
    what: "the link to a unit, deleted",
    by: `rm /etc/systemd/system/${envoy}`,
    path: `/etc/systemd/system/${envoy}`,
    drifted: [`/etc/systemd/system/${envoy}`],
    actions: { [envoy]: "restart" },
  },
  {
    what: "a drop-in that changes a unit",
    by: `mkdir -p /etc/systemd/system/${envoy}.d; printf '[Service]\\nNice=5\\n' > /etc/systemd/system/${envoy}.d/nice.conf; systemctl daemon-reload; systemctl restart ${envoy}`,
    path: `/etc/systemd/system/${envoy}`,
    drifted: [`/etc/systemd/system/${envoy}.d`],
    actions: { [envoy]: "restart" },
  },
  {
    what: "a service that was stopped",
    by: `systemctl stop ${envoy}`,
    path: `${current}/envoy/bootstrap.json`,
    drifted: [`${envoy} (did not run)`],
    actions: { [envoy]: "start" },
  },
  {
    what: "a service that was masked and stopped",
    by: `systemctl stop ${prometheus}; ln -sfn /dev/null /etc/systemd/system/${prometheus}; systemctl daemon-reload`,
    path: `/etc/systemd/system/${prometheus}`,
    drifted: [`/etc/systemd/system/${prometheus}`, `${prometheus} (did not run)`],
    actions: { [prometheus]: "start" },
  },
  {
    what: "a program that is another one",
    by: `file=$(readlink -f bin/node_exporter); cp "$file" /run/x; printf x >> /run/x; mv /run/x "$file"`,
    path: `${current}/bin/node_exporter`,
    drifted: ["tools/node_exporter"],
    actions: { "metrics-link-node-exporter.service": "restart" },
  },
];

describe("a manual change on a host", function () {
  needs(world.link);
  this.timeout(1_200_000);
  let from: number;
  before(async () => {
    from = beforehand();
    // The agent is run by hand here, so that a case meets one run and no more.
    await on("receiver", "systemctl", "stop", "metrics-link-agent.timer");
  });
  after(() => on("receiver", "systemctl", "start", "metrics-link-agent.timer"));

  for (const { what, by, path, drifted, actions } of cases) {
    it(`is reverted and reported: ${what}`, async () => {
      const before = await stateOf(path);
      await on("receiver", "sh", "-c", `cd ${current}/. && ${by}`);
      const { report, word } = await runAgent("receiver");
      assert.equal(report.outcome, "converged", word);
      assert.deepEqual(report.driftedFiles, drifted);
      assert.deepEqual(report.actions, actions);
      assert.match(word, /repaired drift: /);
      assert.equal(await stateOf(path), before);
    });
  }

  it("is reported as repeated when it recurs", async () => {
    for (const _ of [1, 2]) {
      await on("receiver", "sh", "-c", `chmod 0666 ${current}/${trustedRoots}`);
      await runAgent("receiver");
    }
    await on("receiver", "sh", "-c", `chmod 0666 ${current}/${trustedRoots}`);
    const { report, word } = await runAgent("receiver");
    const times = report.repeatedDrift[trustedRoots] ?? 0;
    assert.ok(times >= 4, `${times}`);
    assert.ok(word.includes(`REPEATED DRIFT: ${trustedRoots} (${times} times within a day)`), word);
  });

  it("appears in the metrics that Prometheus scrapes", async () => {
    const shown = async () => {
      const page = await on("receiver", "curl", "--silent", "--fail", "http://127.0.0.1:9100/metrics");
      const value = (series: string) =>
        page
          .split("\n")
          .find((line) => line.startsWith(`${series} `))
          ?.split(" ")[1];
      return {
        matches: value(`metrics_link_trust_bundle_matches{file="${trustedRoots}"}`),
        drifted: value("metrics_link_agent_drifted_files"),
        repeated: Number(value(`metrics_link_agent_drift_repeated{path="${trustedRoots}"}`)) >= 4,
      };
    };
    assert.deepEqual(await shown(), { matches: "0", drifted: "1", repeated: true });
    await runAgent("receiver");
    assert.deepEqual(await shown(), { matches: "1", drifted: "0", repeated: true });
  });

  it("neither changes the link's trust nor loses a sample", async () => {
    const failed = await counter("receiver", "envoy_listener_ssl_fail_verify_error");
    await nothingMissing(from, 10_000);
    assert.equal(await counter("receiver", "envoy_listener_ssl_fail_verify_error"), failed);
  });

  it("never makes two runs of the agent overlap", async () => {
    const agent = "/opt/metrics-link/bin/agent";
    const holder = "exec 9>/run/metrics-link-agent.lock; flock 9; touch /run/held; sleep 4";
    const held = sandbox.world.exec("receiver", ["bash", "-c", holder]);
    await eventually("the lock to be held", async () =>
      (await on("receiver", "ls", "/run")).includes("held") ? 1 : undefined,
    );
    const busy = await sandbox.world.exec("receiver", ["env", "METRICS_LINK_LOCK_SECONDS=1", agent, "run"]);
    assert.deepEqual([busy.code, busy.stdout], [75, "busy: timed out waiting for another run of the agent to end\n"]);
    const [waited] = await Promise.all([runAgent("receiver"), held]);
    assert.equal(waited.report.outcome, "converged");
    await on("receiver", "rm", "/run/held");
  });
});
