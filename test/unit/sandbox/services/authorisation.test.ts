import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheDirectory } from "@metrics-link/release";
import { frontListener } from "@metrics-link/sandbox/services/front/front.ts";
import { RoleCredentialsSource } from "@metrics-link/sandbox/services/imds/credentials.ts";
import { type Moto, startMoto } from "@metrics-link/sandbox/services/moto/moto.ts";
import { aws4, EC2, IAM, KMS, S3, SecretsManager, SSM, STS } from "@metrics-link/sandbox/testing/clients.ts";

const [sender, receiver, tools] = ["111111111111", "222222222222", "999999999999"] as const;
const region = "eu-west-1";

interface Session {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

describe("authorisation by the sandbox's AWS API", () => {
  let directory: string;
  let moto: Moto;
  let front: http.Server;
  let secureTransport: "true" | "false";
  let sourceVpc: Record<string, string>;
  let endpointPolicy: string | undefined;
  let keyArn: string;
  let secretArn: string;
  let host: Session;

  const options = (credentials: Session) => ({
    region,
    endpoint: `http://127.0.0.1:${(front.address() as AddressInfo).port}`,
    credentials,
    forcePathStyle: true,
    maxAttempts: 1,
  });
  const admin = (account: string) => moto.keys.admins[account] ?? assert.fail(account);
  const document = (...Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });
  const roleArn = `arn:aws:iam::${sender}:role/host`;
  const mint = async (arn = roleArn): Promise<Session> => {
    const source = new RoleCredentialsSource({ moto: moto.endpoint, imds: moto.keys.imds, region });
    const { AccessKeyId, SecretAccessKey, Token } = await source.get("i-1", arn);
    return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: Token };
  };
  const allowHost = (...statements: object[]) =>
    new IAM(options(admin(sender))).putRolePolicy({
      RoleName: "host",
      PolicyName: "host",
      PolicyDocument: document(...statements.map((statement) => ({ Effect: "Allow", ...statement }))),
    });

  before(async function () {
    assert.equal(process.getuid?.(), 0, "this test must run as root: the sandbox does");
    this.timeout(90_000);
    directory = mkdtempSync(join(tmpdir(), "metrics-link-authorisation-"));
    moto = await startMoto({
      python: join(cacheDirectory(), "bin", "moto-python"),
      seed: "test",
      accounts: [sender, receiver],
      toolsAccount: tools,
      deployRole: "metrics-link-deploy",
      log: join(directory, "moto.log"),
    });
    const frontOptions = { moto: moto.endpoint, completions: [], onSecurityGroupChange: async () => {}, log: () => {} };
    const entrance = {
      way: () => ({
        context: { "aws:SecureTransport": secureTransport, ...sourceVpc },
        ...(endpointPolicy === undefined ? {} : { endpointPolicy }),
      }),
    };
    front = http.createServer(frontListener(frontOptions, entrance));
    await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));
    secureTransport = "true";
    sourceVpc = {};

    const trust = document({ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" });
    await new IAM(options(admin(sender))).createRole({ RoleName: "host", AssumeRolePolicyDocument: trust });
    host = await mint();
    const { KeyMetadata } = await new KMS(options(admin(sender))).createKey({});
    keyArn = KeyMetadata?.Arn ?? "";
    const secrets = new SecretsManager(options(admin(sender)));
    secretArn = (await secrets.createSecret({ Name: "leaf", SecretString: "the key", KmsKeyId: keyArn })).ARN ?? "";
    await secrets.createSecret({ Name: "another", SecretString: "not yours" });
    const s3 = new S3(options(admin(sender)));
    await s3.createBucket({ Bucket: "releases", CreateBucketConfiguration: { LocationConstraint: region } });
    await s3.putObject({ Bucket: "releases", Key: "tools/envoy", Body: "envoy" });
  });

  after(async () => {
    front?.close();
    await moto?.stop();
    rmSync(directory, { recursive: true, force: true });
  });
  afterEach(() => {
    secureTransport = "true";
    sourceVpc = {};
    endpointPolicy = undefined;
  });

