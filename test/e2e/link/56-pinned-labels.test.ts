import assert from "node:assert/strict";
import { exchangeOf, type SandboxStack } from "@metrics-link/sandbox/cli/stack-files.ts";
import { externalLabels } from "@metrics-link/sandbox/cli/status.ts";
import { z } from "zod";
import { must, run } from "../support/commands.ts";
import { ChangedConfiguration } from "../support/configuration.ts";
import { linkIsOpen } from "../support/envoy.ts";
import { beforehand, nothingMissing, upForAWhile } from "../support/samples.ts";
import { pulumi, sandbox } from "../support/sandbox.ts";
import { needs, world } from "../support/world.ts";

const up = ["--yes", "--skip-preview"];
const update = async (stack: SandboxStack) => {
  const { stdout, stderr } = await pulumi().must(["up", "-s", stack, ...up]);
  return `${stdout}${stderr}`;
};
const account = () => externalLabels(sandbox).account ?? "";
const shown = z.object({ admits: z.array(z.object({ stack: z.string(), labels: z.record(z.string(), z.string()) })) });

describe("a sender's labels that the receiver has pinned", function () {
  needs(world.link);
  this.timeout(1_200_000);
  let from: number;
  let pins: ChangedConfiguration;
  before(async () => {
    await upForAWhile();
    from = beforehand();
    pins = new ChangedConfiguration("receiver");
  });
  after(async () => {
    pins.restore();
    await update("receiver");
    await update(exchangeOf("receiver"));
  });

  it("are what the sender tells, and no other: trust -- accept pins none that was misheard", async () => {
    assert.match(
      await must("trust", "show", "--stack", "receiver"),
      /labels of its series\n {4}account="\d+" {3}\(not pinned\)/,
    );
    const misheard = await run("trust", "accept", "--stack", "receiver", "--label", "account=999999999999");
    assert.equal(misheard.code, 1);
    assert.match(
      misheard.printed,
      /heard was {account="999999999999"}, but the series carry {account="\d+"}; nothing was pinned/,
    );
    await must("trust", "accept", "--stack", "receiver", "--label", `account=${account()}`);
    await update("receiver");
    await update(exchangeOf("receiver"));
    const { admits } = await pulumi().output(exchangeOf("receiver"), "contractLabels", shown);
    assert.deepEqual(
      admits.map(({ labels }) => labels),
      [{ account: account() }],
    );
  });

  it("cannot be changed at the sender, where nothing changes", async () => {
    const ofSender = new ChangedConfiguration("sender");
    const release = await pulumi().text("sender", "release");
    try {
      await ofSender.set("prometheus.externalLabels.account", "renamed");
      const { code, stdout, stderr } = await pulumi().run(["up", "-s", "sender", ...up]);
      assert.notEqual(code, 0);
      const words = /would refuse this sender's series; nothing was changed[\s\S]*has pinned for this sender/;
      assert.match(stdout + stderr, words);
    } finally {
      ofSender.restore();
    }
    assert.equal(await pulumi().text("sender", "release"), release);
    await pulumi().must(["preview", "-s", "sender", "--expect-no-changes"]);
  });

  it("hold the sender if they are others, and its link stays", async () => {
    const ofReceiver = new ChangedConfiguration("receiver");
    try {
      await ofReceiver.set("senders[0].labels.account", "somebody else");
      const printed = await update("receiver");
      assert.match(printed, /account-a is held\. The labels of the sender in stack .* are not those that are pinned/);
      assert.ok(await linkIsOpen());
    } finally {
      ofReceiver.restore();
    }
    assert.doesNotMatch(await update("receiver"), /is held/);
    await nothingMissing(from, 5000);
  });
});
