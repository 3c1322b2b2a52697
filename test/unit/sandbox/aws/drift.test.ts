/** What a refresh sees of changes that somebody else made in AWS: as much as the official provider, and no more. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { definition } from "@metrics-link/sandbox/plugins/aws/definition.ts";
import { type Engine, startEngine } from "../../../program/support/engine.ts";
import { ProviderClient } from "../plugins/support/provider-client.ts";

const account = "111111111111";
const OBJECT = "aws:s3/bucketObjectv2:BucketObjectv2";
const GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup";
const Bucket = "releases";
const tags = { project: "x" };

describe("a refresh of the stand-in aws provider", function () {
  this.timeout(120_000);
  const outer: Record<string, string | undefined> = {};
  const provider = new ProviderClient(definition as never);
  let engine: Engine;

  before(async () => {
    engine = await startEngine(account);
    for (const [name, value] of Object.entries(engine.environment)) {
      outer[name] = process.env[name];
      process.env[name] = value;
    }
    const roleArn = `arn:aws:iam::${account}:role/metrics-link-deploy`;
    await provider.configure({ region: "eu-west-1", assumeRoles: JSON.stringify([{ roleArn }]) });
    await make("aws:s3/bucket:Bucket", { bucket: Bucket });
  });
  after(async () => {
    for (const [name, value] of Object.entries(outer)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    await engine?.stop();
  });

  async function make(type: string, given: Parameters<ProviderClient["check"]>[1]) {
    const { inputs, failures } = await provider.check(type, given);
    assert.deepEqual(failures, []);
    const { id, state } = await provider.create(type, inputs);
    /** The properties that an update would change after a refresh. */
    const drift = async () => {
      const found = await provider.read(type, inputs, state, id);
      return (await provider.diff(type, found.inputs, inputs, found.state)).diffs;
    };
    return { id, inputs, state, drift };
  }

  const pointer = (key: string, more: object = {}) =>
    make(OBJECT, { bucket: Bucket, key, content: "mine", contentType: "text/plain", tags, ...more });
  const overwrite = (Key: string, more: object = {}) =>
    engine.aws.s3.putObject({
      Bucket,
      Key,
      Body: "another's",
      ContentType: "text/plain",
      Tagging: new URLSearchParams(tags).toString(),
      ...more,
    });

  it("sees what another wrote over an object only by an etag among its inputs", async () => {
    const blind = await pointer("blind");
    const seeing = await pointer("seeing", { etag: createHash("md5").update("mine").digest("hex") });
    assert.deepEqual([await blind.drift(), await seeing.drift()], [[], []]);
    assert.equal(seeing.state.etag, seeing.inputs.etag);
    await overwrite("blind");
    await overwrite("seeing");
    assert.deepEqual([await blind.drift(), await seeing.drift()], [[], ["etag"]]);
    await engine.aws.s3.deleteObject({ Bucket, Key: "blind" });
    assert.equal((await provider.read(OBJECT, blind.inputs, blind.state, blind.id)).id, "");
  });

  it("sees an object's headers and tags", async () => {
    const object = await pointer("headers");
    await overwrite("headers", { Body: "mine", ContentType: "text/html", CacheControl: "no-store", Tagging: "" });
    assert.deepEqual((await object.drift()).sort(), ["cacheControl", "contentType", "tags", "tagsAll"]);
  });

  it("takes no etag for what the provider would upload in parts, or encrypt", async () => {
    const etag = "0".repeat(32);
    const big = { bucket: Bucket, key: "big", content: "x".repeat(5 * 1024 * 1024), etag };
    await assert.rejects(make(OBJECT, big), { details: /uploads from 5242880 bytes on in parts/ });
    const encrypted = await provider.check(OBJECT, { bucket: Bucket, key: "k", content: "", etag, kmsKeyId: "key" });
    assert.match(encrypted.failures[0]?.reason ?? "", /conflicts with kmsKeyId/);
  });

  it("sees rules that somebody adds to the default security group only where the program asks for none", async () => {
    const vpc = await make("aws:ec2/vpc:Vpc", { cidrBlock: "10.0.0.0/16" });
    const blind = await make(GROUP, { vpcId: vpc.id });
    const seeing = await make(GROUP, { vpcId: vpc.id, ingress: [], egress: [] });
    assert.deepEqual([await blind.drift(), await seeing.drift()], [[], []]);
    await engine.aws.ec2.authorizeSecurityGroupIngress({ GroupId: seeing.id, IpProtocol: "-1", CidrIp: "10.0.0.0/16" });
    assert.deepEqual([await blind.drift(), await seeing.drift()], [[], ["ingress"]]);
  });
});
