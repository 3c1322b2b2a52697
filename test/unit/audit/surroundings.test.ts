/** What an audit reads around a host says the same of the state and of AWS, and shows what somebody else has added there. */
import assert from "node:assert/strict";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { frontListener } from "@metrics-link/sandbox/services/front/front.ts";
import type { ClientConfiguration } from "../../../scripts/audit/aws.ts";
import { factsIn, type Places, placesIn } from "../../../scripts/audit/declared-facts.ts";
import { dnsNow } from "../../../scripts/audit/observed-dns.ts";
import { balancersNow, routesNow } from "../../../scripts/audit/observed-facts.ts";
import { bucketsNow, keysNow, rolesNow } from "../../../scripts/audit/observed-rights.ts";
import { policyDigest } from "../../../scripts/audit/policy-digest.ts";
import type { Resource } from "../../../scripts/audit/state-resources.ts";
import { type Engine, startEngine } from "../../program/support/engine.ts";
import {
  ASSOCIATION,
  BALANCER,
  create,
  EIP,
  ENDPOINT,
  GROUP,
  hostInputs,
  INSTANCE,
  inputsOf,
  LISTENER,
  NAT,
  network,
  PROFILE,
  ROLE,
  ROUTE,
  TABLE,
  TARGET,
  TARGETS,
} from "../sandbox/cloud/support/estate.ts";

const account = "111111111111";
const policy = (Action: string, Resource: string, more: object = {}) =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource, ...more }] });
const trust = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
});
const name = "metrics-link-host";
const bucket = "metrics-link-releases";
const dns = (kind: string) => `aws:route53/resolverFirewall${kind}:ResolverFirewall${kind}`;

