import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { S3 } from "@aws-sdk/client-s3";
import { clientsOf } from "@metrics-link/sandbox/cloud/api.ts";
import { filesOfState } from "@metrics-link/sandbox/cloud/calls/state.ts";
import type { AccessKey } from "@metrics-link/sandbox/services/moto/moto.ts";
import { toolsAccount } from "../support/engine.ts";
import { accounts, type Side, TwoAccounts } from "../support/two-accounts.ts";

const repository = resolve(import.meta.dirname, "../../..");
const bucket = "metrics-link-state";

/** The document of the repository for this bucket, and for users instead of roles, which moto gives keys without a session. */
const policyOf = (name: string) =>
  readFileSync(join(repository, "stacks/iam/state-bucket.json"), "utf8")
    .replaceAll("YOUR-STATE-BUCKET", name)
    .replaceAll("role/metrics-link-state", "user/state");

const stacksOf: Record<Side, readonly string[]> = {
  a: ["account-a", "production-sender"],
  b: ["account-b", "production-receiver"],
};
const stateOf: Record<Side, string> = { a: "state-sender", b: "state-receiver" };

describe("the policy of the bucket with the state", function () {
  this.timeout(300_000);
  const users: Partial<Record<Side, AccessKey>> = {};
  let both: TwoAccounts;

  before(async () => {
    both = await TwoAccounts.start("metrics-link");
    const clients = clientsOf(both.api);
    const { s3 } = clients(toolsAccount, "eu-west-1");
    await s3.createBucket({ Bucket: bucket, CreateBucketConfiguration: { LocationConstraint: "eu-west-1" } });
    // As `pulumi stack ls` of whoever made the bucket leaves it.
    await s3.putObject({ Bucket: bucket, Key: ".pulumi/meta.yaml", Body: "version: 1\n" });
    for (const side of ["a", "b"] as const) {
      const { iam } = clients(accounts[side], "eu-west-1");
      await iam.createUser({ UserName: "state" });
      // Another account's bucket needs both: its own policy, and a right of the user.
      const PolicyDocument = readFileSync(join(repository, `docs/iam/${stateOf[side]}.json`), "utf8").replaceAll(
        "YOUR-STATE-BUCKET",
        bucket,
      );
      await iam.putUserPolicy({ UserName: "state", PolicyName: "state", PolicyDocument });
      const { AccessKey: key } = await iam.createAccessKey({ UserName: "state" });
      users[side] = { accessKeyId: key?.AccessKeyId ?? "", secretAccessKey: key?.SecretAccessKey ?? "" };
    }
    await s3.putBucketPolicy({ Bucket: bucket, Policy: policyOf(bucket) });
  });
  after(() => both.stop());

  /** What is in the bucket. */
  const keys = async () => {
    const { Contents = [] } = await clientsOf(both.api)(toolsAccount, "eu-west-1").s3.listObjectsV2({ Bucket: bucket });
    return Contents.map(({ Key = "" }) => Key);
  };

  /** The credentials of an account's user, and the bucket as the backend. */
  const as = (side: Side): NodeJS.ProcessEnv => {
    const { host } = new URL(both.moto.endpoint);
    return {
      PULUMI_BACKEND_URL: `s3://${bucket}?region=eu-west-1&endpoint=${host}&disableSSL=true&s3ForcePathStyle=true`,
      AWS_ACCESS_KEY_ID: users[side]?.accessKeyId,
      AWS_SECRET_ACCESS_KEY: users[side]?.secretAccessKey,
    };
  };
  const succeed = (side: Side, words: readonly string[]) => both.succeed(words, as(side));
  /** What B's host could read of a stack. */
  const read = async (peer: string) => {
    await succeed("b", both.update("production-receiver", "-c", `peer=${both.named(peer)}`));
    const output = await succeed("b", ["stack", "output", "found", "-s", both.named("production-receiver")]);
    return /\{.*\}/.exec(output)?.[0] ?? "";
  };

  it("lets each side make, update, refresh and preview its own stacks", async () => {
    for (const side of ["a", "b"] as const) {
      for (const stack of stacksOf[side]) {
        await succeed(side, ["stack", "init", both.named(stack)]);
        await succeed(side, both.update(stack));
      }
    }
    const written = (await keys()).filter((key) => key !== ".pulumi/meta.yaml");
    const named = [...Object.values(stacksOf)].flat().flatMap(filesOfState);
    const matches = (key: string, name: string) =>
      name.endsWith("*") ? key.startsWith(name.slice(0, -1)) : key === name;
    assert.deepEqual(
      written.filter((key) => !named.some((name) => matches(key, name))),
      [],
    );
    for (const words of [["preview"], ["refresh", "--yes"], ["stack", "export"], ["stack", "history"]]) {
      await succeed("b", [...words, "-s", both.named("account-b")]);
    }
  });

  it("lets each side read the other's exchange, and nothing of its host", async () => {
    assert.equal(await read("account-a"), '{"contract":"open"}');
    assert.match(await read("production-sender"), /production-sender\.json.*(PermissionDenied|Forbidden)/);
    for (const words of [
      ["stack", "output"],
      ["stack", "export"],
      ["stack", "history"],
    ]) {
      const { code, output } = await both.run([...words, "-s", both.named("production-sender")], as("b"));
      assert.notEqual(code, 0, words.join(" "));
      assert.match(output, /PermissionDenied|Forbidden/);
    }
  });

  // Stacks whose names begin with that of an exchange, and other forms of a state file.
  it("lets the other side read the exchange's state, and nothing whose name begins with it", async () => {
    const { s3 } = clientsOf(both.api)(toolsAccount, "eu-west-1");
    const own = new S3({
      region: "eu-west-1",
      endpoint: both.moto.endpoint,
      forcePathStyle: true,
      credentials: users.b ?? assert.fail("no user"),
    });
    const open = ".pulumi/stacks/metrics-link/account-a.json";
    for (const key of [
      `${open}.gz`,
      `${open}.zst`,
      `${open}.bak`,
      `${open}.secret.json`,
      `${open}.1764460800000000000`,
    ]) {
      await s3.putObject({ Bucket: bucket, Key: key, Body: "{}" });
      await assert.rejects(own.getObject({ Bucket: bucket, Key: key }), { name: "AccessDenied" }, key);
      await s3.deleteObject({ Bucket: bucket, Key: key });
    }
    await own.getObject({ Bucket: bucket, Key: open });
    await assert.rejects(
      own.putObject({ Bucket: bucket, Key: ".pulumi/stacks/metrics-link/account-b.secret.json", Body: "{}" }),
      { name: "AccessDenied" },
    );
    own.destroy();
  });

  it("lets neither side write, lock or remove a stack of the other", async () => {
    for (const stack of ["account-a", "production-sender"]) {
      for (const words of [both.update(stack), ["stack", "rm", "--yes", "--force", "-s", both.named(stack)]]) {
        const { code, output } = await both.run(words, as("b"));
        assert.notEqual(code, 0, words.join(" "));
        assert.match(output, /AccessDenied|Forbidden/);
      }
      await succeed("a", ["preview", "-s", both.named(stack)]);
    }
  });
});
