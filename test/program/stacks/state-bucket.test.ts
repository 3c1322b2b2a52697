import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { cacheDirectory } from "@metrics-link/release";
import { type AwsApi, clientsOf } from "@metrics-link/sandbox/cloud/api.ts";
import { type AccessKey, type Moto, startMoto } from "@metrics-link/sandbox/services/moto/moto.ts";
import { ownEnvironment, runPulumi } from "../support/engine.ts";

const repository = resolve(import.meta.dirname, "../../..");
const packages = join(repository, "packages/sandbox");
const accounts = { a: "111111111111", b: "222222222222" } as const;
const bucket = "metrics-link-state";
type Side = keyof typeof accounts;
const named = (stack: string) => `organization/metrics-link/${stack}`;

/** The document of the repository for this bucket, and for users instead of roles, which moto gives keys without a session. */
const policyOf = (name: string) =>
  readFileSync(join(repository, "stacks/iam/state-bucket.json"), "utf8")
    .replaceAll("YOUR-STATE-BUCKET", name)
    .replaceAll("role/metrics-link-state", "user/state");

const program = `
import * as pulumi from "@pulumi/pulumi";
import { readOutputs } from ${JSON.stringify(join(repository, "stacks/stack-outputs.ts"))};
export default async () => {
  const peer = new pulumi.Config().get("peer");
  const found = peer === undefined ? {} : await readOutputs(peer, ["contract"]).catch(({ message }) => ({ error: message }));
  return { contract: "open", found: JSON.stringify(found) };
};
`;

describe("the policy of the bucket with the state", function () {
  this.timeout(300_000);
  const directory = mkdtempSync(join(tmpdir(), "state-bucket-"));
  const folder = join(directory, "program");
  const users: Partial<Record<Side, AccessKey>> = {};
  let moto: Moto;

  before(async () => {
    cpSync(join(packages, "plugins/example"), folder, { recursive: true });
    symlinkSync(join(packages, "node_modules"), join(directory, "node_modules"));
    writeFileSync(join(folder, "index.ts"), program);
    const file = join(folder, "Pulumi.yaml");
    writeFileSync(file, readFileSync(file, "utf8").replace("plugins-example", "metrics-link"));
    moto = await startMoto({
      python: join(cacheDirectory(), "bin", "moto-python"),
      seed: "state",
      accounts: Object.values(accounts),
      toolsAccount: "999999999999",
      deployRole: "metrics-link-deploy",
      log: join(directory, "moto.log"),
    });
    const api: AwsApi = { endpoint: moto.endpoint, admin: (of) => moto.keys.admins[of] ?? assert.fail(of) };
    const clients = clientsOf(api);
    const { s3 } = clients("999999999999", "eu-west-1");
    await s3.createBucket({ Bucket: bucket, CreateBucketConfiguration: { LocationConstraint: "eu-west-1" } });
    // As `pulumi stack ls` of whoever made the bucket leaves it.
    await s3.putObject({ Bucket: bucket, Key: ".pulumi/meta.yaml", Body: "version: 1\n" });
    for (const side of ["a", "b"] as const) {
      const { iam } = clients(accounts[side], "eu-west-1");
      await iam.createUser({ UserName: "state" });
      // Another account's bucket needs both: its own policy, and a right of the user.
      const Statement = [{ Effect: "Allow", Action: "s3:*", Resource: "*" }];
      const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
      await iam.putUserPolicy({ UserName: "state", PolicyName: "state", PolicyDocument });
      const { AccessKey: key } = await iam.createAccessKey({ UserName: "state" });
      users[side] = { accessKeyId: key?.AccessKeyId ?? "", secretAccessKey: key?.SecretAccessKey ?? "" };
    }
    await s3.putBucketPolicy({ Bucket: bucket, Policy: policyOf(bucket) });
  });
  after(async () => {
    await moto.stop();
    rmSync(directory, { recursive: true });
  });

  const run = (side: Side, words: readonly string[]) => {
    const host = new URL(moto.endpoint).host;
    return runPulumi(folder, words, {
      ...ownEnvironment(directory),
      PULUMI_BACKEND_URL: `s3://${bucket}?region=eu-west-1&endpoint=${host}&disableSSL=true&s3ForcePathStyle=true`,
      AWS_ACCESS_KEY_ID: users[side]?.accessKeyId,
      AWS_SECRET_ACCESS_KEY: users[side]?.secretAccessKey,
      AWS_SESSION_TOKEN: "",
      AWS_REGION: "eu-west-1",
    });
  };

  const succeed = async (side: Side, words: readonly string[]) => {
    const { code, output } = await run(side, words);
    assert.equal(code, 0, output);
    return output;
  };
  const update = (stack: string, ...more: readonly string[]) => [
    "up",
    "--yes",
    "--skip-preview",
    "-s",
    named(stack),
    ...more,
  ];
  /** What B's host could read of a stack. */
  const read = async (peer: string) => {
    await succeed("b", update("production-receiver", "-c", `peer=${named(peer)}`));
    const output = await succeed("b", ["stack", "output", "found", "-s", named("production-receiver")]);
    return /\{.*\}/.exec(output)?.[0] ?? "";
  };

  it("lets each side make, update, refresh and preview its own stacks", async () => {
    for (const [side, stacks] of [
      ["a", ["account-a", "production-sender"]],
      ["b", ["account-b", "production-receiver"]],
    ] as const) {
      for (const stack of stacks) {
        await succeed(side, ["stack", "init", named(stack)]);
        await succeed(side, update(stack));
      }
    }
    for (const words of [["preview"], ["refresh", "--yes"], ["stack", "export"], ["stack", "history"]]) {
      await succeed("b", [...words, "-s", named("account-b")]);
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
      const { code, output } = await run("b", [...words, "-s", named("production-sender")]);
      assert.notEqual(code, 0, words.join(" "));
      assert.match(output, /PermissionDenied|Forbidden/);
    }
  });

  it("lets neither side write, lock or remove a stack of the other", async () => {
    for (const stack of ["account-a", "production-sender"]) {
      for (const words of [update(stack), ["stack", "rm", "--yes", "--force", "-s", named(stack)]]) {
        const { code, output } = await run("b", words);
        assert.notEqual(code, 0, words.join(" "));
        assert.match(output, /AccessDenied|Forbidden/);
      }
      await succeed("a", ["preview", "-s", named(stack)]);
    }
  });
});
