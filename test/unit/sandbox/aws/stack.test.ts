/** The example program under the real engine, with the real moto behind the cloud: what a deployer sees. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { cacheDirectory } from "@metrics-link/release";
import { type AwsApi, type AwsClients, clientsOf } from "@metrics-link/sandbox/cloud/api.ts";
import { Cloud } from "@metrics-link/sandbox/cloud/cloud.ts";
import { cloudRoutes } from "@metrics-link/sandbox/cloud/routes.ts";
import { type Moto, startMoto } from "@metrics-link/sandbox/services/moto/moto.ts";

const sandbox = resolve(import.meta.dirname, "../../../../packages/sandbox");
const sender = "111111111111";
const tools = "999999999999";
/** As large as the tools that a release store holds. */
const TOOL_BYTES = 60 * 1024 * 1024;

describe("the stand-in aws provider under the real engine", function () {
  this.timeout(180_000);
  const directory = mkdtempSync(join(tmpdir(), "aws-example-"));
  const program = join(directory, "program");
  let moto: Moto;
  let cloud: Cloud;
  let world: Server;
  let aws: AwsClients;

  const pulumi = async (...words: string[]): Promise<{ code: number | null; output: string }> => {
    const env = {
      ...process.env,
      PATH: [join(sandbox, "plugins/bin"), join(cacheDirectory(), "bin"), process.env.PATH].join(delimiter),
      PULUMI_BACKEND_URL: `file://${join(directory, "state")}`,
      PULUMI_HOME: join(directory, "home"),
      PULUMI_CONFIG_PASSPHRASE: "",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      METRICS_LINK_WORLD: join(directory, "world.sock"),
      AWS_ACCESS_KEY_ID: moto.keys.deployer.accessKeyId,
      AWS_SECRET_ACCESS_KEY: moto.keys.deployer.secretAccessKey,
      AWS_SESSION_TOKEN: "",
      NODE_OPTIONS: "", // That of the tests (tsx) is not that of a person.
    };
    const arguments_ = [...words, "--non-interactive", "--color", "never"];
    const child = spawn("pulumi", arguments_, { cwd: program, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk));
    const code = await new Promise<number | null>((done, fail) => child.once("error", fail).once("close", done));
    return { code, output };
  };
  const succeed = async (...words: string[]): Promise<string> => {
    const { code, output } = await pulumi(...words);
    assert.equal(code, 0, `pulumi ${words.join(" ")}:\n${output}`);
    return output;
  };
  const seen = async (): Promise<Record<string, string>> => {
    const output = await succeed("stack", "output", "--json");
    return (JSON.parse(output.slice(output.indexOf("{"))) as { seen: Record<string, string> }).seen;
  };
  const fence = (groupId: string | undefined) =>
    cloud.topology().vpcs[0]?.securityGroups.find(({ id }) => id === groupId)?.ingress ?? assert.fail("no such group");

  before(async () => {
    cpSync(join(sandbox, "plugins/aws/example"), program, { recursive: true });
    symlinkSync(join(sandbox, "node_modules"), join(directory, "node_modules"));
    mkdirSync(join(directory, "state"));
    writeFileSync(join(program, "tool.bin"), randomBytes(TOOL_BYTES));
    moto = await startMoto({
      python: join(cacheDirectory(), "bin", "moto-python"),
      seed: "test",
      accounts: [sender],
      toolsAccount: tools,
      deployRole: "metrics-link-deploy",
      log: join(directory, "moto.log"),
    });
    const api: AwsApi = {
      endpoint: moto.endpoint,
      admin: (account) => moto.keys.admins[account] ?? assert.fail(`no administrator of ${account}`),
    };
    aws = clientsOf(api)(sender, "eu-west-1");
    cloud = await Cloud.open({ file: join(directory, "cloud.json"), api });
    const routes = cloudRoutes(cloud);
    world = createServer(async (request, response) => {
      if (!(await routes(request, response))) response.writeHead(404).end("{}");
    });
    await new Promise<void>((done) => world.listen(join(directory, "world.sock"), done));
    await succeed("stack", "init", "dev");
    await succeed("config", "set", "--secret", "leaf", "first");
  });
  after(async () => {
    world?.close();
    await moto?.stop();
    rmSync(directory, { recursive: true });
  });

  it("previews unknown values and creates nothing", async () => {
    assert.match(await succeed("preview"), /\+ \d+ to create/);
    assert.deepEqual(cloud.topology().vpcs, []);
  });

  it("creates everything, in the AWS API too", async () => {
    assert.match(await succeed("up", "--yes", "--skip-preview"), /\+ \d+ created/);
    const { accountId, tags, egressAddress, bucket } = await seen();
    assert.equal(accountId, sender);
    assert.deepEqual(tags, { Name: "example", project: "example" });
    const vpc = cloud.topology().vpcs[0] ?? assert.fail("no VPC");
    assert.ok(vpc.natGateways.some(({ publicAddress }) => publicAddress === egressAddress));
    assert.deepEqual(
      vpc.loadBalancers.map(({ nodes, listeners }) => [nodes.length, listeners[0]?.target.instanceIds]),
      [[2, vpc.instances.map(({ id }) => id)]],
    );
    const tool = await aws.s3.headObject({ Bucket: bucket, Key: "tools/tool" });
    assert.equal(tool.ContentLength, TOOL_BYTES);
    const described = await aws.ec2.describeInstances({});
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
    const { SecretList } = await aws.secrets.listSecrets({});
    const value = await aws.secrets.getSecretValue({ SecretId: SecretList?.[0]?.ARN });
    assert.deepEqual([value.SecretString, value.VersionId], ["second", now]);
    await succeed("refresh", "--yes", "--expect-no-changes");
  });

  it("shows a manually changed rule and restores it", async () => {
    const { fenceGroup, fenceRule } = await seen();
    const everybody = { IpProtocol: "tcp", FromPort: 443, ToPort: 443, CidrIpv4: "0.0.0.0/0" };
    await aws.ec2.modifySecurityGroupRules({
      GroupId: fenceGroup,
      SecurityGroupRules: [{ SecurityGroupRuleId: fenceRule, SecurityGroupRule: everybody }],
    });
    await cloud.syncSecurityGroups();
    assert.deepEqual(fence(fenceGroup)[0]?.peer, { kind: "cidr", cidr: "0.0.0.0/0" });
    const refreshed = await succeed("refresh", "--yes", "--skip-preview");
    assert.match(refreshed, /fence updated.*cidrIpv4/);
    assert.match(await succeed("up", "--yes", "--skip-preview"), /~ 1 updated/);
    assert.deepEqual(fence(fenceGroup)[0]?.peer, { kind: "cidr", cidr: "203.0.113.99/32" });
  });

  it("recreates a manually deleted rule and counts an added one", async () => {
    const { fenceGroup, fenceRule } = await seen();
    const ssh = { IpProtocol: "tcp", FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: "192.0.2.66/32" }] };
    await aws.ec2.revokeSecurityGroupIngress({ GroupId: fenceGroup, SecurityGroupRuleIds: [fenceRule ?? ""] });
    await aws.ec2.authorizeSecurityGroupIngress({ GroupId: fenceGroup, IpPermissions: [ssh] });
    await cloud.syncSecurityGroups();
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
    assert.deepEqual(cloud.topology().vpcs, []);
    const { Vpcs = [] } = await aws.ec2.describeVpcs({ Filters: [{ Name: "is-default", Values: ["false"] }] });
    assert.deepEqual(Vpcs, []);
    const { Buckets = [] } = await aws.s3.listBuckets({});
    assert.deepEqual(Buckets, []);
  });
});
