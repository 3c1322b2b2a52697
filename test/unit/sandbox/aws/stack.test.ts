/** The example program under the real engine, with the real moto behind the cloud: what a deployer sees. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { cpSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Engine, startEngine } from "../../../program/support/engine.ts";

const sandbox = resolve(import.meta.dirname, "../../../../packages/sandbox");
const sender = "111111111111";
/** As large as the tools that a release store holds. */
const TOOL_BYTES = 60 * 1024 * 1024;

describe("the stand-in aws provider under the real engine", function () {
  this.timeout(180_000);
  let engine: Engine;
  let program = "";
  const succeed = (...words: string[]) => engine.succeed(program, words);
  const seen = async (): Promise<Record<string, string>> => {
    const output = await succeed("stack", "output", "--json");
    return (JSON.parse(output.slice(output.indexOf("{"))) as { seen: Record<string, string> }).seen;
  };
  const fence = (groupId: string | undefined) =>
    engine.cloud.topology().vpcs[0]?.securityGroups.find(({ id }) => id === groupId)?.ingress ??
    assert.fail("no such group");

  before(async () => {
    engine = await startEngine(sender);
    program = join(engine.directory, "program");
    cpSync(join(sandbox, "plugins/aws/example"), program, { recursive: true });
    symlinkSync(join(sandbox, "node_modules"), join(engine.directory, "node_modules"));
    writeFileSync(join(program, "tool.bin"), randomBytes(TOOL_BYTES));
    await succeed("stack", "init", "dev");
    await succeed("config", "set", "--secret", "leaf", "first");
  });
  after(() => engine?.stop());

  it("previews unknown values and creates nothing", async () => {
    assert.match(await succeed("preview"), /\+ \d+ to create/);
    assert.deepEqual(engine.cloud.topology().vpcs, []);
  });

  it("creates everything, in the AWS API too", async () => {
    assert.match(await succeed("up", "--yes", "--skip-preview"), /\+ \d+ created/);
    const { accountId, tags, egressAddress, bucket } = await seen();
    assert.equal(accountId, sender);
    assert.deepEqual(tags, { Name: "example", project: "example" });
    const vpc = engine.cloud.topology().vpcs[0] ?? assert.fail("no VPC");
    assert.ok(vpc.natGateways.some(({ publicAddress }) => publicAddress === egressAddress));
    assert.deepEqual(
      vpc.loadBalancers.map(({ nodes, listeners }) => [nodes.length, listeners[0]?.target.instanceIds]),
      [[2, vpc.instances.map(({ id }) => id)]],
    );
    const tool = await engine.aws.s3.headObject({ Bucket: bucket, Key: "tools/tool" });
    assert.equal(tool.ContentLength, TOOL_BYTES);
    const described = await engine.aws.ec2.describeInstances({});
    assert.equal(described.Reservations?.[0]?.Instances?.[0]?.InstanceId, vpc.instances[0]?.id);
  });

  it("changes nothing the second time and sees no drift", async () => {
    await succeed("preview", "--expect-no-changes");
    await succeed("refresh", "--yes", "--expect-no-changes");
  });

  it("creates a new version of a changed secret and makes it current", async () => {
    const { versionId } = await seen();
    await succeed("config", "set", "--secret", "leaf", "second");
    const output = await succeed("up", "--yes", "--skip-preview");
    assert.doesNotMatch(output, /second/);
    const now = (await seen()).versionId;
    assert.notEqual(now, versionId);
    const { SecretList } = await engine.aws.secrets.listSecrets({});
    const value = await engine.aws.secrets.getSecretValue({ SecretId: SecretList?.[0]?.ARN });
    assert.deepEqual([value.SecretString, value.VersionId], ["second", now]);
    await succeed("refresh", "--yes", "--expect-no-changes");
  });

  it("shows a manually changed rule and restores it", async () => {
    const { fenceGroup, fenceRule } = await seen();
    const everybody = { IpProtocol: "tcp", FromPort: 443, ToPort: 443, CidrIpv4: "0.0.0.0/0" };
    await engine.aws.ec2.modifySecurityGroupRules({
      GroupId: fenceGroup,
      SecurityGroupRules: [{ SecurityGroupRuleId: fenceRule, SecurityGroupRule: everybody }],
    });
    await engine.cloud.syncSecurityGroups();
    assert.deepEqual(fence(fenceGroup)[0]?.peer, { kind: "cidr", cidr: "0.0.0.0/0" });
    const refreshed = await succeed("refresh", "--yes", "--skip-preview");
    assert.match(refreshed, /fence updated.*cidrIpv4/);
    assert.match(await succeed("up", "--yes", "--skip-preview"), /~ 1 updated/);
    assert.deepEqual(fence(fenceGroup)[0]?.peer, { kind: "cidr", cidr: "203.0.113.99/32" });
  });

  it("recreates a manually deleted rule and counts an added one", async () => {
    const { fenceGroup, fenceRule } = await seen();
    const ssh = { IpProtocol: "tcp", FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: "192.0.2.66/32" }] };
    await engine.aws.ec2.revokeSecurityGroupIngress({ GroupId: fenceGroup, SecurityGroupRuleIds: [fenceRule ?? ""] });
    await engine.aws.ec2.authorizeSecurityGroupIngress({ GroupId: fenceGroup, IpPermissions: [ssh] });
    await engine.cloud.syncSecurityGroups();
    assert.deepEqual(
      fence(fenceGroup).map(({ ports }) => ports?.from),
      [22],
    );
    assert.match(await succeed("up", "--yes", "--skip-preview", "--refresh"), /\+ 1 created/);
    assert.deepEqual(
      fence(fenceGroup)
        .map(({ ports }) => ports?.from)
        .sort(),
      [22, 443],
    );
  });

  it("deletes everything, from the AWS API too", async () => {
    await succeed("destroy", "--yes", "--skip-preview");
    assert.deepEqual(engine.cloud.topology().vpcs, []);
    const { Vpcs = [] } = await engine.aws.ec2.describeVpcs({ Filters: [{ Name: "is-default", Values: ["false"] }] });
    assert.deepEqual(Vpcs, []);
    const { Buckets = [] } = await engine.aws.s3.listBuckets({});
    assert.deepEqual(Buckets, []);
  });
});
