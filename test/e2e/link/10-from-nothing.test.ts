import assert from "node:assert/strict";
import { compareRecent } from "@metrics-link/sandbox/cli/link.ts";
import { roles } from "@metrics-link/sandbox/cli/stack-files.ts";
import { externalLabels, statusOf } from "@metrics-link/sandbox/cli/status.ts";
import { up } from "@metrics-link/sandbox/cli/up.ts";
import { eventually } from "../../support/eventually.ts";
import { on, prepare, pulumi, receiver, report, sandbox, sender } from "../support/sandbox.ts";

describe("from nothing", () => {
  it("comes up in three updates", async function () {
    this.timeout(600_000);
    await prepare();
    await up(sandbox, report);
  });

  it("brings every sample of every series across, raw and equal, over 60 s", async function () {
    this.timeout(600_000);
    const result = await eventually(
      "60 s of equal samples",
      async (note) => {
        const compared = await compareRecent(sender, receiver, externalLabels(sandbox), Date.now() / 1000);
        note(compared);
        return compared.seconds >= 60 ? compared : undefined;
      },
      150_000,
      1000,
    );
    assert.deepEqual(
      {
        missing: result.missing,
        different: result.different,
        unexpected: result.unexpected,
        examples: result.examples,
      },
      { missing: 0, different: 0, unexpected: 0, examples: [] },
    );
    // Three jobs at one scrape a second; far fewer would mean that most of the sender is not looked at.
    assert.ok(result.series > 500, `${result.series} series`);
    assert.ok(result.compared > 60 * 500, `${result.compared} samples`);
  });

  it("scrapes Prometheus, Envoy and the node on both sides", async () => {
    for (const prometheus of [sender, receiver]) {
      for (const job of ["prometheus", "envoy", "node"]) {
        assert.equal(await prometheus.value(`up{job="${job}",account=""}`), 1, job);
      }
    }
  });

  it("sends help and type along: the receiver accepts them (docs/decisions/0110 says what becomes of them there)", async function () {
    this.timeout(600_000);
    const total = (name: string) => sender.value(`sum(prometheus_remote_storage_${name}_total)`);
    await eventually(
      "metadata sent",
      async (note) => {
        const sent = await total("metadata");
        note(sent);
        // One entry for each metric name, which are hundreds.
        return sent !== undefined && sent > 300 ? sent : undefined;
      },
      90_000,
      1000,
    );
    assert.equal(await total("metadata_failed"), 0);
  });

  it("evaluates the user's rules: the heartbeat of the sender beats at the receiver", async () => {
    const age = await receiver.value("metrics_link:heartbeat_age:seconds");
    assert.ok(age !== undefined && age < 15, `${age} s`);
  });

  it("boots hosts by cloud-init, without an error", async () => {
    for (const host of ["sender", "receiver"]) {
      const status = JSON.parse(await on(host, "cloud-init", "status", "--format", "json"));
      assert.deepEqual([status.status, status.errors], ["done", []], host);
    }
  });

  it("says how many days leaf, intermediate and roots of both hosts have left", async () => {
    const { hosts } = await statusOf(sandbox, 1);
    for (const role of roles) {
      const days = Object.fromEntries(hosts[role]?.certificates.map(({ tier, daysLeft }) => [tier, daysLeft]) ?? []);
      assert.deepEqual(Object.keys(days).toSorted(), ["intermediate", "leaf", "peer root", "root"]);
      assert.ok(days.leaf === 29 || days.leaf === 30, `a leaf of ${days.leaf} days`);
    }
  });

  it("keeps what protects protected: addresses and data volumes", async () => {
    for (const [role, expected] of [
      ["sender", 1],
      ["receiver", 2],
    ] as const) {
      const { stdout } = await pulumi().must(["stack", "export", "-s", role]);
      const { resources } = JSON.parse(stdout).deployment as { resources: Record<string, unknown>[] };
      const kept = (type: string) =>
        resources.filter((one) => one.type === type && one.protect === true && one.retainOnDelete === true);
      assert.equal(kept("aws:ec2/eip:Eip").length, expected);
      assert.equal(kept("aws:ebs/volume:Volume").length, 1);
    }
  });
});
