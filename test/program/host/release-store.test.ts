import assert from "node:assert/strict";
import { parseRelease } from "@metrics-link/release";
import { artifacts, build, objectAt, only } from "../support/host.ts";
import type { Registration } from "../support/recording.ts";

describe("a release store", () => {
  let registrations: Registration[];
  let releaseId: string;
  before(async () => {
    ({ registrations, releaseId } = await build());
  });

  it("has a bucket that is private, versioned, encrypted and TLS-only", () => {
    assert.deepEqual(only(registrations, "aws:s3/bucket:Bucket"), {
      bucket: "metrics-link-sender-111111111111-eu-west-1",
      forceDestroy: true,
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

  it("uploads each tool and the agent under its hash", () => {
    for (const { name, sha256 } of artifacts) {
      const suffix = name === "amazon-ssm-agent" ? ".deb" : ".tar.gz";
      assert.equal(objectAt(registrations, `tools/${name}/1.0.0/${sha256}${suffix}`).sourceHash, sha256);
    }
    const { agent } = parseRelease(JSON.parse(objectAt(registrations, `releases/sender/${releaseId}.json`).content));
    assert.equal(objectAt(registrations, agent.key).sourceHash, agent.sha256);
    assert.equal(agent.key, `agent/${agent.sha256}.mjs`);
  });

  it("keeps what is named by its hash, and goes itself only when a person lifts its protection", () => {
    const options = (name: string) => registrations.find((one) => one.name === name)?.options;
    for (const name of ["sender-agent", "sender-tool-envoy", "sender-release"]) {
      assert.equal(options(name)?.retainOnDelete, true, name);
    }
    assert.equal(options("sender-bucket")?.protect, true);
  });

  it("is refused if a tool has no official hash", async () => {
    const built = artifacts.map((found) => ({ ...found, source: "registry" as const }));
    await assert.rejects(build({ artifacts: built }), /envoy is "registry": the official download/);
  });
});
