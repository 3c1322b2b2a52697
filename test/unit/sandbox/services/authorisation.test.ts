import { strict as assert } from "node:assert";
import { EC2, IAM, KMS, S3, SecretsManager, SSM } from "@metrics-link/sandbox/testing/clients.ts";
import { Api, byTls, document, receiver, region, roleArn, type Session, sender } from "./api-in-front-of-moto.ts";

describe("authorisation by the sandbox's AWS API", function () {
  this.timeout(90_000);
  const api = new Api();
  let keyArn: string;
  let secretArn: string;
  let host: Session;

  const options = (credentials: Session) => api.options(credentials);
  const admin = (account: string) => api.admin(account);
  const allowHost = (...statements: object[]) =>
    new IAM(options(admin(sender))).putRolePolicy({
      RoleName: "host",
      PolicyName: "host",
      PolicyDocument: document(...statements.map((statement) => ({ Effect: "Allow", ...statement }))),
    });

  before(async () => {
    await api.start();
    await api.hostRole("host");
    host = await api.instanceSession(roleArn("host"));
    const { KeyMetadata } = await new KMS(options(admin(sender))).createKey({});
    keyArn = KeyMetadata?.Arn ?? "";
    const secrets = new SecretsManager(options(admin(sender)));
    secretArn = (await secrets.createSecret({ Name: "leaf", SecretString: "the key", KmsKeyId: keyArn })).ARN ?? "";
    await secrets.createSecret({ Name: "another", SecretString: "not yours" });
    const s3 = new S3(options(admin(sender)));
    await s3.createBucket({ Bucket: "releases", CreateBucketConfiguration: { LocationConstraint: region } });
    await s3.putObject({ Bucket: "releases", Key: "tools/envoy", Body: "envoy" });
  });
  after(() => api.stop());
  afterEach(() => {
    api.way = byTls;
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
    api.way = { context: { "aws:SecureTransport": "false" } };
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
    api.way = { ...byTls, endpointPolicy: policyOf(ofAccount(sender)) };
    assert.equal(await (await read(host)).Body?.transformToString(), "envoy");
    await assert.rejects(read(admin(receiver)), { name: "AccessDenied" });
    for (const narrower of [ofAccount(receiver), { Resource: "arn:aws:s3:::other/*" }, { Action: "s3:PutObject" }]) {
      api.way = { ...byTls, endpointPolicy: policyOf(narrower) };
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
    api.way = { context: { ...byTls.context, "aws:SourceVpc": "vpc-1" } };
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
      return (await api.post("ssm", JSON.stringify({ InstanceId }), host, { headers: target })).status;
    };
    await allowHost({
      Action: "ssm:UpdateInstanceInformation",
      Resource: `arn:aws:ec2:${region}:${sender}:instance/i-1`,
    });
    assert.deepEqual([await ping("i-1"), await ping("i-2")], [200, 400]);
    await assert.rejects(new SSM(options(host)).describeInstanceInformation({}), { name: "AccessDeniedException" });
  });
});
