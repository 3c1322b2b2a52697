import assert from "node:assert/strict";
import type { Release } from "@metrics-link/release";
import { compareSamples } from "@metrics-link/sandbox/cli/samples.ts";
import type { Role } from "@metrics-link/sandbox/cli/stack-files.ts";
import { describeStatus, externalLabels, statusOf } from "@metrics-link/sandbox/cli/status.ts";
import { edited, Releases } from "@metrics-link/sandbox/testing/releases.ts";
import { runAgent } from "../support/agent.ts";
import { eventually } from "../support/eventually.ts";
import { beforehand, caughtUp } from "../support/samples.ts";
import { on, receiver, sandbox, sender } from "../support/sandbox.ts";
import { serve } from "../support/target.ts";
import { needs, world } from "../support/world.ts";

const port = 9480;
const jobs = "scrape_configs:\n";
const rules = "prometheus/rules/heartbeat.yaml";
/** What can never arrive: a label of more than a request may have, and a series with another value at the receiver. */
const guilty = ["noisy_huge", "noisy_enormous", "noisy:rule"];
/** Text that no compression makes smaller, the same at each scrape. */
const page = `
def label(seed, length):
    return random.Random(seed).randbytes(length // 2).hex()
if self.path == "/many":
    self.send("".join('noisy_many{text="%s"} 1\\n' % label(i, 2000) for i in range(1500)))
elif self.path == "/huge":
    self.send('noisy_huge{text="%s"} 1\\nnoisy_enormous{text="%s"} 1\\n' % (label(1, 3000000), label(2, 9000000)))
else:
    self.send("")
`.trim();

const job = (name: string, more: object) => ({
  job_name: name,
  metrics_path: `/${name}`,
  static_configs: [{ targets: [`127.0.0.1:${port}`] }],
  ...more,
});
/** Items of a list in YAML, each as JSON. */
const listed = (items: readonly object[]) => items.map((item) => `  - ${JSON.stringify(item)}\n`).join("");
const withJobs = (release: Release) =>
  edited(
    release,
    "prometheus/prometheus.yml",
    jobs,
    jobs +
      listed([
        job("many", { scrape_interval: "10s" }),
        job("huge", { scrape_interval: "10s", label_value_length_limit: 20_000_000 }),
      ]),
  );
/** The same rule with the same labels at both ends, and another value. */
const withRule = (release: Release, role: Role) => {
  const labels = role === "receiver" ? { labels: externalLabels(sandbox, "sender") } : {};
  const rule = { record: "noisy:rule", expr: role === "receiver" ? "vector(2)" : "vector(1)", ...labels };
  const group = { name: "noise", interval: "15s", rules: [rule] };
  return edited(release, rules, "groups:\n", `groups:\n${listed([group])}`);
};

const firing = async (name: string) =>
  (await sender.alerts()).find(({ state, labels }) => state === "firing" && labels.alertname === name);

// At the end of its suite: alerts remember for a quarter of an hour.
describe("noisy targets and rules", function () {
  needs(world.link);
  this.timeout(1_200_000);
  let stop: () => Promise<unknown>;
  let from: number;
  const releases = new Map<Role, Releases>();

  before(async () => {
    stop = await serve("sender", { name: "noisy", port, page });
    from = beforehand();
    for (const role of ["receiver", "sender"] as const) {
      const ofHost = await Releases.of(sandbox, role);
      releases.set(role, ofHost);
      await ofHost.publish((release) => withRule(role === "sender" ? withJobs(release) : release, role));
      const { report, word } = await runAgent(role);
      assert.equal(report.outcome, "converged", word);
    }
  });
  after(quiet);

  async function quiet() {
    for (const [role, ofHost] of releases) {
      await ofHost.withdraw();
      await runAgent(role);
    }
    if (releases.size > 0) await stop();
    releases.clear();
  }

  it("are named by series, job and rule in the alert, the metrics and the journal", async () => {
    const named = [
      /refused for good: noisy:rule\{[^;]* of rule noise\/noisy:rule/,
      /refused for good: noisy_huge\{job="huge"/,
      /refused for good: noisy_enormous\{/,
      /too large for a full batch: noisy_many\{job="many"/,
    ];
    await eventually(
      "SamplesRefused to name them",
      async (note) => {
        const { annotations } = (await firing("SamplesRefused")) ?? {};
        note(annotations?.summary);
        return named.every((one) => one.test(annotations?.summary ?? "")) ? true : undefined;
      },
      120_000,
      1000,
    );
    const counted = await sender.vector('metrics_link_repair_refused_series_samples_total{link_side="sends"}');
    const reasons = counted.map(({ metric, value }) => [
      metric.series?.split("{")[0],
      metric.reason,
      Number(value[1]) > 0,
    ]);
    for (const [name, reason] of [
      ["noisy:rule", "another value is stored"],
      ["noisy_huge", "larger than a request may be"],
      ["noisy_enormous", "larger than a request may be"],
    ]) {
      assert.ok(
        reasons.some((found) => found[0] === name && found[1] === reason && found[2]),
        JSON.stringify(reasons),
      );
    }
    // A window a minute at most: only what is written again is counted as not repaired.
    await eventually(
      "SamplesNotRepaired",
      async (note) => {
        const { severity } = (await firing("SamplesNotRepaired"))?.labels ?? {};
        note(severity);
        return severity === "critical" ? true : undefined;
      },
      180_000,
      1000,
    );
    const journal = await on("sender", "journalctl", "--unit=metrics-link-repair", `--since=@${from}`, "--output=cat");
    assert.match(journal, /"event":"series refused","series":"noisy:rule\{/);
    assert.match(journal, /"event":"labels too large for a full batch".*"of_job":"many"/);
  });

  it("do not flood the status with their labels", async () => {
    const text = describeStatus(await statusOf(sandbox, 20));
    assert.match(text, /noisy_/);
    assert.ok(text.length < 10_000, `${text.length} characters`);
  });

  it("cost no other series a sample", async () => {
    await quiet();
    const end = Math.floor(await caughtUp());
    const seconds = end - from;
    const { account } = externalLabels(sandbox);
    const notGuilty = `__name__!~"${guilty.join("|")}"`;
    await eventually(
      "every other sample to arrive",
      async (note) => {
        const [sent, received] = await Promise.all([
          sender.raw(`{__name__=~".+",${notGuilty}}`, seconds, end),
          receiver.raw(`{__name__=~".+",account="${account}",link_side!="receives",${notGuilty}}`, seconds, end),
        ]);
        const { compared, missing, different, unexpected, examples } = compareSamples(
          sent,
          received,
          externalLabels(sandbox),
        );
        note({ compared, missing, different, unexpected, examples });
        assert.ok(sent.some(({ metric }) => metric.__name__ === "noisy_many"));
        return compared > 20_000 && missing === 0 && different === 0 ? true : undefined;
      },
      240_000,
      2000,
    );
  });
});
