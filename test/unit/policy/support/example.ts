import { type Configuration, parseConfiguration } from "@metrics-link/config";
import { fingerprintOf } from "@metrics-link/contract";
import { envoyFiles, envoyFlags, renderReceiver, renderSender } from "@metrics-link/envoy";
import { standardServices } from "@metrics-link/host";
import type { Seen } from "@metrics-link/policy";
import {
  prometheusFiles,
  renderReceiver as prometheusOfReceiver,
  renderSender as prometheusOfSender,
  receiverFlags,
  senderFlags,
} from "@metrics-link/prometheus";
import { canonicalRelease, parseRelease, releaseFormatVersion, releaseIdOf, sha256 } from "@metrics-link/release";
import { scrapeFilesOf } from "../../prometheus/examples.ts";
import { certificates } from "./certificates.ts";

export type Role = "sender" | "receiver";

export const names = {
  sender: "metrics-sender.account-a.internal",
  receiver: "metrics-ingest.account-b.internal",
} as const;
export const addresses = { sender: ["203.0.113.10"], receiver: ["198.51.100.10", "198.51.100.11"] } as const;
const accounts = { sender: "111111111111", receiver: "222222222222" } as const;
const peerOf = { sender: "receiver", receiver: "sender" } as const;

/** The configuration of a stack of this role, with sections in place of the usual ones. */
export function configurationOf(role: Role, change: Readonly<Record<string, unknown>> = {}): Configuration {
  const peer = {
    stack: `organization/metrics-link/${peerOf[role]}`,
    rootFingerprints: [fingerprintOf(certificates[peerOf[role]].root)],
    addresses: [...addresses[peerOf[role]]],
  };
  return parseConfiguration({
    role,
    account: { id: accounts[role], region: "eu-west-1", assumeRole: `arn:aws:iam::${accounts[role]}:role/deploy` },
    network: { cidr: "10.10.0.0/16", zones: ["eu-west-1a", "eu-west-1b"], documentationAddresses: true },
    host: { imageId: "ami-0deb1a13000000001", instanceType: "t3.small" },
    pki: { organization: "Metrics", dnsName: names[role], artefacts: "pki/here" },
    prometheus: role === "sender" ? { externalLabels: { account: "a" } } : {},
    ...(role === "sender" ? { peer } : { senders: [{ name: "account-a", ...peer }] }),
    ...change,
  });
}

const rendered = {
  sender: () =>
    renderSender({
      nodeId: "sender",
      receiver: { name: "receiver", dnsName: names.receiver, addresses: addresses.receiver },
    }),
  receiver: () =>
    renderReceiver({
      nodeId: "receiver",
      senders: [{ name: "account-a", dnsName: names.sender, addresses: addresses.sender }],
      gated: true,
    }),
} as const;

const metrics = {
  sender: () =>
    prometheusOfSender({
      scrapeInterval: "15s",
      externalLabels: { account: "a" },
      linked: true,
      remoteWrite: {},
      // A user's file as users write them, with what YAML 1.2 reads otherwise.
      scrapeFiles: scrapeFilesOf([
        {
          name: "shop.yaml",
          path: "shop.yaml",
          content: `- &shop
  job_name: shop
  static_configs: &targets
    - targets: [198.51.100.10:8080]
      labels: { account_id: 012345678901, version: 1.10, spot: yes }
  relabel_configs:
- <<: *shop
  job_name: shop-2
  metrics_path: /other
`,
        },
      ]),
    }),
  receiver: () =>
    prometheusOfReceiver({
      scrapeInterval: "15s",
      externalLabels: {},
      outOfOrderTimeWindow: "24h",
      senders: ["account-a"],
    }),
} as const;

const hash = "a".repeat(64);
const tool = (name: string, commands: readonly string[]) => ({
  name,
  version: "1.0.0",
  sha256: hash,
  size: 1,
  key: `tools/${name}/1.0.0/${hash}.tar.gz`,
  executables: Object.fromEntries(commands.map((command) => [command, command])),
});

/** The release that a stack of this role would publish, as the object of its bucket. */
export function releaseObject(role: Role): Seen {
  const peer = peerOf[role];
  const { leaf, intermediate, root } = certificates[role];
  const bundleName = role === "sender" ? "receiver" : "account-a";
  const services = standardServices({
    envoy: {
      configuration: "envoy/bootstrap.json",
      flags: envoyFlags,
      watchedPaths: ["tls/"],
      heapBytes: 512 * 2 ** 20,
      network:
        role === "sender"
          ? { side: "sends", receiverAddresses: [...addresses.receiver] }
          : { side: "receives", balancerSubnets: ["10.10.0.0/18", "10.10.64.0/18"], vpcCidr: "10.10.0.0/16" },
    },
    prometheus: {
      configuration: "prometheus/prometheus.yml",
      flags: (role === "sender" ? senderFlags : receiverFlags)({ dataVolumeGiB: 50 }),
    },
    repair:
      role === "sender"
        ? { program: "export {};\n", lateSeconds: 60, intervalSeconds: 15, externalLabels: { account: "a" } }
        : undefined,
    gate:
      role === "receiver"
        ? {
            program: "export {};\n",
            configuration: {
              mode: "enforce",
              reserved: { link_side: ["sends"] },
              senders: { "account-a": { labels: {} } },
            },
          }
        : undefined,
  });
  const ownRoot = { path: "tls/own-root.pem", content: root, mode: "0644", owner: "root", group: "root" };
  const files = [
    ...services.files,
    ...envoyFiles(rendered[role](), {
      certificateChain: leaf + intermediate,
      rootBundles: { [bundleName]: certificates[peer].root },
    }),
    ...prometheusFiles(metrics[role]()),
    ownRoot,
  ].map((file) => ({ ...file, sha256: sha256(file.content) }));
  const content = canonicalRelease(
    parseRelease({
      formatVersion: releaseFormatVersion,
      host: role,
      agent: { sha256: hash, key: `agent/${hash}.mjs` },
      files,
      tools: [
        tool("node", ["node"]),
        tool("envoy", ["envoy"]),
        tool("prometheus", ["prometheus"]),
        tool("node_exporter", ["node_exporter"]),
      ],
      secrets: [],
      services: services.services,
      checks: [],
      probes: [],
      probeDeadlineSeconds: 60,
    }),
  );
  return resource("aws:s3/bucketObjectv2:BucketObjectv2", {
    bucket: "releases",
    key: `releases/${role}/${releaseIdOf(content)}.json`,
    content,
  });
}

/** A resource as the engine shows it. */
export function resource(type: string, props: object, { protect = false, name = "it" } = {}): Seen {
  const options = {
    protect,
    ignoreChanges: [],
    aliases: [],
    customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
    additionalSecretOutputs: [],
  };
  return { type, name, urn: `urn:pulumi:test::metrics-link::${type}::${name}`, props: { ...props }, opts: options };
}