  it("lets only EC2 assume a role that trusts EC2", async () => {
    const { Arn } = await new STS(options(host)).getCallerIdentity({});
    assert.equal(Arn, `arn:aws:sts::${sender}:assumed-role/host/i-1`);
    const assume = (credentials: Session) =>
      new STS(options(credentials)).assumeRole({ RoleArn: roleArn, RoleSessionName: "x" });
    await assert.rejects(assume(moto.keys.deployer), { name: "AccessDenied" });
    await assert.rejects(assume(admin(sender)), { name: "AccessDenied" });
    await assert.rejects(assume(admin(receiver)), { name: "AccessDenied" });
    await assert.rejects(mint(`arn:aws:iam::${sender}:role/metrics-link-deploy`), { name: "AccessDenied" });
    await assert.rejects(mint(`arn:aws:iam::${sender}:role/missing`), { name: "AccessDenied" });
  });

  it("returns the same session until 15 minutes before it expires, then another", async () => {
    let now = new Date();
    const keys = { moto: moto.endpoint, imds: moto.keys.imds, region };
    const source = new RoleCredentialsSource({ ...keys, now: () => now });
    const [first, same] = [await source.get("i-1", roleArn), await source.get("i-1", roleArn)];
    assert.equal(first, same);
    assert.notEqual((await source.get("i-2", roleArn)).AccessKeyId, first.AccessKeyId);
    now = new Date(Date.parse(first.Expiration) - 16 * 60_000);
    assert.equal(await source.get("i-1", roleArn), first);
    now = new Date(Date.parse(first.Expiration) - 14 * 60_000);
    assert.notEqual((await source.get("i-1", roleArn)).AccessKeyId, first.AccessKeyId);
  });

  it("reads a secret by its ARN, and only with permission for its key through Secrets Manager", async () => {
    const secrets = new SecretsManager(options(host));
    const read = (SecretId: string) => secrets.getSecretValue({ SecretId });
    const secret = { Action: "secretsmanager:GetSecretValue", Resource: secretArn };
    const key = (via: string) => ({
      Action: "kms:Decrypt",
      Resource: keyArn,
      Condition: { StringEquals: { "kms:ViaService": via, "kms:EncryptionContext:SecretARN": secretArn } },
    });
    await allowHost(secret);
    await assert.rejects(read(secretArn), { name: "AccessDeniedException", message: /needs kms:Decrypt/ });
    await allowHost(secret, key(`s3.${region}.amazonaws.com`));
    await assert.rejects(read(secretArn), { name: "AccessDeniedException" });
    await allowHost(secret, key(`secretsmanager.${region}.amazonaws.com`));
    assert.equal((await read(secretArn)).SecretString, "the key");
    assert.equal((await read("leaf")).SecretString, "the key");
    await assert.rejects(read("another"), { name: "AccessDeniedException" });
    await assert.rejects(read("missing"), { name: "AccessDeniedException" });
    const direct = new KMS(options(host)).encrypt({ KeyId: keyArn, Plaintext: Buffer.from("x") });
    await assert.rejects(direct, { name: "AccessDeniedException" });
  });

  it("restricts objects to their prefix, and a TLS-only bucket to TLS", async () => {
    await allowHost({ Action: "s3:GetObject", Resource: "arn:aws:s3:::releases/tools/*" });
    const read = (Key: string) => new S3(options(host)).getObject({ Bucket: "releases", Key });
    assert.equal(await (await read("tools/envoy")).Body?.transformToString(), "envoy");
    await assert.rejects(read("other"), { name: "AccessDenied" });
    await new S3(options(admin(sender))).putBucketPolicy({
      Bucket: "releases",
      Policy: document({
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: ["arn:aws:s3:::releases", "arn:aws:s3:::releases/*"],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      }),
    });
    assert.equal(await (await read("tools/envoy")).Body?.transformToString(), "envoy");
    secureTransport = "false";
    await assert.rejects(read("tools/envoy"), { name: "AccessDenied" });
  });

