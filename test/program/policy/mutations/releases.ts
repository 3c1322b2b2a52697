import { inFile, set } from "../support/mutate.ts";
import type { Mutation } from "../support/table.ts";

/** Releases, their certificates and their tools. */
export const releases: readonly Mutation[] = [
  [
    "sender",
    "the chain shown is the own root",
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
    "the chain shown is in the wrong order",
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
    "a unit runs a program of the system",
    ["tools-are-pinned"],
    inFile("systemd/metrics-link-node-exporter.service", (text) =>
      text.replace("/opt/metrics-link/current/bin/node_exporter", "/usr/bin/node_exporter"),
    ),
  ],
  [
    "sender",
    "a tool is not named by its hash",
    ["tools-are-pinned"],
    (it) =>
      it.release((release) => {
        for (const tool of release.tools) if (tool.name === "envoy") tool.key = "tools/envoy/latest.tar.gz";
      }),
  ],
  [
    "sender",
    "the first boot takes a tool that is not named by its hash",
    ["tools-are-pinned"],
    set(
      "aws:s3/bucketObjectv2:BucketObjectv2",
      { content: `node ${"0".repeat(64)} tools/node/latest.tar.gz bin/node\n` },
      "sender-bootstrap",
    ),
  ],
  [
    "sender",
    "a release has the name of another",
    ["release-is-its-hash", "pointer-is-the-release"],
    set("aws:s3/bucketObjectv2:BucketObjectv2", { key: `releases/sender/${"0".repeat(64)}.json` }, "sender-release"),
  ],
  [
    "sender",
    "a private key is in an object of the bucket",
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
