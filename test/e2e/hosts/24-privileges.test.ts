import assert from "node:assert/strict";
import { instancePolicy } from "@metrics-link/host/instance-policy.ts";
import { type Role, roles } from "@metrics-link/sandbox/cli/stack-files.ts";
import { EC2, IAM, KMS, S3, SecretsManager, SSM, STS } from "@metrics-link/sandbox/testing/clients.ts";
import { bucketOf } from "@metrics-link/sandbox/testing/releases.ts";
import { accounts, deployRoleArn, region } from "@metrics-link/sandbox/world/accounts.ts";
import { eventually } from "../../support/eventually.ts";
import { assume, clientOptions, deployer, type Session } from "../support/aws.ts";
import { on, pulumi } from "../support/sandbox.ts";

const peer: Record<Role, Role> = { sender: "receiver", receiver: "sender" };

/** What one host has in its account. */
interface Belongings {
  readonly release: string;
  readonly secretArn: string;
  readonly keyArn: string;
}

/** The keys that EC2 gives a host for its role: what a thief of the host has. */
async function sessionOf(host: Role): Promise<Session> {
  const url = "http://169.254.169.254/latest";
  const script = `
    token=$(curl -sf -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' ${url}/api/token)
    role=$(curl -sf -H "X-aws-ec2-metadata-token: $token" ${url}/meta-data/iam/security-credentials/)
    curl -sf -H "X-aws-ec2-metadata-token: $token" ${url}/meta-data/iam/security-credentials/$role`;
  const { AccessKeyId, SecretAccessKey, Token } = JSON.parse(await on(host, "sh", "-c", script));
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: Token };
}

async function belongingsOf(host: Role): Promise<Belongings> {
  const options = clientOptions(await deployer(accounts[host]));
  const { ARN: secretArn = "", KmsKeyId: keyArn = "" } = await new SecretsManager(options).describeSecret({
    SecretId: `metrics-link/${host}/release`,
  });
  return { release: await pulumi().output<string>(host, "release"), secretArn, keyArn };
}

async function body(s3: S3, bucket: string, key: string): Promise<string> {
  const { Body } = await s3.getObject({ Bucket: bucket, Key: key });
  return (await Body?.transformToString()) ?? "";
}

/** AWS' words for "you may not", over all services. */
const refusal = /^(AccessDenied|AccessDeniedException|UnauthorizedOperation|Forbidden)$/;
const isRefused = (call: Promise<unknown>) =>
  assert.rejects(call, ({ name }: Error) => {
    assert.match(name, refusal);
    return true;
  });

