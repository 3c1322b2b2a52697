import assert from "node:assert/strict";
import { exchangeOf, roles } from "@metrics-link/sandbox/cli/stack-files.ts";
import { statusOf } from "@metrics-link/sandbox/cli/status.ts";
import { up } from "@metrics-link/sandbox/cli/up.ts";
import { on, prepare, pulumi, receiver, report, sandbox, sender } from "../support/sandbox.ts";
import { needs, world } from "../support/world.ts";

describe("a new sandbox", () => {
  needs(world.nothing);
  it("starts as two accounts do: each with an exchange, then the receiver and the sender, each in one update", async function () {
    this.timeout(1_200_000);
    await prepare();
    await up(sandbox, report);
  });

  it("scrapes Prometheus, Envoy and the node on both sides", async () => {
    for (const prometheus of [sender, receiver]) {
      for (const job of ["prometheus", "envoy", "node"]) {
        assert.equal(await prometheus.value(`up{job="${job}",account=""}`), 1, job);
      }
    }
  });

  it("evaluates the user's rules: the sender's heartbeat arrives at the receiver", async () => {
    const age = await receiver.value("metrics_link:heartbeat_age:seconds");
    assert.ok(age !== undefined && age < 15, `${age} s`);
  });

  it("boots hosts by cloud-init, without an error", async () => {
    for (const host of ["sender", "receiver"]) {
      const status = JSON.parse(await on(host, "cloud-init", "status", "--format", "json"));
      assert.deepEqual([status.status, status.errors], ["done", []], host);
    }
  });

  it("reports the remaining days of both hosts' leaf, intermediate and roots", async () => {
    const { hosts } = await statusOf(sandbox, 1);
    for (const role of roles) {
      const days = Object.fromEntries(hosts[role]?.certificates.map(({ tier, daysLeft }) => [tier, daysLeft]) ?? []);
      assert.deepEqual(Object.keys(days).toSorted(), ["intermediate", "leaf", "peer root", "root"]);
      assert.ok(days.leaf === 29 || days.leaf === 30, `a leaf of ${days.leaf} days`);
    }
  });

  it("protects addresses and data volumes from deletion", async () => {
    for (const [role, expected] of [
      ["sender", 1],
      ["receiver", 2],
    ] as const) {
      const kept = async (stack: string, type: string) => {
        const { stdout } = await pulumi().must(["stack", "export", "-s", stack]);
        const { resources } = JSON.parse(stdout).deployment as { resources: Record<string, unknown>[] };
        return resources.filter((one) => one.type === type && one.protect === true && one.retainOnDelete === true);
      };
      assert.equal((await kept(exchangeOf(role), "aws:ec2/eip:Eip")).length, expected);
      assert.equal((await kept(role, "aws:ebs/volume:Volume")).length, 1);
    }
  });
});
