import assert from "node:assert/strict";
import { readlinkSync } from "node:fs";
import { readFile, readlink, writeFile } from "node:fs/promises";
import { releaseKeys } from "@metrics-link/release";
import { afterEach, beforeEach, describe, it } from "mocha";
import { bootstrapWith, convergedHost, FakeHost, soundRelease, tool, withFile } from "./fake-host.ts";

const changed = () => withFile("prometheus/prometheus.yml", "global: {scrape_interval: 1s}\n");

describe("agent: failures", () => {
  let host: FakeHost;
  let first: string;

  beforeEach(async () => {
    ({ host, first } = await convergedHost());
  });
  afterEach(() => host.remove());

  const current = () => readlink(host.path("/opt/metrics-link/current"));

  /** Each breaks one step; none may touch what is in force. */
  const beforeTheSwap: {
    what: string;
    outcome: string;
    reason: RegExp;
    attempt: () => Promise<string>;
  }[] = [
    {
      what: "fetch: no such release",
      outcome: "incomplete",
      reason: /^fetch: The bucket has no object releases\/sender\//,
      attempt: async () => "f".repeat(64),
    },
    {
      what: "fetch: a release changed after publishing",
      outcome: "incomplete",
      reason:
        /^fetch: The release document has the SHA-256 [0-9a-f]{64}, not [0-9a-f]{64}: it was changed after publishing/,
      attempt: async () => {
        const releaseId = await host.publish(changed());
        const key = releaseKeys.release("sender", releaseId);
        host.store(key, `${host.objects.get(key)}`.replace("1s", "9s"));
        return releaseId;
      },
    },
    {
      what: "fetch: another host's release",
      outcome: "incomplete",
      reason: /^fetch: The release is for the host receiver, this is sender/,
      attempt: () => host.publish(soundRelease({ host: "receiver" })),
    },
    {
      what: "runtime: the wanted agent does not run",
      outcome: "incomplete",
      reason: /^runtime: Agent [0-9a-f]{64} does not run on this host: exit code 127/,
      attempt: async () => {
        const agent = tool("agent", "another agent");
        host.store(agent.key, "another agent");
        host.onHandOver = () => 127;
        return host.publish(soundRelease({ agent: { sha256: agent.sha256, key: agent.key } }));
      },
    },
    {
      what: "tools: an archive with another hash",
      outcome: "incomplete",
      reason: /^tools: tools\/envoy\/.* has the SHA-256 [0-9a-f]{64}, not [0-9a-f]{64}: it is discarded/,
      attempt: () => {
        host.store(tool("envoy", "envoy two").key, "envoy of a stranger");
        return host.publish(soundRelease({ tools: [tool("node", "the node"), tool("envoy", "envoy two")] }));
      },
    },
    {
      what: "stage: an owner that the host does not have",
      outcome: "incomplete",
      reason: /^stage: This host has no user link-repair/,
      attempt: () => {
        const release = changed();
        return host.publish({
          ...release,
          files: release.files.map((file) =>
            file.path.startsWith("prometheus/") ? { ...file, owner: "link-repair" } : file,
          ),
        });
      },
    },
    {
      what: "secrets: a version that is gone",
      outcome: "incomplete",
      reason: /^secrets: no version version-9/,
      attempt: () => {
        const secrets = soundRelease().secrets.map((secret) => ({ ...secret, versionId: "version-9" }));
        return host.publish(soundRelease({ secrets }));
      },
    },
    {
      what: "secrets: a field that is not there",
      outcome: "incomplete",
      reason: /^secrets: The value of arn:.* has no text in the field other/,
      attempt: () => {
        const secrets = soundRelease().secrets.map((secret) => ({ ...secret, field: "other" }));
        return host.publish(soundRelease({ secrets }));
      },
    },
    {
      what: "validate: promtool objects",
      outcome: "refused",
      reason: /^validate: prometheusConfig: prometheus\/prometheus.yml is invalid \(exit code 1\): unknown field/,
      attempt: () => {
        host.onCommand = ([command]) =>
          command?.endsWith("/promtool") ? { code: 1, output: "unknown field\n" } : undefined;
        return host.publish(changed());
      },
    },
    {
      what: "validate: Envoy objects to what only the static twin shows",
      outcome: "refused",
      reason: /^validate: envoyConfig: the static twin is invalid \(exit code 1\): Failed to load private key$/,
      attempt: () => {
        host.onCommand = ([command, ...words]) =>
          command?.endsWith("/envoy") && words.at(-1)?.endsWith("/envoy/.static-twin.json.check.json")
            ? { code: 1, output: "Failed to load private key\n" }
            : undefined;
        return host.publish(changed());
      },
    },
    {
      what: "validate: the static twin cannot be made",
      outcome: "refused",
      reason: /^validate: envoyConfig: its secret is not a file of the release: there is no envoy\/sds\/leaf\.json$/,
      attempt: () => {
        const path_config_source = { path: "/opt/metrics-link/current/envoy/sds/leaf.json" };
        const common_tls_context = {
          tls_certificate_sds_secret_configs: [{ name: "leaf", sds_config: { path_config_source } }],
        };
        const text = `${JSON.stringify({ static_resources: { clusters: [{ common_tls_context }] } }, null, 2)}\n`;
        return host.publish(withFile("envoy/bootstrap.json", text));
      },
    },
  ];

  for (const { what, outcome, reason, attempt } of beforeTheSwap) {
    it(`${what}: nothing changes`, async () => {
      const report = await host.converge(await attempt());
      assert.equal(report.outcome, outcome);
      assert.match(report.reasons.join("\n"), reason);
      assert.equal(report.release, first);
      assert.equal(await current(), `releases/${first}`);
      assert.deepEqual(host.changes, []);
    });
  }

  it("no message contains the value of a secret", async () => {
    host.secrets.set("version-2", "not JSON but a key");
    const secrets = soundRelease().secrets.map((secret) => ({ ...secret, versionId: "version-2" }));
    const report = await host.converge(await host.publish(soundRelease({ secrets })));
    assert.equal(report.outcome, "incomplete");
    assert.doesNotMatch(JSON.stringify(report), /not JSON but a key/);
    assert.doesNotMatch(await readFile(host.path("/var/lib/metrics-link-agent/memory.json"), "utf8"), /key one/);
  });

  it("hand-over: systemd reports an error, and the last good release comes back", async () => {
    let objected = false;
    host.onCommand = ([, verb]) => {
      if (verb !== "reload" || objected) return undefined;
      objected = true;
      return { code: 1, output: "Job failed" };
    };
    const report = await host.converge(await host.publish(changed()));
    assert.equal(report.outcome, "rolledBack");
    assert.match(
      report.reasons.join("\n"),
      /^handOver: systemctl reload metrics-link-prometheus.service failed .*Job failed/,
    );
    assert.equal(await current(), `releases/${first}`);
  });

  describe("probe: the new release does not become healthy", () => {
    const answer = (healthy: () => boolean) => {
      host.onAsk = () => ({ status: healthy() ? 200 : 503, body: "" });
    };

    it("and the last good release is restored with the same actions that the new one needed", async () => {
      const target = await host.publish(changed());
      answer(() => readlinkSync(host.path("/opt/metrics-link/current")) === `releases/${first}`);
      const report = await host.converge(target);
      assert.equal(report.outcome, "rolledBack");
      assert.deepEqual(report.reasons, [
        "probe: not healthy after 5 s: metrics-link-prometheus.service: http://127.0.0.1:9090/-/ready answers 503, not 200",
      ]);
      assert.equal(await current(), `releases/${first}`);
      assert.deepEqual([report.release, report.refused?.releaseId], [first, target]);
      assert.deepEqual(host.changes, [
        "reload metrics-link-prometheus.service",
        "reload metrics-link-prometheus.service",
      ]);
    });

    it("and neither does the last good one, so the unhealthy service is restarted", async () => {
      const target = await host.publish(changed());
      answer(() => host.changes.includes("restart metrics-link-prometheus.service"));
      const report = await host.converge(target);
      assert.equal(report.outcome, "rolledBack");
      assert.equal(host.changes.at(-1), "restart metrics-link-prometheus.service");
    });

    it("because of a query, which restarts nothing", async () => {
      const sound = soundRelease();
      const probes = [
        {
          kind: "query" as const,
          unit: "metrics-link-prometheus.service",
          url: "http://127.0.0.1:9090",
          expression: "up == 0",
          expect: "none" as const,
        },
      ];
      const target = await host.publish({ ...sound, probes });
      host.onAsk = () => ({ status: 200, body: JSON.stringify({ data: { result: [{}] } }) });
      const report = await host.converge(target);
      assert.equal(report.outcome, "rolledBack");
      assert.match(report.reasons.join("\n"), /metrics-link-prometheus.service: up == 0 gives 1 series/);
      assert.deepEqual(host.changes, []);
    });
  });

  it("probe: the deadline passes, and there is no better release", async () => {
    host.onAsk = () => ({ status: 503, body: "" });
    const started = host.now;
    const report = await host.converge(first);
    assert.equal(report.outcome, "unhealthy");
    assert.ok(host.now - started >= 5_000 && host.now - started < 6_000);
    assert.match(report.reasons.join("\n"), /rollBack: this is the last good release already/);
    assert.equal(report.refused, undefined);
  });

  it("an unhealthy first release of a host stays, and the report says so", async () => {
    const fresh = await FakeHost.make();
    try {
      await fresh.bootstrap();
      fresh.store(tool("envoy", "envoy one").key, "envoy one");
      fresh.secrets.set("version-1", JSON.stringify({ "tls/private-key.pem": "key one" }));
      fresh.onAsk = () => ({ status: 503, body: "" });
      const report = await fresh.converge(await fresh.publish(soundRelease()));
      assert.equal(report.outcome, "unhealthy");
      assert.match(report.reasons.join("\n"), /rollBack: there is no good release to roll back to/);
      fresh.onAsk = () => ({ status: 200, body: "" });
      assert.equal((await fresh.timerRun()).outcome, "converged", "nothing else could be run meanwhile");
    } finally {
      await fresh.remove();
    }
  });

  it("the timer skips a refused release, and a command tries it again", async () => {
    host.onCommand = ([command]) => (command?.endsWith("/promtool") ? { code: 1, output: "no" } : undefined);
    const target = await host.publish(changed());
    assert.equal((await host.timerRun()).outcome, "refused");
    host.onCommand = () => undefined;
    const report = await host.timerRun();
    assert.deepEqual([report.outcome, report.target, report.refused?.releaseId], ["converged", first, target]);
    assert.equal(report.leftAlone, target, "converged, and yet not what is asked for");
    host.point(first);
    assert.equal((await host.timerRun()).leftAlone, undefined);
    host.point(target);
    assert.equal((await host.converge(target)).outcome, "converged");
    assert.equal((await host.timerRun()).refused, undefined);
  });

  it("the timer tries an incomplete release again", async () => {
    host.secrets.delete("version-2");
    const secrets = soundRelease().secrets.map((secret) => ({ ...secret, versionId: "version-2" }));
    const target = await host.publish(soundRelease({ secrets }));
    assert.equal((await host.timerRun()).outcome, "incomplete");
    host.secrets.set("version-2", JSON.stringify({ "tls/private-key.pem": "key two" }));
    assert.deepEqual([(await host.timerRun()).outcome, await current()], ["converged", `releases/${target}`]);
  });

  it("without the bucket, the timer keeps the release in force", async () => {
    host.objects.clear();
    await writeFile(host.path("/opt/metrics-link/current/prometheus/prometheus.yml"), "broken");
    const report = await host.timerRun();
    assert.deepEqual([report.outcome, report.driftedFiles], ["converged", ["prometheus/prometheus.yml"]]);
  });

  it("a host without any release has nothing to do", async () => {
    const fresh = await FakeHost.make();
    try {
      assert.equal((await fresh.timerRun()).outcome, "noRelease");
    } finally {
      await fresh.remove();
    }
  });

  describe("killed after the swap, before any service was changed", () => {
    const afterTheSwap = ([, verb]: readonly string[]) => verb === "daemon-reload";

    it("the next run finishes, restarts included", async () => {
      const target = await host.publish(withFile("envoy/bootstrap.json", bootstrapWith({ a: 1 })));
      await host.killedAt(target, afterTheSwap);
      assert.equal(await current(), `releases/${target}`);
      assert.equal((await host.converge(target)).outcome, "converged");
      assert.deepEqual(host.changes, ["restart metrics-link-envoy.service"]);
    });

    it("a rollback assumes that services have seen the attempt", async () => {
      await host.killedAt(await host.publish(withFile("envoy/bootstrap.json", bootstrapWith({ a: 1 }))), afterTheSwap);
      assert.equal((await host.converge(first)).outcome, "converged");
      assert.deepEqual(host.changes, ["restart metrics-link-envoy.service"]);
      host.commands.length = 0;
      await host.converge(first);
      assert.deepEqual(host.changes, [], "once is enough");
    });

    it("the next run completes a repair of drift", async () => {
      await writeFile(host.path("/opt/metrics-link/current/prometheus/prometheus.yml"), "broken");
      await host.killedAt(first, afterTheSwap);
      assert.equal((await host.converge(first)).outcome, "converged");
      assert.deepEqual(host.changes, ["reload metrics-link-prometheus.service"]);
    });
  });

  for (const text of ["{", '{"serving":{"metrics-link-envoy.service":1}}']) {
    it(`an unreadable state file makes every service restart: ${text}`, async () => {
      await writeFile(host.path("/var/lib/metrics-link-agent/memory.json"), text);
      assert.equal((await host.converge(first)).outcome, "converged");
      assert.deepEqual(host.changes, ["restart metrics-link-envoy.service", "restart metrics-link-prometheus.service"]);
    });
  }
});
