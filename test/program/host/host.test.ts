import assert from "node:assert/strict";
import { hostUsers } from "@metrics-link/contract";
import { parseRelease, releaseIdOf, sha256 } from "@metrics-link/contract/release.ts";
import {
  bundleAgent,
  Host,
  type HostArgs,
  type LocatedArtifact,
  ReleaseStore,
  standardServices,
} from "@metrics-link/host";
import { insideSecret, ofType, type Registration, record } from "../support/recording.ts";

const account = { id: "111111111111", region: "eu-west-1", assumeRole: "arn:aws:iam::111111111111:role/deploy" };
const secretArn = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:metrics-link/sender/release-AbCdEf";
const bucketArn = "arn:aws:s3:::metrics-link-sender-111111111111-eu-west-1";
const privateKey = "-----BEGIN PRIVATE KEY-----\nnobody may see this\n-----END PRIVATE KEY-----\n";

const artifact = (name: string, commands: string[], suffix = ".tar.gz"): LocatedArtifact => ({
  name,
  version: "1.0.0",
  platform: "linux-amd64",
  file: `${name}${suffix}`,
  // Any file will do: under mocks nothing is uploaded.
  path: import.meta.filename,
  sha256: sha256(name),
  size: 1,
  source: "official",
  executables: Object.fromEntries(commands.map((command) => [command, `bin/${command}`])),
});
const artifacts = [
  artifact("node", ["node"]),
  artifact("envoy", ["envoy"]),
  artifact("prometheus", ["prometheus", "promtool"]),
  artifact("node_exporter", ["node_exporter"]),
  artifact("amazon-ssm-agent", [], ".deb"),
];
const pins = Object.fromEntries(
  artifacts.map(({ name, version, sha256 }) => [name, { version, officialSha256: sha256 }]),
);

const answers = {
  "aws:s3/bucket:Bucket": () => ({ arn: bucketArn }),
  "aws:secretsmanager/secret:Secret": () => ({ arn: secretArn }),
  "aws:secretsmanager/secretVersion:SecretVersion": () => ({ versionId: "version-1" }),
  "aws:kms/key:Key": () => ({ arn: "arn:aws:kms:eu-west-1:111111111111:key/1", keyId: "1" }),
};

interface Change {
  readonly host?: Partial<HostArgs>;
  readonly artifacts?: LocatedArtifact[];
  readonly acceptUnpinned?: boolean;
}

async function build(change: Change = {}) {
  let releaseId = "";
  const agent = await bundleAgent();
  const registrations = await record(() => {
    const store = new ReleaseStore("sender", {
      agent,
      storeName: "sender",
      account,
      artifacts: change.artifacts ?? artifacts,
      pins,
      acceptUnpinned: change.acceptUnpinned ?? false,
    });
    const host = new Host("sender", {
      hostName: "sender",
      account,
      network: {
        vpcId: "vpc-1",
        subnetId: "subnet-1",
        zone: "eu-west-1a",
        securityGroupIds: ["sg-1"],
        privateAddress: "10.0.1.10",
      },
      image: { id: "ami-0123456789abcdef0", instanceType: "t3.small" },
      dataVolume: { sizeGiB: 50 },
      store,
      services: standardServices({
        envoy: {
          configuration: "envoy/bootstrap.yaml",
          flags: (path) => ["-c", path],
          watchedPaths: ["tls/"],
          certificate: { chain: "tls/chain.pem", key: "tls/leaf.key", ownRoot: "tls/own-root.pem" },
        },
        prometheus: { configuration: "prometheus/prometheus.yml", flags: ["--config.file=x"] },
      }),
      files: ["envoy/bootstrap.yaml", "prometheus/prometheus.yml", "tls/chain.pem", "tls/own-root.pem"].map((path) => ({
        path,
        content: `${path}\n`,
        mode: "0644",
        owner: "root",
        group: "root",
      })),
      secretFiles: [
        { path: "tls/leaf.key", mode: "0400", owner: hostUsers.envoy, group: hostUsers.envoy, value: privateKey },
      ],
      ...change.host,
    });
    host.releaseId.apply((id) => {
      releaseId = id;
    });
  }, answers);
  return { registrations, releaseId };
}

const only = (registrations: Registration[], type: string) => {
  const [found] = ofType(registrations, type, 1);
  assert.ok(found);
  return found.inputs;
};
const objectAt = (registrations: Registration[], key: string) => {
  const found = ofType(registrations, "aws:s3/bucketObjectv2:BucketObjectv2", 9).find(
    ({ inputs }) => inputs.key === key,
  );
  assert.ok(found, `an object ${key}`);
  return found.inputs;
};

