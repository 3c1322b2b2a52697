import assert from "node:assert/strict";
import { LinkError } from "@metrics-link/contract";
import { stackNames } from "@metrics-link/sandbox/cli/stack-files.ts";
import { IAM } from "@metrics-link/sandbox/testing/clients.ts";
import { accounts } from "@metrics-link/sandbox/world/accounts.ts";
import { z } from "zod";
import { runAgent } from "../support/agent.ts";
import { administrator, BalancerGroup, clientOptions } from "../support/aws.ts";
import { ChangedConfiguration } from "../support/configuration.ts";
import { pulumi } from "../support/sandbox.ts";
import { needs, world } from "../support/world.ts";

const policy = z.looseObject({
  Statement: z.array(z.looseObject({ Action: z.union([z.string(), z.array(z.string())]) })),
});

/** Takes the statement with an action out of a policy of the sender's deployer. @returns puts it back */
async function takeAway(action: string, name: string): Promise<() => Promise<void>> {
  const iam = new IAM(clientOptions(administrator(accounts.sender)));
  const PolicyArn = `arn:aws:iam::${accounts.sender}:policy/${name}`;
  const { PolicyVersion } = await iam.getPolicyVersion({ PolicyArn, VersionId: "v1" });
  const { Statement, ...rest } = policy.parse(JSON.parse(decodeURIComponent(PolicyVersion?.Document ?? "")));
  const fewer = Statement.filter(({ Action }) => ![Action].flat().includes(action));
  assert.equal(fewer.length, Statement.length - 1);
  const PolicyDocument = JSON.stringify({ ...rest, Statement: fewer });
  const made = await iam.createPolicyVersion({ PolicyArn, PolicyDocument, SetAsDefault: true });
  return async () => {
    await iam.setDefaultPolicyVersion({ PolicyArn, VersionId: "v1" });
    await iam.deletePolicyVersion({ PolicyArn, VersionId: made.PolicyVersion?.VersionId });
  };
}

describe("an existing link", () => {
  needs(world.link);
  for (const stack of stackNames) {
    it(`is not changed by another update of ${stack}`, async () => {
      await pulumi().must(["up", "-s", stack, "--yes", "--skip-preview", "--expect-no-changes"]);
    }).timeout(600_000);

    it(`has no drift in a refresh of ${stack}`, async () => {
      await pulumi().must(["refresh", "-s", stack, "--yes", "--skip-preview", "--expect-no-changes"]);
    }).timeout(600_000);
  }

  it("shows a manually changed rule as drift, and the next update reverts it", async () => {
    const group = await BalancerGroup.find();
    await group.refuse("203.0.113.10");
    const drift = await pulumi().run(["preview", "-s", "receiver", "--refresh", "--diff", "--expect-no-changes"]);
    assert.notEqual(drift.code, 0);
    assert.match(drift.stdout, /receiver-from-203\.0\.113\.10/);
    await pulumi().must(["up", "-s", "receiver", "--yes", "--skip-preview", "--refresh"]);
    await pulumi().must(["preview", "-s", "receiver", "--refresh", "--expect-no-changes"]);
  }).timeout(600_000);

  it("stops an update that lacks a right, with who lacks what and what to do, and goes on once it is there", async () => {
    const configuration = new ChangedConfiguration("sender");
    const { release } = (await runAgent("sender")).report;
    await configuration.set("prometheus.remoteWrite.batchSendDeadline", "4s");
    try {
      const putBack = await takeAway("s3:PutObject", "deployer-sender-services");
      const stopped = await pulumi()
        .up("sender")
        .then(() => assert.fail("the update went through"))
        .catch((error: unknown) => error)
        .finally(putBack);
      assert.ok(stopped instanceof LinkError, String(stopped));
      assert.match(
        stopped.message,
        /User: arn:aws:sts::111111111111:assumed-role\/metrics-link-deploy\/\S+ is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::metrics-link-sender-111111111111-eu-west-1\/releases\/sender\/\S+ because no identity-based policy allows the s3:PutObject action/,
      );
      assert.match(
        stopped.message,
        /an administrator compares the policies of role metrics-link-deploy with docs\/deploy\.md.*, and allows s3:PutObject; the same command then goes on where it stopped/,
      );
      assert.equal((await runAgent("sender")).report.release, release);
      await pulumi().up("sender");
      assert.notEqual((await runAgent("sender")).report.release, release);
    } finally {
      configuration.restore();
      await pulumi().up("sender");
    }
    assert.equal((await runAgent("sender")).report.release, release);
  }).timeout(600_000);
});
