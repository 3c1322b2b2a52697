/**
 * A release store and what is published in it. The environment says what the agent, Node and the configuration are, and
 * the release of the last whole update.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ReleaseStore } from "@metrics-link/host";
import { bootstrapManifest, publish, publishBootstrap } from "@metrics-link/host/cloud/publish.ts";
import { leftOut } from "@metrics-link/host/cloud/release-store.ts";
import { canonicalJson, sha256 } from "@metrics-link/release";
import { accountProvider } from "@metrics-link/stacks/account.ts";
import * as pulumi from "@pulumi/pulumi";

const { AGENT = "", NODE = "", CONFIGURATION = "", IN_FORCE: inForce } = process.env;
const account = {
  id: "111111111111",
  region: "eu-west-1",
  assumeRole: "arn:aws:iam::111111111111:role/metrics-link-deploy",
};
const hostName = "sender";
const tags = {};

/** @public Pulumi loads it */
export default async function program() {
  const provider = accountProvider({ account, role: "sender" });
  const node = {
    name: "node",
    version: "1.0.0",
    platform: "linux-amd64" as const,
    file: "node.tar.gz",
    path: join(import.meta.dirname, "package.json"),
    sha256: sha256(NODE),
    size: 1,
    source: "official" as const,
    executables: { node: `node-${NODE}/bin/node` },
  };
  const path = join(import.meta.dirname, `agent-${sha256(AGENT)}.mjs`);
  writeFileSync(path, AGENT);
  const store = new ReleaseStore(
    "sender",
    {
      storeName: "sender",
      account,
      agent: { text: AGENT, sha256: sha256(AGENT), path },
      artifacts: [node],
      pins: { node: { version: node.version, officialSha256: node.sha256 } },
      acceptUnpinned: false,
    },
    { providers: { aws: provider } },
  );
  const uploads = store.uploads(["node"]);
  const own = { parent: store, dependsOn: [...store.contents] };
  const { bucket } = store;
  const content = bootstrapManifest({ agent: store.agent, node: store.tool("node") });
  const bootstrap = publishBootstrap("sender", { hostName, bucket, content, lacks: leftOut(uploads), tags }, own);
  const text = pulumi.output(
    canonicalJson({ agent: store.agent.key, node: store.tool("node").key, configuration: CONFIGURATION }),
  );
  const lacks = pulumi.all([leftOut(uploads), bootstrap.lacks]).apply((lists) => [...new Set(lists.flat())]);
  const { releaseId, isWhole } = publish("sender", { hostName, bucket, text, inForce, lacks, tags }, own);
  return { releaseId, isWhole };
}
