import assert from "node:assert/strict";
import { instancePolicy } from "@metrics-link/host/cloud/policies.ts";
import { type Clients, clientsWith } from "@metrics-link/sandbox/testing/clients.ts";
import { clientOptionsFrom, sessionOf } from "@metrics-link/sandbox/testing/from-host.ts";
import { bucketOf } from "@metrics-link/sandbox/testing/releases.ts";
import { accounts, deployRoleArn, region } from "@metrics-link/sandbox/world/accounts.ts";
import { assume, clientOptions, deployer, freeDeployer } from "../support/aws.ts";
import { ofHost, roleOf } from "../support/belongings.ts";
import { eventually } from "../support/eventually.ts";
import { everything, refused } from "../support/refused.ts";
import { sandbox } from "../support/sandbox.ts";
import { needs, world } from "../support/world.ts";

const account = accounts.sender;
const bucket = bucketOf("sender");

describe("the rights of others in the sender's account", function () {
  needs(world.link);
  this.timeout(1_200_000);
  const made: string[] = [];
  const ownRelease = { Bucket: bucket, Key: "releases/second/current.json" };
  /** The deployer, freed of its limits. */
  let deploying: Clients;
  let putBack: (() => Promise<void>) | undefined;
  let sender: Awaited<ReturnType<typeof ofHost>>;
  let second: Clients;
  let secondSecret: string;
  let secondKey: string;

  /** A role with one policy, given to the deployer. */
  async function roleWith(RoleName: string, policy: object): Promise<Clients> {
    const Principal = { AWS: deployRoleArn(account) };
    const trust = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal, Action: "sts:AssumeRole" }] };
    await deploying.iam.createRole({ RoleName, AssumeRolePolicyDocument: JSON.stringify(trust) });
    made.push(RoleName);
    await deploying.iam.putRolePolicy({ RoleName, PolicyName: "host", PolicyDocument: JSON.stringify(policy) });
    const session = await eventually("the new role to be given out", () =>
      assume(deploying.sts, `arn:aws:iam::${account}:role/${RoleName}`),
    );
    return clientsWith(clientOptions(session));
  }

  before(async () => {
    putBack = await freeDeployer(account);
    deploying = clientsWith(clientOptions(await deployer(account)));
    sender = await ofHost("sender", deploying);
    await deploying.s3.putObject({ ...ownRelease, Body: "{}" });
    secondKey = (await deploying.kms.createKey({})).KeyMetadata?.KeyId ?? "";
    const secret = { Name: "metrics-link/second/release", SecretString: "its own", KmsKeyId: secondKey };
    secondSecret = (await deploying.secrets.createSecret(secret)).ARN ?? "";
    const policy = instancePolicy({
      hostName: "second",
      account: { id: account, region },
      partition: "aws",
      bucketArn: `arn:aws:s3:::${bucket}`,
      secretArn: secondSecret,
      keyArn: `arn:aws:kms:${region}:${account}:key/${secondKey}`,
      vpcId: "vpc-of-its-own",
    });
    // The program's own policy but for the network, which it has none of: so what refuses here is not that.
    const Statement = policy.Statement.map((statement) => {
      const { Condition, ...rest } = statement;
      return "aws:SourceVpc" in Condition.StringEquals ? rest : statement;
    });
    second = await roleWith(roleOf("second"), { ...policy, Statement });
  });
  after(async () => {
    for (const RoleName of made) {
      await deploying.iam.deleteRolePolicy({ RoleName, PolicyName: "host" });
      await deploying.iam.deleteRole({ RoleName });
    }
    await deploying.secrets.deleteSecret({ SecretId: secondSecret, ForceDeleteWithoutRecovery: true });
    await deploying.kms.scheduleKeyDeletion({ KeyId: secondKey, PendingWindowInDays: 7 });
    await deploying.s3.deleteObject(ownRelease);
    await putBack?.();
  });

  it("allow a second sender to read its own secret, its own releases and the tools", async () => {
    const { SecretString } = await second.secrets.getSecretValue({ SecretId: secondSecret });
    assert.equal(SecretString, "its own");
    await second.s3.getObject(ownRelease);
    await second.s3.getObject({ Bucket: bucket, Key: sender.toolKey });
  });

  it("deny each of two senders the other's secret, key and releases", async () => {
    const code = "AccessDeniedException";
    await refused(code, second.secrets.getSecretValue({ SecretId: sender.secretArn }));
    await refused(code, second.kms.decrypt(sender.sealed));
    const current = { Bucket: bucket, Key: "releases/sender/current.json" };
    await refused("AccessDenied", second.s3.getObject(current));
    const session = await sessionOf(sandbox, "sender");
    const first = clientsWith(clientOptionsFrom(sandbox, "sender", sender.instanceId, session));
    await refused(code, first.secrets.getSecretValue({ SecretId: secondSecret }));
    await refused("AccessDenied", first.s3.getObject(ownRelease));
    await first.s3.getObject(current);
  });

  it("keep an administrator from reading the host's secret and changing what hosts run", async () => {
    const power = await roleWith("power-user", JSON.parse(everything));
    await refused("AccessDeniedException", power.secrets.getSecretValue({ SecretId: sender.secretArn }));
    await refused("AccessDenied", power.s3.putObject({ ...ownRelease, Body: "{}" }));
    await refused("AccessDenied", power.s3.deleteObject(ownRelease));
    const rule = { ID: "all", Status: "Enabled" as const, Filter: { Prefix: "" }, Expiration: { Days: 1 } };
    const lifecycle = { Bucket: bucket, LifecycleConfiguration: { Rules: [rule] } };
    await refused("AccessDenied", power.s3.putBucketLifecycleConfiguration(lifecycle));
    await refused("AccessDenied", power.s3.deleteBucketPolicy({ Bucket: bucket }));
    const { secretArn: SecretId, keyArn: KeyId } = sender;
    const toAnotherRegion = { SecretId, AddReplicaRegions: [{ Region: "us-east-1" }] };
    await refused("AccessDeniedException", power.secrets.replicateSecretToRegions(toAnotherRegion));
    await refused("AccessDeniedException", power.secrets.putSecretValue({ SecretId, SecretString: "theirs" }));
    await refused("AccessDeniedException", power.secrets.deleteResourcePolicy({ SecretId }));
    const grant = {
      KeyId,
      GranteePrincipal: `arn:aws:iam::${account}:role/power-user`,
      Operations: ["Decrypt" as const],
    };
    await refused("AccessDeniedException", power.kms.createGrant(grant));
    await power.secrets.describeSecret({ SecretId });
    await power.secrets.getSecretValue({ SecretId: secondSecret });
    await power.s3.getObject(ownRelease);
  });
});
