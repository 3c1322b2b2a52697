import { inFile, set } from "../support/mutate.ts";
import type { Mutation } from "../support/table.ts";

/** Releases, their certificates and their tools. */
export const releases: readonly Mutation[] = [
  [
    "sender",
    "the leaf's chain contains only this side's root",
    ["served-chain-is-ours"],
    (it) =>
      it.release((release) => {
        const own = release.files.find((file) => file.path === "tls/own-root.pem");
        for (const file of release.files)
          if (file.path === "tls/certificate-chain.pem") file.content = own?.content ?? "";
      }),
  ],
  [
    "sender",
    "the leaf's chain is in the wrong order",
    ["served-chain-is-ours"],
    inFile("tls/certificate-chain.pem", (text) =>
      text
        .split(/(?=-----BEGIN)/)
        .reverse()
        .join(""),
    ),
  ],
  [
    "sender",
    "a unit runs one of the system's programs",
    ["tools-are-pinned"],
    inFile("systemd/metrics-link-node-exporter.service", (text) =>
      text.replace("/opt/metrics-link/current/bin/node_exporter", "/usr/bin/node_exporter"),
    ),
  ],
  [
    "sender",
    "a tool's object is not named by its hash",
    ["tools-are-pinned"],
    (it) =>
      it.release((release) => {
        for (const tool of release.tools) if (tool.name === "envoy") tool.key = "tools/envoy/latest.tar.gz";
      }),
  ],
  [
    "sender",
    "the first boot installs a tool that is not named by its hash",
    ["tools-are-pinned"],
    set(
      "aws:s3/bucketObjectv2:BucketObjectv2",
      { content: `node ${"0".repeat(64)} tools/node/latest.tar.gz bin/node\n` },
      "sender-bootstrap",
    ),
  ],
  [
    "sender",
    "a release has another release's name",
    ["release-is-its-hash", "pointer-is-the-release"],
    set("aws:s3/bucketObjectv2:BucketObjectv2", { key: `releases/sender/${"0".repeat(64)}.json` }, "sender-release"),
  ],
  [
    "sender",
    "an object of the bucket contains a private key",
    ["no-key-material", "pointer-is-the-release"],
    set("aws:s3/bucketObjectv2:BucketObjectv2", { content: "-----BEGIN EC PRIVATE KEY-----\n" }, "sender-current"),
  ],
  [
    "sender",
    "a scrape file has a password in clear",
    ["no-key-material", "prometheus-is-known"],
    inFile("prometheus/scrape/application.yaml", (text) =>
      text.replace("- job_name: application", "- job_name: application\n  basic_auth: { password: hunter2 }"),
    ),
  ],
  [
    "sender",
    "a scrape file names the secret of an Alertmanager",
    ["prometheus-is-known"],
    inFile("prometheus/scrape/application.yaml", (text) =>
      text.replace(
        "- job_name: application",
        "- job_name: application\n  authorization: { credentials_file: ../alertmanager-0.secret }",
      ),
    ),
  ],
];