describe("a host", () => {
  let registrations: Registration[];
  let releaseId: string;
  before(async () => {
    ({ registrations, releaseId } = await build());
  });

  it("is these resources and no others", () => {
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

  it("boots from little, with metadata by token only, no public address, no key pair, encrypted disks", () => {
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
    assert.match(Buffer.from(userDataBase64, "base64").toString(), /^#cloud-config\n[\s\S]*Block_Store_senderdata-id/);
  });

  it("keeps its data on a volume of its own, encrypted, in its zone", () => {
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

  it("has a bucket that is private, versioned, encrypted and TLS-only", () => {
    assert.deepEqual(only(registrations, "aws:s3/bucket:Bucket"), {
      bucket: "metrics-link-sender-111111111111-eu-west-1",
      forceDestroy: false,
      tags: { Name: "metrics-link-sender-111111111111-eu-west-1" },
    });
    const bucket = "sender-bucket-id";
    assert.deepEqual(only(registrations, "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"), {
      bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    assert.deepEqual(only(registrations, "aws:s3/bucketVersioning:BucketVersioning"), {
      bucket,
      versioningConfiguration: { status: "Enabled" },
    });
    assert.match(only(registrations, "aws:s3/bucketPolicy:BucketPolicy").policy, /"aws:SecureTransport":"false"/);
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
        path: "tls/leaf.key",
        mode: "0400",
        owner: "envoy",
        group: "envoy",
        secretArn,
        versionId: "version-1",
        field: "tls/leaf.key",
      },
    ]);
    assert.equal(
      objectAt(registrations, "releases/sender/current.json").content,
      `{"formatVersion":1,"releaseId":"${releaseId}"}`,
    );
  });

  it("uploads each tool and the agent under their hashes", () => {
    for (const { name, sha256 } of artifacts) {
      const suffix = name === "amazon-ssm-agent" ? ".deb" : ".tar.gz";
      assert.equal(objectAt(registrations, `tools/${name}/1.0.0/${sha256}${suffix}`).sourceHash, sha256);
    }
    const { agent } = parseRelease(JSON.parse(objectAt(registrations, `releases/sender/${releaseId}.json`).content));
    assert.equal(objectAt(registrations, agent.key).sourceHash, agent.sha256);
    assert.equal(agent.key, `agent/${agent.sha256}.mjs`);
  });

  it("boots from a list that ends with the agent", () => {
    const lines: string[] = objectAt(registrations, "releases/sender/bootstrap.txt").content.trim().split("\n");
    assert.deepEqual(
      lines.map((line) => line.split(" ")[0]),
      ["node", "amazon-ssm-agent", "agent"],
    );
    const hash = sha256("amazon-ssm-agent");
    assert.equal(lines[1], `amazon-ssm-agent ${hash} tools/amazon-ssm-agent/1.0.0/${hash}.deb`);
  });

  it("asks the host to converge, with nothing secret in the question", () => {
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

  it("hands key material over as the value of one secret, and in no other input", () => {
    const version = only(registrations, "aws:secretsmanager/secretVersion:SecretVersion");
    assert.equal(insideSecret(version.secretString), JSON.stringify({ "tls/leaf.key": privateKey }));
    for (const { type, inputs } of registrations) {
      if (type === "aws:secretsmanager/secretVersion:SecretVersion") continue;
      assert.doesNotMatch(JSON.stringify(inputs), /nobody may see this/, type);
      const decoded = Buffer.from(inputs.userDataBase64 ?? "", "base64").toString();
      assert.doesNotMatch(decoded, /nobody may see this/);
    }
  });

  it("encrypts the secret under a key that rotates", () => {
    const { enableKeyRotation, deletionWindowInDays } = only(registrations, "aws:kms/key:Key");
    assert.deepEqual([enableKeyRotation, deletionWindowInDays], [true, 30]);
    assert.equal(only(registrations, "aws:secretsmanager/secret:Secret").kmsKeyId, answers["aws:kms/key:Key"]().arn);
    assert.equal(only(registrations, "aws:kms/alias:Alias").name, "alias/metrics-link/sender");
  });

  it("tags whatever can carry a tag", async () => {
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

  it("is refused when nobody on it would hear the command to converge", async () => {
    const without = artifacts.filter(({ name }) => name !== "amazon-ssm-agent");
    await assert.rejects(build({ artifacts: without }), /Host sender would have no amazon-ssm-agent/);
    await build({ artifacts: without, acceptUnpinned: true });
    const image = { id: "ami-0123456789abcdef0", instanceType: "t3.small", bringsManagementAgent: true };
    await build({ artifacts: without, host: { image } });
  });

  it("is refused with a tool that cannot be compared with its upstream", async () => {
    const built = artifacts.map((found) => ({ ...found, source: "registry" as const }));
    await assert.rejects(build({ artifacts: built }), /envoy is "registry": the official download/);
  });

  it("is refused with a name that AWS or the release would not take", async () => {
    await assert.rejects(build({ host: { hostName: "Sender_1" } }), /1 to 30 of a-z, 0-9 and -/);
  });
});