  it("passes through a VPC endpoint only what its policy allows, which grants no permission", async () => {
    await allowHost({ Action: "s3:GetObject", Resource: "arn:aws:s3:::releases/tools/*" });
    const read = (credentials: Session) =>
      new S3(options(credentials)).getObject({ Bucket: "releases", Key: "tools/envoy" });
    const policyOf = (more: object) =>
      document({
        Effect: "Allow",
        Principal: "*",
        Action: "s3:GetObject",
        Resource: "arn:aws:s3:::releases/*",
        ...more,
      });
    const ofAccount = (account: string) => ({ Condition: { StringEquals: { "aws:PrincipalAccount": account } } });
    endpointPolicy = policyOf(ofAccount(sender));
    assert.equal(await (await read(host)).Body?.transformToString(), "envoy");
    await assert.rejects(read(admin(receiver)), { name: "AccessDenied" });
    for (const narrower of [ofAccount(receiver), { Resource: "arn:aws:s3:::other/*" }, { Action: "s3:PutObject" }]) {
      endpointPolicy = policyOf(narrower);
      await assert.rejects(read(host), { name: "AccessDenied", message: /no VPC endpoint policy allows it/ });
    }
  });

  it("knows a call's network, and forgets it where a service calls on the caller's behalf", async () => {
    const here = { Condition: { StringEquals: { "aws:SourceVpc": "vpc-1" } } };
    const key = { Action: "kms:Decrypt", Resource: keyArn };
    const secret = { Action: "secretsmanager:GetSecretValue", Resource: secretArn };
    const read = () => new SecretsManager(options(host)).getSecretValue({ SecretId: secretArn });
    await allowHost({ ...secret, ...here }, key);
    await assert.rejects(read(), { name: "AccessDeniedException" });
    sourceVpc = { "aws:SourceVpc": "vpc-1" };
    assert.equal((await read()).SecretString, "the key");
    await allowHost({ ...secret, ...here }, { ...key, ...here });
    await assert.rejects(read(), { name: "AccessDeniedException", message: /needs kms:Decrypt/ });
  });

  it("makes the cloud call as the deployer", async () => {
    const secrets = new SecretsManager(options(admin(sender)));
    const { ARN: own = "" } = await secrets.createSecret({ Name: "for-one", SecretString: "the value" });
    const read = () => secrets.getSecretValue({ SecretId: own });
    const allBut = (role: string) =>
      secrets.putResourcePolicy({
        SecretId: own,
        ResourcePolicy: document({
          Effect: "Deny",
          Principal: "*",
          Action: "secretsmanager:GetSecretValue",
          Resource: "*",
          Condition: { ArnNotEquals: { "aws:PrincipalArn": `arn:aws:iam::${sender}:role/${role}` } },
        }),
      });
    await allBut("metrics-link-deploy");
    assert.equal((await read()).SecretString, "the value");
    await allBut("host");
    await assert.rejects(read(), { name: "AccessDeniedException" });
  });

  it("keeps accounts apart", async () => {
    const s3 = new S3(options(admin(receiver)));
    await assert.rejects(s3.getObject({ Bucket: "releases", Key: "tools/envoy" }), { name: "AccessDenied" });
    await assert.rejects(s3.putObject({ Bucket: "releases", Key: "tools/envoy", Body: "mine" }), {
      name: "AccessDenied",
    });
    const secret = new SecretsManager(options(admin(receiver))).getSecretValue({ SecretId: secretArn });
    await assert.rejects(secret, { name: "AccessDeniedException" });
    const key = new KMS(options(admin(receiver))).describeKey({ KeyId: keyArn });
    await assert.rejects(key, { name: "AccessDeniedException" });
  });