describe("what an audit reads around a host", function () {
  this.timeout(120_000);
  let engine: Engine;
  let front: http.Server;
  let clients: ClientConfiguration;
  let places: Places;
  let facts: ReturnType<typeof factsIn>;
  const state: Resource[] = [];

  /** Makes a resource as an update does, and notes it as a state would. */
  async function make(type: string, inputs: Parameters<typeof inputsOf>[1]) {
    const made = await create(engine.cloud, type, inputs);
    const full = inputsOf(type, inputs);
    state.push({ urn: type, type, id: made.id, inputs: full, outputs: { ...full, ...made.outputs }, delete: false });
    return made;
  }

  before(async () => {
    engine = await startEngine(account);
    const way = { way: () => ({ context: { "aws:SecureTransport": "true" } }) };
    const options = {
      moto: engine.api.endpoint,
      completions: [],
      described: engine.cloud,
      onSecurityGroupChange: async () => undefined,
      log: () => undefined,
    };
    front = http.createServer(frontListener(options, way));
    await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));
    const { port } = front.address() as AddressInfo;
    clients = {
      region: "eu-west-1",
      endpoint: `http://127.0.0.1:${port}`,
      credentials: engine.api.admin(account),
    };

    const { vpc, gateway, open, closed, group } = await network(engine.cloud);
    state.push({ urn: "vpc", type: "aws:ec2/vpc:Vpc", id: vpc.id, inputs: {}, outputs: {}, delete: false });
    const table = await make(TABLE, { vpcId: vpc.id });
    const routeTableId = table.id;
    await make(ROUTE, { routeTableId, destinationCidrBlock: "0.0.0.0/0", gatewayId: gateway.id });
    await make(ASSOCIATION, { routeTableId, subnetId: open.id });
    const inner = await make(TABLE, { vpcId: vpc.id });
    const nat = await make(NAT, { subnetId: open.id, allocationId: (await create(engine.cloud, EIP, {})).id });
    await make(ROUTE, { routeTableId: inner.id, destinationCidrBlock: "0.0.0.0/0", natGatewayId: nat.id });
    await make(ENDPOINT, {
      vpcId: vpc.id,
      serviceName: "com.amazonaws.eu-west-1.s3",
      routeTableIds: [inner.id],
    });
    const host = await make(INSTANCE, hostInputs(closed, group));
    const balancer = await make(BALANCER, {
      name: "edge",
      loadBalancerType: "network",
      internal: false,
      enableDeletionProtection: true,
      enableCrossZoneLoadBalancing: true,
      securityGroups: [(await create(engine.cloud, GROUP, { vpcId: vpc.id, name: "edge" })).id],
      subnetMappings: [{ subnetId: open.id, allocationId: (await create(engine.cloud, EIP, {})).id }],
    });
    const targets = await make(TARGETS, {
      name: "ingest",
      port: 8443,
      protocol: "TCP",
      vpcId: vpc.id,
      preserveClientIp: "true",
      deregistrationDelay: 30,
      healthCheck: { protocol: "HTTP", path: "/ready", port: "8444" },
    });
    await make(TARGET, { targetGroupArn: targets.id, targetId: host.id, port: 8443 });
    await make(LISTENER, {
      loadBalancerArn: balancer.id,
      port: 443,
      protocol: "TCP",
      defaultActions: [{ type: "forward", targetGroupArn: targets.id }],
    });
    await make(ROLE, { name, assumeRolePolicy: trust });
    await make("aws:iam/rolePolicy:RolePolicy", { name: "host", role: name, policy: policy("s3:GetObject", "*") });
    await make(PROFILE, { name, role: name });
    await make("aws:kms/key:Key", { enableKeyRotation: true });
    await make("aws:s3/bucket:Bucket", { bucket });
    await make("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", {
      bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    await make("aws:s3/bucketVersioning:BucketVersioning", { bucket, versioningConfiguration: { status: "Enabled" } });
    await make("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", {
      bucket,
      rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
    });
    await make("aws:s3/bucketPolicy:BucketPolicy", {
      bucket,
      policy: policy("s3:GetObject", `arn:aws:s3:::${bucket}/*`, {
        Principal: { AWS: `arn:aws:iam::${account}:root` },
      }),
    });
    const list = await make(dns("DomainList"), { name: "all", domains: ["*."] });
    const fence = await make(dns("RuleGroup"), { name: "fence" });
    const rule = { action: "BLOCK", blockResponse: "NODATA", firewallDomainListId: list.id, priority: 200 };
    await make(dns("Rule"), { ...rule, name: "block", firewallRuleGroupId: fence.id });
    const association = { name: "fence", firewallRuleGroupId: fence.id, vpcId: vpc.id };
    await make(dns("RuleGroupAssociation"), { ...association, priority: 101, mutationProtection: "ENABLED" });
    await make(dns("Config"), { resourceId: vpc.id, firewallFailOpen: "DISABLED" });
    const ofType = (type: string) => state.filter((one) => one.type === type);
    places = placesIn(ofType);
    facts = factsIn(ofType);
  });
  after(async () => {
    front?.close();
    await engine?.stop();
  });

  const readers = {
    role: rolesNow,
    key: keysNow,
    bucket: bucketsNow,
    routes: routesNow,
    dns: dnsNow,
    balancer: balancersNow,
  };
  const now = async (which: keyof typeof readers) => (await readers[which](clients, places)).toSorted();
  const added = async (which: keyof typeof readers) => {
    const found = await now(which);
    return found.filter((fact) => !facts[which].includes(fact));
  };

  for (const which of ["role", "key", "bucket", "routes", "dns", "balancer"] as const) {
    it(`is the same by the state and by AWS: ${which}`, async () => {
      assert.ok(facts[which].length > 1, facts[which].join());
      assert.deepEqual(await now(which), facts[which].toSorted());
    });
  }

  it("shows another policy of the role", async () => {
    const { iam } = engine.aws;
    await iam.putRolePolicy({ RoleName: name, PolicyName: "more", PolicyDocument: policy("*", "*") });
    await iam.attachRolePolicy({ RoleName: name, PolicyArn: "arn:aws:iam::aws:policy/ReadOnlyAccess" });
    const found = await added("role");
    assert.match(
      found.join("\n"),
      /attached policy arn:aws:iam::aws:policy\/ReadOnlyAccess\n.*inline policy more [0-9a-f]{12}$/,
    );
  });

  it("shows a grant, and another policy of the key", async () => {
    const KeyId = places.keys[0] ?? assert.fail("no key");
    const GranteePrincipal = "arn:aws:iam::333333333333:root";
    await engine.aws.kms.createGrant({ KeyId, GranteePrincipal, Operations: ["Decrypt"] });
    const opened = policy("kms:*", "*", { Principal: "*" });
    await engine.aws.kms.putKeyPolicy({ KeyId, PolicyName: "default", Policy: opened });
    const [grant, document] = await added("key");
    assert.match(grant ?? "", /grant of Decrypt to arn:aws:iam::333333333333:root/);
    assert.equal(document, `${KeyId}: policy ${policyDigest(opened)}`);
  });

  it("shows a bucket that others may read, that is copied, and that tells of its objects", async () => {
    const { s3 } = engine.aws;
    await s3.putPublicAccessBlock({ Bucket: bucket, PublicAccessBlockConfiguration: { BlockPublicAcls: true } });
    await s3.createBucket({ Bucket: "elsewhere", CreateBucketConfiguration: { LocationConstraint: "eu-west-1" } });
    await s3.putBucketVersioning({ Bucket: "elsewhere", VersioningConfiguration: { Status: "Enabled" } });
    await s3.putBucketReplication({
      Bucket: bucket,
      ReplicationConfiguration: {
        Role: `arn:aws:iam::${account}:role/${name}`,
        Rules: [{ Status: "Enabled", Prefix: "", Destination: { Bucket: "arn:aws:s3:::elsewhere" } }],
      },
    });
    const TopicArn = "arn:aws:sns:eu-west-1:333333333333:mine";
    await s3.putBucketNotificationConfiguration({
      Bucket: bucket,
      NotificationConfiguration: { TopicConfigurations: [{ TopicArn, Events: ["s3:ObjectCreated:*"] }] },
    });
    assert.match(
      (await added("bucket")).join("\n"),
      /notifications to arn:aws:sns:eu-west-1:333333333333:mine\n.*replication to arn:aws:s3:::elsewhere$/,
    );
    const found = await now("bucket");
    assert.deepEqual(facts.bucket.filter((fact) => !found.includes(fact)).length, 3, "what is not blocked is missing");
  });

  it("shows another route, also one in the network's main table", async () => {
    const vpc = places.vpcId;
    const { outputs } =
      (await engine.cloud.read({ account, region: "eu-west-1", type: "aws:ec2/vpc:Vpc", id: vpc })) ?? assert.fail();
    const routeTableId = String(outputs.mainRouteTableId);
    const gatewayId = state.find(({ type }) => type === ROUTE)?.inputs.gatewayId as string;
    await create(engine.cloud, ROUTE, { routeTableId, destinationCidrBlock: "10.99.0.0/16", gatewayId });
    assert.deepEqual(await added("routes"), [`${routeTableId}: 10.99.0.0/16 to ${gatewayId}`]);
  });

  it("shows a rule group of somebody else's, which lets names through", async () => {
    const make = (kind: string, inputs: Parameters<typeof inputsOf>[1]) => create(engine.cloud, dns(kind), inputs);
    const list = await make("DomainList", { name: "mine", domains: ["*.outsider.example"] });
    const group = await make("RuleGroup", { name: "mine" });
    const of = { name: "mine", firewallRuleGroupId: group.id };
    await make("Rule", { ...of, action: "ALLOW", firewallDomainListId: list.id, priority: 1 });
    await make("RuleGroupAssociation", { ...of, vpcId: places.vpcId, priority: 102 });
    assert.deepEqual(await added("dns"), [
      `${group.id}: asked at 102, mutation protection DISABLED`,
      `${group.id}: at 1 ALLOW INSPECT_REDIRECTION_DOMAIN *.outsider.example.`,
    ]);
  });

  it("shows another listener", async () => {
    const [balancer, targets] = [BALANCER, TARGETS].map((type) => state.find((one) => one.type === type)?.id ?? "");
    const inputs = { loadBalancerArn: balancer ?? "", port: 22, protocol: "TCP" };
    await create(engine.cloud, LISTENER, {
      ...inputs,
      defaultActions: [{ type: "forward", targetGroupArn: targets ?? "" }],
    });
    assert.deepEqual(await added("balancer"), ["edge: TCP 22 to ingest"]);
  });

  it("is refused as a whole to whom one call is refused", async () => {
    const credentials = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wrong" };
    for (const read of Object.values(readers)) await assert.rejects(read({ ...clients, credentials }, places));
  });
});

