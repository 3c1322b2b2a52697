import assert from "node:assert/strict";
import { copyFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { ruleGroups } from "@metrics-link/prometheus";
import { releaseKeys } from "@metrics-link/release";
import type { Role } from "@metrics-link/sandbox/cli/stack-files.ts";
import { statusOf } from "@metrics-link/sandbox/cli/status.ts";
import { S3 } from "@metrics-link/sandbox/testing/clients.ts";
import { bucketOf } from "@metrics-link/sandbox/testing/releases.ts";
import { accounts } from "@metrics-link/sandbox/world/accounts.ts";
import { runAgent } from "../support/agent.ts";
import { clientOptions, deployer } from "../support/aws.ts";
import { ChangedConfiguration } from "../support/configuration.ts";
import { eventually } from "../support/eventually.ts";
import { caughtUp, upForAWhile } from "../support/samples.ts";
import { pulumi, receiver, sandbox } from "../support/sandbox.ts";
import { needs, world } from "../support/world.ts";

const update = async (role: Role) => {
  const { stdout } = await pulumi().must(["up", "-s", role, "--yes", "--skip-preview"]);
  return stdout;
};
const unchanged = (role: Role) => pulumi().must(["preview", "-s", role, "--expect-no-changes"]);

describe("another name", function () {
  needs(world.link);
  this.timeout(1_200_000);

  it("of an external label and of the sender leaves no alert and no missing sample behind", async () => {
    await upForAWhile();
    const [ofSender, ofReceiver] = [new ChangedConfiguration("sender"), new ChangedConfiguration("receiver")];
    const both = () => Promise.all([update("sender"), update("receiver")]);
    await ofSender.set("prometheus.externalLabels.account", "renamed");
    await ofReceiver.set("senders[0].name", "account-z");
    try {
      await both();
      await caughtUp();
      await eventually(
        "status to compare what was sent under the new label, and nothing to be missing",
        async (note) => {
          const { samples } = await statusOf(sandbox, 30);
          note(samples);
          assert.ok(samples.missing < samples.compared / 2 || samples.compared === 0, "everything counts as missing");
          // What waits is on its way: a torn WAL leaves series that come by backfill, once a minute.
          const isLost = samples.missing > samples.waiting || samples.different > 0;
          return samples.seconds >= 10 && !isLost ? true : undefined;
        },
        // The change of the queue is held while something waits, until the agent's next run.
        240_000,
        1000,
      );
      // What would fire minutes from now: each alert about a sender, with nothing to wait for.
      const impatient = { SenderLate: { for: "0s", threshold: 20 }, SenderSilent: { for: "0s", window: "30s" } };
      const rules = ruleGroups({ ...input, senders: ["account-z"], overrides: impatient }).flatMap(
        ({ rules }) => rules,
      );
      const about = rules.filter((rule) => "alert" in rule && rule.alert in impatient);
      assert.equal(about.length, 2);
      for (const { expr } of about) {
        await eventually(
          `nothing to match ${expr}`,
          async (note) => {
            const found = await receiver.vector(expr);
            note(found);
            return found.length === 0 ? true : undefined;
          },
          60_000,
          1000,
        );
      }
      const late = 'time() - max by (account) (last_over_time(node_time_seconds{link_side="sends"}[6h])) > 20';
      const old = (await receiver.vector(late)).map(({ metric }) => metric.account);
      assert.ok(old.includes("111111111111"), `the old series is late, of ${old.join(", ")}`);
    } finally {
      ofSender.restore();
      ofReceiver.restore();
      await both();
    }
    await caughtUp();
  });

  it("of the exchange stack does not let a rotation out of order through", async () => {
    await pulumi().must(["stack", "rename", "-s", "sender-exchange", "renamed"]);
    const configuration = new ChangedConfiguration("sender");
    try {
      await configuration.set("exchange", "organization/metrics-link/renamed");
      await configuration.set("pki.generations.identity", "3");
      const { code, stdout, stderr } = await pulumi().run(["preview", "-s", "sender"]);
      assert.notEqual(code, 0);
      assert.match(stdout + stderr, /ROTATION_OUT_OF_ORDER: .*knows this stack as .*sender-exchange/s);
      configuration.restore();
      await configuration.set("exchange", "organization/metrics-link/renamed");
      const plain = await pulumi().must(["preview", "-s", "sender"]);
      assert.match(plain.stdout + plain.stderr, /knows this stack as/);
    } finally {
      configuration.restore();
      await pulumi().must(["stack", "rename", "-s", "renamed", "sender-exchange"]);
    }
  });
});

describe("a second stack of a role in an account", function () {
  needs(world.link);
  this.timeout(1_200_000);
  const path = join(dirname(sandbox.files.path("sender")), "Pulumi.second.yaml");
  before(async () => {
    await pulumi().must(["stack", "init", "second"]);
    // With the key of the first, whose secrets it has.
    copyFileSync(sandbox.files.path("sender"), path);
  });
  after(async () => {
    await pulumi().must(["stack", "rm", "second", "--yes"]);
    rmSync(path, { force: true });
  });

  it("is refused before anything is made, with the name of the first", async () => {
    const { code, stdout, stderr } = await pulumi().run(["up", "--yes", "--skip-preview", "-s", "second"]);
    assert.notEqual(code, 0);
    assert.match(stdout + stderr, /ACCOUNT_TAKEN: account 111111111111 has a sender in .*metrics-link\/sender/s);
    assert.doesNotMatch(stdout, /aws:s3|aws:ec2/);
  });

  it("leaves the first as it was, also when it is destroyed", async () => {
    await pulumi().must(["destroy", "-s", "second", "--yes", "--skip-preview"]);
    await pulumi().must(["preview", "-s", "sender", "--refresh", "--expect-no-changes"]);
    assert.equal((await runAgent("sender")).report.outcome, "converged");
    await caughtUp();
  });
});

describe("an update of one resource", function () {
  needs(world.link);
  this.timeout(1_200_000);

  it("leaves a host that can boot, and a plain update completes it", async () => {
    const s3 = new S3(clientOptions(await deployer(accounts.sender)));
    const get = async (Key: string) => {
      const { Body } = await s3.getObject({ Bucket: bucketOf("sender"), Key });
      return JSON.parse((await Body?.transformToString()) ?? "");
    };
    /** What a host that boots now would fetch: everything is there. @returns the release */
    const bootable = async (): Promise<string> => {
      const { releaseId } = await get(releaseKeys.current("sender"));
      const { tools } = await get(releaseKeys.release("sender", releaseId));
      for (const { key } of tools) await s3.headObject({ Bucket: bucketOf("sender"), Key: key });
      return releaseId;
    };
    const before = await bootable();
    const configuration = new ChangedConfiguration("sender");
    try {
      await configuration.set("prometheus.remoteWrite.batchSendDeadline", "4s");
      const target = ["--target", await urnOf("sender-current")];
      const { stdout, stderr } = await pulumi().must(["up", "-s", "sender", "--yes", "--skip-preview", ...target]);
      assert.equal(await bootable(), before, stdout + stderr);
      assert.equal(await pulumi().text("sender", "release"), before);
      assert.equal((await runAgent("sender")).report.outcome, "converged");
      await update("sender");
      const after = await bootable();
      assert.notEqual(after, before);
      assert.equal((await runAgent("sender")).report.release, after);
      await unchanged("sender");
    } finally {
      configuration.restore();
      await update("sender");
    }
    assert.equal(await bootable(), before);
  });

  async function urnOf(name: string): Promise<string> {
    const { stdout } = await pulumi().must(["stack", "export", "-s", "sender"]);
    const { resources } = JSON.parse(stdout).deployment as { resources: { urn: string }[] };
    const found = resources.filter(({ urn }) => urn.endsWith(`::${name}`));
    assert.equal(found.length, 1, name);
    return found[0]?.urn ?? "";
  }
});

const input = {
  side: "receives",
  linked: true,
  delivers: true,
  scrapeInterval: "2s",
  leafDays: 30,
} as const;