  it("encrypts objects only for callers that may use the bucket's key", async () => {
    await new S3(options(admin(sender))).putObject({
      Bucket: "releases",
      Key: "tools/sealed",
      Body: "sealed",
      ServerSideEncryption: "aws:kms",
      SSEKMSKeyId: keyArn,
    });
    const object = { Action: "s3:GetObject", Resource: "arn:aws:s3:::releases/*" };
    const read = () => new S3(options(host)).getObject({ Bucket: "releases", Key: "tools/sealed" });
    await allowHost(object);
    await assert.rejects(read(), { name: "AccessDenied", message: /needs kms:Decrypt/ });
    await allowHost(object, { Action: "kms:Decrypt", Resource: keyArn });
    assert.equal(await (await read()).Body?.transformToString(), "sealed");
  });

  it("refuses a policy that it cannot evaluate, and says so, unless another allows the call", async () => {
    const describes = { Action: "ec2:Describe*", Resource: "*" };
    const ofAnOrganisation = { ...describes, Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } } };
    const describe = () => new EC2(options(host)).describeInstances({});
    await allowHost(ofAnOrganisation, describes);
    await describe();
    await allowHost(describes, { ...ofAnOrganisation, Effect: "Deny" });
    await assert.rejects(describe(), /does not model/);
    await allowHost(ofAnOrganisation);
    await assert.rejects(describe(), {
      name: "UnauthorizedOperation",
      message: /does not model condition key aws:PrincipalOrgID/,
    });
  });

  it("authorises Systems Manager's agent by its instance", async () => {
    const ping = async (InstanceId: string) => {
      const target = {
        "x-amz-target": "AmazonSSM.UpdateInstanceInformation",
        "content-type": "application/x-amz-json-1.1",
      };
      return (await post("ssm", JSON.stringify({ InstanceId }), host, { headers: target })).status;
    };
    await allowHost({
      Action: "ssm:UpdateInstanceInformation",
      Resource: `arn:aws:ec2:${region}:${sender}:instance/i-1`,
    });
    assert.deepEqual([await ping("i-1"), await ping("i-2")], [200, 400]);
    await assert.rejects(new SSM(options(host)).describeInstanceInformation({}), { name: "AccessDeniedException" });
  });

  /** A signed request, to be spoiled before it is sent. */
  async function post(
    service: string,
    body: string,
    credentials: Session,
    { sent = body, headers = {} }: { sent?: string; headers?: Record<string, string> } = {},
  ): Promise<Response> {
    const { host: authority } = new URL(options(credentials).endpoint);
    const request = { service, region, method: "POST", path: "/", body, headers: { host: authority, ...headers } };
    const signed = aws4.sign(request, credentials);
    return fetch(`http://${authority}/`, {
      method: "POST",
      body: sent,
      headers: signed.headers as Record<string, string>,
    });
  }

  it("refuses an altered body, an old request, and a session without its token", async () => {
    const body = "Action=GetCallerIdentity&Version=2011-06-15";
    const form = { "content-type": "application/x-www-form-urlencoded" };
    const send = (more: object) => post("sts", body, host, { headers: form, ...more });
    assert.equal((await send({})).status, 200);
    assert.notEqual((await send({ sent: body.replace("2011", "2012") })).status, 200);
    const stale = new Date(Date.now() - 16 * 60_000).toISOString().replace(/[-:]|\.\d+/g, "");
    const old = await send({ headers: { ...form, "X-Amz-Date": stale } });
    assert.match(await old.text(), /Signature expired/);
    const { sessionToken: _, ...tokenless } = host;
    assert.equal((await post("sts", body, tokenless, { headers: form })).status, 403);
  });

  it("drops sessions with their role", async () => {
    const iam = new IAM(options(admin(sender)));
    await iam.deleteRolePolicy({ RoleName: "host", PolicyName: "host" });
    await iam.deleteRole({ RoleName: "host" });
    await assert.rejects(new STS(options(host)).getCallerIdentity({}), { name: "InvalidClientTokenId" });
  });
});
