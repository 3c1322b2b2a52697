import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { bundleAgent } from "@metrics-link/host/bundle/index.ts";
import { parseRelease, releaseIdOf, sha256 } from "@metrics-link/release";
import { account, answers, artifacts, build, objectAt, only, privateKey, secretArn } from "../support/host.ts";
import { insideSecret, type Registration } from "../support/recording.ts";

describe("a host", () => {
  let registrations: Registration[];
  let releaseId: string;
  before(async () => {
    ({ registrations, releaseId } = await build());
  });

  it("consists of exactly the expected resources", () => {
    const types = registrations.map(({ type }) => type);
    const count = types.map((type) => [type, types.filter((other) => other === type).length]);
    assert.deepEqual(Object.fromEntries(count), {
      "metrics-link:host:ReleaseStore": 1,
      "metrics-link:host:Host": 1,
      "aws:s3/bucket:Bucket": 1,
      "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": 1,
      "aws:s3/bucketOwnershipControls:BucketOwnershipControls": 1,
      "aws:s3/bucketVersioning:BucketVersioning": 1,
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": 1,
      "aws:s3/bucketPolicy:BucketPolicy": 1,
      "aws:s3/bucketObjectv2:BucketObjectv2": 9,
      "aws:kms/key:Key": 1,
      "aws:kms/alias:Alias": 1,
      "aws:secretsmanager/secret:Secret": 1,
      "aws:secretsmanager/secretPolicy:SecretPolicy": 1,
      "aws:secretsmanager/secretVersion:SecretVersion": 1,
      "aws:iam/role:Role": 1,
      "aws:iam/rolePolicy:RolePolicy": 1,
      "aws:iam/instanceProfile:InstanceProfile": 1,
      "aws:ebs/volume:Volume": 1,
      "aws:ec2/instance:Instance": 1,
      "aws:ec2/volumeAttachment:VolumeAttachment": 1,
      "command:local:Command": 1,
    });
  });

  it("boots a minimal instance with IMDSv2 only, no public address, no key pair and encrypted disks", () => {
    const { userDataBase64, ...inputs } = only(registrations, "aws:ec2/instance:Instance");
    assert.deepEqual(inputs, {
      ami: "ami-0123456789abcdef0",
      instanceType: "t3.small",
      subnetId: "subnet-1",
      vpcSecurityGroupIds: ["sg-1"],
      privateIp: "10.0.1.10",
      associatePublicIpAddress: false,
      iamInstanceProfile: "metrics-link-sender-eu-west-1",
      metadataOptions: {
        httpEndpoint: "enabled",
        httpTokens: "required",
        httpPutResponseHopLimit: 1,
        instanceMetadataTags: "disabled",
      },
      rootBlockDevice: { encrypted: true, volumeType: "gp3", volumeSize: 10, tags: { Name: "sender-root" } },
      userDataReplaceOnChange: false,
      tags: { Name: "sender" },
    });
    assert.match(Buffer.from(userDataBase64, "base64").toString(), /^#cloud-config\n/);
  });

  it("has a separate encrypted data volume in its zone", () => {
    assert.deepEqual(only(registrations, "aws:ebs/volume:Volume"), {
      availabilityZone: "eu-west-1a",
      size: 50,
      type: "gp3",
      encrypted: true,
      tags: { Name: "sender-data" },
    });
    assert.deepEqual(only(registrations, "aws:ec2/volumeAttachment:VolumeAttachment"), {
      deviceName: "/dev/sdf",
      instanceId: "sender-instance-id",
      volumeId: "sender-data-id",
      stopInstanceBeforeDetaching: true,
    });
  });

  it("publishes a release under its hash and points at it", () => {
    const release = objectAt(registrations, `releases/sender/${releaseId}.json`);
    assert.equal(releaseIdOf(release.content), releaseId);
    const parsed = parseRelease(JSON.parse(release.content));
    assert.equal(parsed.host, "sender");
    assert.deepEqual(
      parsed.tools.map(({ name, key }) => [name, key]),
      ["envoy", "node", "node_exporter", "prometheus"].map((name) => [
        name,
        `tools/${name}/1.0.0/${sha256(name)}.tar.gz`,
      ]),
    );
    assert.deepEqual(parsed.secrets, [
      {
        path: "tls/private-key.pem",
        mode: "0400",
        owner: "envoy",
        group: "envoy",
        secretArn,
        versionId: "version-1",
        field: "tls/private-key.pem",
      },
    ]);
    assert.equal(
      objectAt(registrations, "releases/sender/current.json").content,
      `{"formatVersion":1,"releaseId":"${releaseId}"}`,
    );
  });

  it("gives what hosts follow or boot from an ETag, by which a refresh sees another writer", async () => {
    const md5 = (content: string) => createHash("md5").update(content).digest("hex");
    const texts = registrations.filter(({ inputs }) => typeof inputs.content === "string");
    const names = [`${releaseId}.json`, "bootstrap.txt", "current.json"].map((name) => `releases/sender/${name}`);
    assert.deepEqual(texts.map(({ inputs }) => inputs.key).toSorted(), names.toSorted());
    for (const { inputs } of texts) assert.equal(inputs.etag, md5(inputs.content), inputs.key);
    const [agent] = registrations.filter(({ inputs }) => /^agent\//.test(inputs.key));
    assert.equal(agent?.inputs.etag, md5((await bundleAgent()).text));
  });

  it("has first-boot steps that end with the agent", () => {
    const lines: string[] = objectAt(registrations, "releases/sender/bootstrap.txt").content.trim().split("\n");
    assert.deepEqual(
      lines.map((line) => line.split(" ")[0]),
      ["node", "amazon-ssm-agent", "agent"],
    );
    const hash = sha256("amazon-ssm-agent");
    assert.equal(lines[1], `amazon-ssm-agent ${hash} tools/amazon-ssm-agent/1.0.0/${hash}.deb`);
  });

  it("tells the host to converge, with no secret in the command", () => {
    assert.deepEqual(only(registrations, "command:local:Command"), {
      create: "node packages/host/converge/main.ts",
      environment: {
        METRICS_LINK_REGION: "eu-west-1",
        METRICS_LINK_ASSUME_ROLE: account.assumeRole,
        METRICS_LINK_FORCE: "false",
        METRICS_LINK_INSTANCE_ID: "sender-instance-id",
        METRICS_LINK_RELEASE_ID: releaseId,
        METRICS_LINK_DEADLINE_SECONDS: "900",
      },
      addPreviousOutputInEnv: false,
    });
  });

  it("asks the host with the session that the configuration describes", async () => {
    const session = { externalId: "x7", sessionName: "ci", sessionDuration: "2h" };
    const { registrations: made } = await build({ host: { account: { ...account, ...session } } });
    const { environment } = only(made, "command:local:Command");
    const told = Object.entries(environment).filter(([name]) => /EXTERNAL|SESSION/.test(name));
    assert.deepEqual(Object.fromEntries(told), {
      METRICS_LINK_EXTERNAL_ID: "x7",
      METRICS_LINK_SESSION_NAME: "ci",
      METRICS_LINK_SESSION_SECONDS: "7200",
    });
  });

  it("has key material only in the value of one secret", () => {
    const version = only(registrations, "aws:secretsmanager/secretVersion:SecretVersion");
    assert.equal(insideSecret(version.secretString), JSON.stringify({ "tls/private-key.pem": privateKey }));
    for (const { type, inputs } of registrations) {
      if (type === "aws:secretsmanager/secretVersion:SecretVersion") continue;
      assert.doesNotMatch(JSON.stringify(inputs), /nobody may see this/, type);
      const decoded = Buffer.from(inputs.userDataBase64 ?? "", "base64").toString();
      assert.doesNotMatch(decoded, /nobody may see this/);
    }
  });

  it("encrypts the secret with a key that rotates", () => {
    const { enableKeyRotation, deletionWindowInDays } = only(registrations, "aws:kms/key:Key");
    assert.deepEqual([enableKeyRotation, deletionWindowInDays], [true, 30]);
    assert.equal(only(registrations, "aws:secretsmanager/secret:Secret").kmsKeyId, answers["aws:kms/key:Key"]().arn);
    assert.equal(only(registrations, "aws:kms/alias:Alias").name, "alias/metrics-link/sender");
  });

  it("tags every resource that supports tags", async () => {
    const tags = { Project: "metrics-link" };
    const tagged = (await build({ host: { tags } })).registrations.filter(
      ({ name, inputs }) => inputs.tags !== undefined && !name.startsWith("sender-tool"),
    );
    const own = tagged.filter(({ inputs }) => inputs.tags.Project === "metrics-link");
    assert.deepEqual(own.map(({ name }) => name).toSorted(), [
      "sender-bootstrap",
      "sender-current",
      "sender-data",
      "sender-instance",
      "sender-key",
      "sender-profile",
      "sender-release",
      "sender-role",
      "sender-secret",
    ]);
  });

  it("is refused if its image has no Systems Manager agent", async () => {
    const without = artifacts.filter(({ name }) => name !== "amazon-ssm-agent");
    await assert.rejects(build({ artifacts: without }), {
      code: "ARTIFACTS_INVALID",
      message: /Host sender would have no amazon-ssm-agent/,
    });
    await build({ artifacts: without, acceptUnpinned: true });
    const image = { id: "ami-0123456789abcdef0", instanceType: "t3.small", bringsManagementAgent: true };
    await build({ artifacts: without, host: { image } });
  });

  it("has a release that says which management agent the next instance has, unless the image brings it", async () => {
    const told = async (host: Parameters<typeof build>[0]) => {
      const built = await build(host);
      return JSON.parse(objectAt(built.registrations, `releases/sender/${built.releaseId}.json`).content);
    };
    const { managementAgent, tools } = await told({});
    assert.deepEqual(managementAgent, { name: "amazon-ssm-agent", version: "1.0.0", pinnedOn: "2026-11-22" });
    assert.ok(tools.every(({ pinnedOn }: { pinnedOn: string }) => pinnedOn === "2026-11-22"));
    const image = { id: "ami-0123456789abcdef0", instanceType: "t3.small", bringsManagementAgent: true };
    assert.equal((await told({ host: { image } })).managementAgent, undefined);
  });

  it("is refused if AWS or the release does not allow its name", async () => {
    await assert.rejects(build({ host: { hostName: "Sender_1" } }), /1 to 30 of a-z, 0-9 and -/);
  });
});
