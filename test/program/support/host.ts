import assert from "node:assert/strict";
import {
  bundleAgent,
  Host,
  type HostArgs,
  type LocatedArtifact,
  ReleaseStore,
  standardServices,
} from "@metrics-link/host";
import { hostUsers, sha256 } from "@metrics-link/release";
import { ofType, type Registration, record } from "./recording.ts";

export const account = { id: "111111111111", region: "eu-west-1", assumeRole: "arn:aws:iam::111111111111:role/deploy" };
export const secretArn = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:metrics-link/sender/release-AbCdEf";
const bucketArn = "arn:aws:s3:::metrics-link-sender-111111111111-eu-west-1";
export const privateKey = "-----BEGIN PRIVATE KEY-----\nnobody may see this\n-----END PRIVATE KEY-----\n";

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
export const artifacts = [
  artifact("node", ["node"]),
  artifact("envoy", ["envoy"]),
  artifact("prometheus", ["prometheus", "promtool"]),
  artifact("node_exporter", ["node_exporter"]),
  artifact("amazon-ssm-agent", [], ".deb"),
];
const pins = Object.fromEntries(
  artifacts.map(({ name, version, sha256 }) => [
    name,
    { version, officialSha256: sha256, pinned: { version, on: "2026-11-22" } },
  ]),
);

export const answers = {
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

/** Registers one host with its store, under mocks. */
export async function build(change: Change = {}) {
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
          configuration: "envoy/bootstrap.json",
          flags: (path) => ["-c", path],
          watchedPaths: ["tls/"],
          heapBytes: 512 * 2 ** 20,
          network: { side: "sends", receiverAddresses: [] },
          certificate: { chain: "tls/chain.pem", key: "tls/private-key.pem", ownRoot: "tls/own-root.pem" },
        },
        prometheus: { configuration: "prometheus/prometheus.yml", flags: ["--config.file=x"] },
      }),
      files: ["envoy/bootstrap.json", "prometheus/prometheus.yml", "tls/chain.pem", "tls/own-root.pem"].map((path) => ({
        path,
        content: `${path}\n`,
        mode: "0644",
        owner: "root",
        group: "root",
      })),
      secretFiles: [
        {
          path: "tls/private-key.pem",
          mode: "0400",
          owner: hostUsers.envoy,
          group: hostUsers.envoy,
          value: privateKey,
        },
      ],
      ...change.host,
    });
    host.releaseId.apply((id) => {
      releaseId = id;
    });
  }, answers);
  return { registrations, releaseId };
}

/** The inputs of the one resource of a type. */
export const only = (registrations: Registration[], type: string) => {
  const [found] = ofType(registrations, type, 1);
  assert.ok(found);
  return found.inputs;
};
/** The inputs of the object that is uploaded under a key. */
export const objectAt = (registrations: Registration[], key: string) => {
  const found = ofType(registrations, "aws:s3/bucketObjectv2:BucketObjectv2", 9).find(
    ({ inputs }) => inputs.key === key,
  );
  assert.ok(found, `an object ${key}`);
  return found.inputs;
};
