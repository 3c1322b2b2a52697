/** The provider's own part: arguments, default tags, checks, diffs, and what it says when there is no sandbox. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import type { Cloud } from "@metrics-link/sandbox/cloud/cloud.ts";
import { cloudRoutes } from "@metrics-link/sandbox/cloud/routes.ts";
import { definition } from "@metrics-link/sandbox/plugins/aws/definition.ts";
import { account, FakeCloud } from "../cloud/support/fake-aws.ts";
import { ProviderClient, UNKNOWN_ON_THE_WIRE } from "../plugins/support/provider-client.ts";

const VPC = "aws:ec2/vpc:Vpc";
const BALANCER = "aws:lb/loadBalancer:LoadBalancer";
const INSTANCE = "aws:ec2/instance:Instance";
const environment = [
  "METRICS_LINK_WORLD",
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_PROFILE",
  "AWS_SHARED_CREDENTIALS_FILE",
] as const;

describe("the stand-in aws provider", () => {
  const before_ = Object.fromEntries(environment.map((name) => [name, process.env[name]]));
  let fake: FakeCloud;
  let cloud: Cloud;
  let server: Server;
  let provider: ProviderClient;
  let identified: unknown;

  beforeEach(async () => {
    fake = new FakeCloud();
    cloud = await fake.open();
    const routes = cloudRoutes(cloud);
    server = createServer(async (request, response) => {
      if (request.url === "/cloud/identify") {
        identified = await json(request);
        response.end(
          JSON.stringify({ result: { account, arn: "arn:aws:sts::1:assumed-role/deploy/p", userId: "AROA" } }),
        );
      } else if (!(await routes(request, response))) response.writeHead(404).end("{}");
    });
    const socket = join(fake.directory, "world.sock");
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    Object.assign(process.env, {
      METRICS_LINK_WORLD: socket,
      AWS_ACCESS_KEY_ID: "key",
      AWS_SECRET_ACCESS_KEY: "secret",
    });
    provider = new ProviderClient(definition as never);
  });
  afterEach(async () => {
    for (const name of environment) {
      if (before_[name] === undefined) delete process.env[name];
      else process.env[name] = before_[name];
    }
    await new Promise((resolve) => server.close(resolve));
    fake.remove();
  });
  const configure = (more: object = {}) => provider.configure({ region: "eu-west-1", ...more });

  it("says how to start a sandbox when there is none", async () => {
    process.env.METRICS_LINK_WORLD = join(fake.directory, "no.sock");
    await assert.rejects(configure(), { details: /No sandbox is up at .*no\.sock.*npm run -s sandbox -- up/ });
    delete process.env.METRICS_LINK_WORLD;
    await assert.rejects(configure(), { details: /METRICS_LINK_WORLD is not set.*npm run -s sandbox -- up/ });
  });

  it("requires credentials and an allowed account", async () => {
    await assert.rejects(configure({ allowedAccountIds: '["222222222222"]' }), {
      details: /AWS account ID not allowed: 111111111111.*222222222222/,
    });
    await assert.rejects(configure({ forbiddenAccountIds: `["${account}"]` }), {
      details: /not allowed: 111111111111/,
    });
    delete process.env.AWS_ACCESS_KEY_ID;
    await assert.rejects(configure(), { details: /No valid credential sources found/ });
  });

  it("takes the keys of a profile, and before them those of the environment", async () => {
    const file = join(fake.directory, "credentials");
    writeFileSync(file, "[link-a]\naws_access_key_id = of-profile\naws_secret_access_key = secret\n");
    Object.assign(process.env, { AWS_PROFILE: "link-a", AWS_SHARED_CREDENTIALS_FILE: file });
    const used = async () => {
      await configure();
      return (identified as { credentials: object }).credentials;
    };
    assert.deepEqual(await used(), { accessKeyId: "key", secretAccessKey: "secret" });
    delete process.env.AWS_ACCESS_KEY_ID;
    assert.deepEqual(await used(), { accessKeyId: "of-profile", secretAccessKey: "secret" });
  });

  it("shows default tags in tagsAll alone, and puts them on the resource", async () => {
    await configure({ defaultTags: '{"tags":{"project":"x","owner":"a"}}' });
    const { inputs } = await provider.check(VPC, { cidrBlock: "10.0.0.0/16", tags: { owner: "b" } });
    assert.deepEqual([inputs.tags, inputs.tagsAll], [{ owner: "b" }, { project: "x", owner: "b" }]);
    const preview = await provider.create(VPC, inputs, true);
    assert.deepEqual(preview.state.tagsAll, { project: "x", owner: "b" });
    assert.equal(preview.state.arn, UNKNOWN_ON_THE_WIRE);
    const { id, state } = await provider.create(VPC, inputs);
    const place = { account, region: "eu-west-1", type: VPC, id };
    assert.deepEqual((await cloud.read(place))?.inputs.tags, { project: "x", owner: "b" });
    assert.deepEqual([state.tags, state.tagsAll], [{ owner: "b" }, { project: "x", owner: "b" }]);
    // Unknown tags stay unknown, and resource types without tags get none.
    const unknown = await provider.check(VPC, { cidrBlock: "10.0.0.0/16", tags: UNKNOWN_ON_THE_WIRE });
    assert.equal(unknown.inputs.tagsAll, UNKNOWN_ON_THE_WIRE);
    const route = { routeTableId: "rtb", destinationCidrBlock: "0.0.0.0/0", gatewayId: "igw" };
    const checked = await provider.check("aws:ec2/route:Route", route);
    assert.deepEqual(checked.inputs, { ...route, region: "eu-west-1", __defaults: [] });
  });

  it("shows default tags of a type on the plugin framework in its outputs alone", async () => {
    const type = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
    await configure({ defaultTags: '{"tags":{"project":"x"}}' });
    const rule = { securityGroupId: "sg-1", cidrIpv4: "10.0.0.0/8", ipProtocol: "-1" };
    const { inputs } = await provider.check(type, rule);
    assert.deepEqual([inputs.tags, inputs.tagsAll], [undefined, undefined]);
    const { state } = await provider.create(type, inputs, true);
    assert.deepEqual(state.tagsAll, { project: "x" });
    assert.equal((await provider.diff(type, inputs, inputs, state)).some, false);
    await configure({ defaultTags: '{"tags":{"project":"y"}}' });
    assert.deepEqual((await provider.diff(type, inputs, inputs, state)).diffs, ["tagsAll"]);
  });

  it("takes another's tag for drift, and a default tag for none", async () => {
    await configure({ defaultTags: '{"tags":{"project":"x"}}' });
    const vpc = (await provider.check(VPC, { cidrBlock: "10.0.0.0/16", tags: { Name: "n" } })).inputs;
    const made = await provider.create(VPC, vpc);
    assert.deepEqual((await provider.read(VPC, vpc, made.state, made.id)).inputs, vpc);
    const group = await provider.create("aws:ec2/securityGroup:SecurityGroup", {
      ...(await provider.check("aws:ec2/securityGroup:SecurityGroup", { vpcId: made.id })).inputs,
    });
    const type = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
    const given = { securityGroupId: group.id, cidrIpv4: "10.0.0.0/8", ipProtocol: "-1", tags: { Name: "n" } };
    const { inputs } = await provider.check(type, given);
    const { id, state } = await provider.create(type, inputs);
    const tagsOf = async () => (await provider.read(type, inputs, state, id)).inputs.tags;
    const rule = fake.rules.find(({ SecurityGroupRuleId }) => SecurityGroupRuleId === id) ?? assert.fail("no rule");
    const tagged = (tags: object) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    Object.assign(rule, { Tags: tagged({ Name: "n", project: "x" }) });
    assert.deepEqual(await tagsOf(), { Name: "n" });
    Object.assign(rule, { Tags: tagged({ Name: "n", project: "x", by: "hand" }) });
    assert.deepEqual(await tagsOf(), { Name: "n", by: "hand" });
  });

  it("writes into the inputs what the official provider writes, and notes it", async () => {
    await configure();
    const { inputs } = await provider.check("aws:kms/key:Key", {});
    assert.deepEqual(inputs, {
      customerMasterKeySpec: "SYMMETRIC_DEFAULT",
      isEnabled: true,
      keyUsage: "ENCRYPT_DECRYPT",
      region: "eu-west-1",
      tagsAll: {},
      __defaults: ["customerMasterKeySpec", "isEnabled", "keyUsage"],
    });
    const vpc = (await provider.check(VPC, { cidrBlock: "10.0.0.0/16" })).inputs;
    assert.equal(vpc.instanceTenancy, undefined);
    assert.equal((await provider.create(VPC, vpc)).state.instanceTenancy, "default");
    const role = (await provider.check("aws:iam/role:Role", { assumeRolePolicy: "{}" })).inputs;
    assert.equal(role.region, undefined);
  });

  it("lets an automatic name of a load balancer grow too long, as the official provider does", async () => {
    await configure();
    const mappings = [{ subnetId: "subnet-1", allocationId: "eipalloc-1" }];
    const given = { loadBalancerType: "network", subnetMappings: mappings };
    const fits = await provider.check(BALANCER, given, {}, "a".repeat(24));
    assert.deepEqual(fits.failures, []);
    const [failure] = (await provider.check(BALANCER, given, {}, "a".repeat(25))).failures;
    assert.match(failure?.reason ?? "", /has 33 characters; at most 32 are allowed/);
  });

  it("refuses types, properties and values that the sandbox does not model", async () => {
    await configure();
    await assert.rejects(provider.check("aws:sqs/queue:Queue", {}), { details: /aws:sqs\/queue:Queue/ });
    const { failures } = await provider.check(VPC, { cidrBlock: "10.0.0.0/8", cidrblock: "10.0.0.0/16" });
    assert.deepEqual(failures.map(({ property }) => property).sort(), ["cidrBlock", "cidrblock"]);
    await assert.rejects(configure({ endpoints: "[]" }));
  });

  it("defers checks over several properties while one is unknown", async () => {
    await configure();
    const rule = {
      securityGroupId: UNKNOWN_ON_THE_WIRE,
      cidrIpv4: UNKNOWN_ON_THE_WIRE,
      ipProtocol: "tcp",
      fromPort: 443,
      toPort: 443,
    };
    const type = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
    assert.deepEqual((await provider.check(type, rule)).failures, []);
    const mappings = [{ subnetId: UNKNOWN_ON_THE_WIRE, allocationId: UNKNOWN_ON_THE_WIRE }];
    assert.deepEqual(
      (await provider.check(BALANCER, { loadBalancerType: "network", subnetMappings: mappings })).failures,
      [],
    );
  });

  it("replaces a load balancer that gets its first security group late, and updates it otherwise", async () => {
    await configure();
    const inputs = (securityGroups: string[]) => ({ loadBalancerType: "network", name: "edge", securityGroups });
    assert.deepEqual((await provider.diff(BALANCER, inputs([]), inputs(["sg-1"]))).replaces, ["securityGroups"]);
    assert.deepEqual((await provider.diff(BALANCER, inputs(["sg-1"]), inputs([]))).replaces, ["securityGroups"]);
    const changed = await provider.diff(BALANCER, inputs(["sg-1"]), inputs(["sg-2"]));
    assert.deepEqual([changed.some, changed.replaces], [true, []]);
    // Zones are changed in place too.
    const inZones = (...subnets: string[]) => ({
      ...inputs(["sg-1"]),
      subnetMappings: subnets.map((subnetId) => ({ subnetId })),
    });
    const moved = await provider.diff(BALANCER, inZones("subnet-a", "subnet-b"), inZones("subnet-a", "subnet-c"));
    assert.deepEqual([moved.some, moved.replaces], [true, []]);
  });

  it("replaces in the order, and for the changes, of the official provider", async () => {
    await configure();
    const replaced = async (type: string, olds: object, news: object) => {
      const { replaces, deleteBeforeReplace } = await provider.diff(type, { ...olds }, { ...olds, ...news });
      return [replaces, deleteBeforeReplace];
    };
    const association = "aws:ec2/routeTableAssociation:RouteTableAssociation";
    const inSubnet = { subnetId: "subnet-1", routeTableId: "rtb-1" };
    assert.deepEqual(await replaced(association, inSubnet, { subnetId: "subnet-2" }), [["subnetId"], false]);
    assert.deepEqual(await replaced(association, inSubnet, { routeTableId: "rtb-2" }), [[], false]);
    const attachment = "aws:iam/rolePolicyAttachment:RolePolicyAttachment";
    const attached = { role: "host", policyArn: "arn:aws:iam::aws:policy/A" };
    assert.deepEqual(await replaced(attachment, attached, { role: "other" }), [["role"], true]);
    assert.deepEqual(await replaced(INSTANCE, { ebsOptimized: false }, { ebsOptimized: true }), [
      ["ebsOptimized"],
      false,
    ]);
  });

  it("replaces an instance for new user data only if configured to", async () => {
    await configure();
    const inputs = (userDataBase64: string, userDataReplaceOnChange: boolean) => ({
      userDataBase64,
      userDataReplaceOnChange,
    });
    assert.deepEqual((await provider.diff(INSTANCE, inputs("YQ==", true), inputs("Yg==", true))).replaces, [
      "userDataBase64",
    ]);
    assert.deepEqual((await provider.diff(INSTANCE, inputs("YQ==", false), inputs("Yg==", false))).replaces, []);
  });

  it("creates, reads, changes and deletes through the sandbox, and passes AWS errors on", async () => {
    await configure();
    const { inputs } = await provider.check(VPC, { cidrBlock: "10.0.0.0/16" });
    const { id, state } = await provider.create(VPC, inputs);
    assert.equal(state.arn, `arn:aws:ec2:eu-west-1:${account}:vpc/${id}`);
    assert.equal(cloud.topology().vpcs[0]?.id, id);
    const subnet = "aws:ec2/subnet:Subnet";
    await assert.rejects(
      provider.create(subnet, { vpcId: "vpc-0", cidrBlock: "10.0.0.0/24", mapPublicIpOnLaunch: false }),
      {
        details: /api error InvalidVpcID\.NotFound: The vpc ID 'vpc-0' does not exist/,
      },
    );
  });

  it("keeps a resource that exists although the sandbox could not realise it", async () => {
    await configure();
    cloud.onChange(async () => {
      throw new Error("no namespaces here");
    });
    const { inputs } = await provider.check(VPC, { cidrBlock: "10.0.0.0/16" });
    await assert.rejects(provider.create(VPC, inputs), {
      details: /AWS accepted it, but the sandbox could not make it so: no namespaces here/,
    });
    assert.equal(cloud.topology().vpcs.length, 1);
  });

  it("answers the invokes of programs", async () => {
    await configure();
    const { result } = await provider.invoke("aws:ec2/getManagedPrefixList:getManagedPrefixList", {
      name: "com.amazonaws.eu-west-1.s3",
    });
    assert.equal(result.id, "pl-6da54004");
    const caller = await provider.invoke("aws:index/getCallerIdentity:getCallerIdentity", {});
    assert.equal(caller.result.accountId, account);
    const { inputs } = await provider.check(VPC, { cidrBlock: "10.9.0.0/16", tags: { role: "sender" } });
    const { id } = await provider.create(VPC, inputs);
    const vpcsWith = async (tags: Record<string, string>) =>
      (await provider.invoke("aws:ec2/getVpcs:getVpcs", { tags })).result.ids as string[];
    assert.deepEqual([await vpcsWith({ role: "sender" }), await vpcsWith({ role: "receiver" })], [[id], []]);
    const found = await provider.invoke("aws:ec2/getVpc:getVpc", { id });
    assert.equal((found.result.tags as Record<string, string>).role, "sender");
    await assert.rejects(provider.invoke("aws:ec2/getVpc:getVpc", { id: "vpc-0" }), { details: /no matching EC2 VPC/ });
    await assert.rejects(
      provider.invoke("aws:ec2/getPrefixList:getPrefixList", { name: "com.amazonaws.eu-west-1.dynamodb" }),
      {
        details: /0 prefix lists match/,
      },
    );
  });
});