describe("what a host may do in its account", function () {
  this.timeout(60_000);
  const has = {} as Record<Role, Belongings>;
  const keys = {} as Record<Role, Session>;
  before(async () => {
    for (const host of roles) {
      has[host] = await belongingsOf(host);
      keys[host] = await sessionOf(host);
    }
  });
  const s3 = (host: Role) => new S3(clientOptions(keys[host]));
  const secrets = (host: Role) => new SecretsManager(clientOptions(keys[host]));

  for (const host of roles) {
    const other = peer[host];
    const bucket = bucketOf(host);

    it(`the ${host} reads its releases, the tools, the agent, and its own secret`, async () => {
      const { release, secretArn } = has[host];
      assert.ok((await body(s3(host), bucket, `releases/${host}/current.json`)).includes(release));
      const document = JSON.parse(await body(s3(host), bucket, `releases/${host}/${release}.json`));
      for (const key of [document.agent.key, document.tools[0].key]) {
        const { ContentLength } = await s3(host).getObject({ Bucket: bucket, Key: key });
        assert.ok((ContentLength ?? 0) > 0, key);
      }
      const { SecretString = "" } = await secrets(host).getSecretValue({ SecretId: secretArn });
      assert.ok(SecretString.includes("PRIVATE KEY"));
    });

    const refused: Record<string, () => Promise<unknown>> = {
      "the other account's releases": () => body(s3(host), bucketOf(other), `releases/${other}/current.json`),
      "the other account's tools": () => s3(host).listObjectsV2({ Bucket: bucketOf(other), Prefix: "tools/" }),
      "the other host's secret": () => secrets(host).getSecretValue({ SecretId: has[other].secretArn }),
      "another host's releases in its own bucket": () => body(s3(host), bucket, "releases/second/current.json"),
      "a list of its own bucket": () => s3(host).listObjectsV2({ Bucket: bucket }),
      "the list of buckets": () => s3(host).listBuckets({}),
      "the policy of its bucket": () => s3(host).getBucketPolicy({ Bucket: bucket }),
      "another pointer in its own bucket": () =>
        s3(host).putObject({ Bucket: bucket, Key: `releases/${host}/current.json`, Body: "{}" }),
      "an object less": () => s3(host).deleteObject({ Bucket: bucket, Key: `releases/${host}/current.json` }),
      "another value of its secret": () =>
        secrets(host).putSecretValue({ SecretId: has[host].secretArn, SecretString: "{}" }),
      "its secret's description": () => secrets(host).describeSecret({ SecretId: has[host].secretArn }),
      "the list of secrets": () => secrets(host).listSecrets({}),
      "a word under its key": () =>
        new KMS(clientOptions(keys[host])).encrypt({ KeyId: has[host].keyArn, Plaintext: Buffer.from("x") }),
      "the instances of the account": () => new EC2(clientOptions(keys[host])).describeInstances({}),
      "another rule in a security group": () =>
        new EC2(clientOptions(keys[host])).authorizeSecurityGroupIngress({ GroupId: "sg-1", CidrIp: "0.0.0.0/0" }),
      "the roles of the account": () => new IAM(clientOptions(keys[host])).listRoles({}),
      "a user of its own": () => new IAM(clientOptions(keys[host])).createUser({ UserName: "thief" }),
      "a command to a host": () =>
        new SSM(clientOptions(keys[host])).sendCommand({ InstanceIds: ["i-1"], DocumentName: "AWS-RunShellScript" }),
      "a parameter": () => new SSM(clientOptions(keys[host])).getParameter({ Name: "/anything" }),
      "the deployer's role": () => assume(new STS(clientOptions(keys[host])), deployRoleArn(accounts[host])),
      "the other host's role": () =>
        assume(
          new STS(clientOptions(keys[host])),
          `arn:aws:iam::${accounts[other]}:role/metrics-link-${other}-${region}`,
        ),
    };
    for (const [what, call] of Object.entries(refused)) {
      it(`the ${host} is refused: ${what}`, () => isRefused(call()));
    }

    it(`the ${host} opens what is under its key through Secrets Manager only`, async () => {
      const options = clientOptions(await deployer(accounts[host]));
      const context = { SecretARN: has[host].secretArn };
      const { CiphertextBlob } = await new KMS(options).encrypt({
        KeyId: has[host].keyArn,
        Plaintext: Buffer.from("word"),
        EncryptionContext: context,
      });
      const question = { CiphertextBlob, EncryptionContext: context } as { CiphertextBlob: Uint8Array };
      // The deployer can: so it is not the question that is wrong.
      const { Plaintext } = await new KMS(options).decrypt(question);
      assert.equal(Buffer.from(Plaintext ?? []).toString(), "word");
      await isRefused(new KMS(clientOptions(keys[host])).decrypt(question));
    });
  }

  describe("another sender in the same account", () => {
    const roleName = `metrics-link-second-${region}`;
    const account = accounts.sender;
    let iam: IAM;
    let second: Session;
    let secondSecret: string;

    before(async () => {
      const mine = await deployer(account);
      iam = new IAM(clientOptions(mine));
      const manager = new SecretsManager(clientOptions(mine));
      const { ARN: secretArn = "" } = await manager.createSecret({
        Name: "metrics-link/second/release",
        SecretString: "its own",
        KmsKeyId: has.sender.keyArn,
      });
      secondSecret = secretArn;
      // The program's own policy; only who may take the role is another, because there is no instance.
      const policy = instancePolicy({
        hostName: "second",
        account: { id: account, region },
        partition: "aws",
        bucketArn: `arn:aws:s3:::${bucketOf("sender")}`,
        secretArn,
        keyArn: has.sender.keyArn,
      });
      const principal = { AWS: deployRoleArn(account) };
      const trust = { Effect: "Allow", Principal: principal, Action: "sts:AssumeRole" };
      await iam.createRole({
        RoleName: roleName,
        AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [trust] }),
      });
      await iam.putRolePolicy({ RoleName: roleName, PolicyName: "host", PolicyDocument: JSON.stringify(policy) });
      second = await eventually("the new role to be given out", () =>
        assume(new STS(clientOptions(mine)), `arn:aws:iam::${account}:role/${roleName}`),
      );
    });
    after(async () => {
      await iam.deleteRolePolicy({ RoleName: roleName, PolicyName: "host" });
      await iam.deleteRole({ RoleName: roleName });
      const manager = new SecretsManager(clientOptions(await deployer(account)));
      await manager.deleteSecret({ SecretId: secondSecret, ForceDeleteWithoutRecovery: true });
    });

    it("reads its own secret and the tools", async () => {
      const { SecretString } = await new SecretsManager(clientOptions(second)).getSecretValue({
        SecretId: secondSecret,
      });
      assert.equal(SecretString, "its own");
      const { tools } = JSON.parse(
        await body(s3("sender"), bucketOf("sender"), `releases/sender/${has.sender.release}.json`),
      );
      await new S3(clientOptions(second)).headObject({ Bucket: bucketOf("sender"), Key: tools[0].key });
    });

    it("is refused the first one's secret and releases", async () => {
      await isRefused(new SecretsManager(clientOptions(second)).getSecretValue({ SecretId: has.sender.secretArn }));
      await isRefused(body(new S3(clientOptions(second)), bucketOf("sender"), "releases/sender/current.json"));
    });

    it("is refused by the first one", async () => {
      await isRefused(secrets("sender").getSecretValue({ SecretId: secondSecret }));
    });
  });
});