describe("the hash of a policy", () => {
  const statement = { Effect: "Allow", Action: ["s3:GetObject", "s3:PutObject"], Resource: "*" };
  const digest = (...Statement: object[]) => policyDigest(JSON.stringify({ Version: "2012-10-17", Statement }));

  it("is the same for another spelling", () => {
    const spelled = { Resource: ["*"], Action: ["s3:PutObject", "s3:GetObject"], Effect: "Allow" };
    assert.equal(digest(spelled), digest(statement));
    assert.equal(policyDigest(JSON.stringify({ Statement: statement, Version: "2012-10-17" })), digest(statement));
    const by = (AWS: unknown, secure: unknown) =>
      digest({ ...statement, Principal: { AWS }, Condition: { Bool: { "aws:SecureTransport": secure } } });
    assert.equal(by("111111111111", true), by(["arn:aws:iam::111111111111:root"], "true"));
  });

  it("is another for another meaning", () => {
    const others = [
      { ...statement, Effect: "Deny" },
      { ...statement, Action: "s3:GetObject" },
      { ...statement, Condition: { Bool: { "aws:SecureTransport": "true" } } },
      { ...statement, Resource: "arn:aws:s3:::b/*" },
    ];
    assert.equal(new Set([statement, ...others].map((one) => digest(one))).size, 5);
  });
});
