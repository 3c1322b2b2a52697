import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AuditEvidence, Declared, Observed, StackEvidence } from "@metrics-link/audit";
import { parseConfiguration } from "@metrics-link/config";
import { fingerprintOf } from "@metrics-link/contract";
import {
  envoyFiles,
  type Rendering,
  releaseFiles,
  renderReceiver,
  renderSender,
  trustSecret,
} from "@metrics-link/envoy";
import { type HostCertificate, type HostEvidence, releaseFormatVersion, sha256 } from "@metrics-link/release";
import { Authority } from "../../envoy/support/authority.ts";

const directory = mkdtempSync(join(tmpdir(), "audit-"));
const accountA = new Authority(directory, "a");
const accountB = new Authority(directory, "b");
/** Somebody else's. */
export const stranger = new Authority(directory, "c");
rmSync(directory, { recursive: true });

const takenAt = "2026-11-26T12:00:00.000Z";
const senderName = "metrics-sender.account-a.internal";
const receiverName = "metrics-ingest.account-b.internal";
const egress = ["203.0.113.10"];
const endpoints = ["198.51.100.10", "198.51.100.11"];
const endpointService = "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0";
const vpcEndpoints = [
  { id: "vpce-1", service: "com.amazonaws.eu-west-1.ssm" },
  { id: "vpce-2", service: endpointService },
];
const hash = (text: string) => sha256(text);
/** The gate has only to say that it has this one. */
const gateText = "{}\n";

/** Two stacks whose every part is as it should be. Tests change a copy, in which no two parts share anything. */
export function healthy(): AuditEvidence {
  written ??= JSON.stringify({
    takenAt,
    source: { commit: "a".repeat(40), changed: false },
    stacks: [senderStack(), receiverStack()],
  } satisfies AuditEvidence);
  return JSON.parse(written) as AuditEvidence;
}
let written: string | undefined;

/** The default group, as the program leaves it. */
const unused = { id: "sg-0", name: "unused", rules: [] };

const factsOf = (role: "sender" | "receiver"): Declared["facts"] => ({
  role: ["host: trust policy 1a", "host: inline policy host 2b"],
  key: ["key-1: Enabled", "key-1: policy 3c"],
  bucket: ["releases: policy 4d", "releases: versioning Enabled"],
  routes: ["rtb-1: 0.0.0.0/0 to igw-1", "subnet-1 uses rtb-1"],
  dns: ["rslvr-frg-1: asked at 101, mutation protection ENABLED", "answers while the firewall fails: DISABLED"],
  balancer:
    role === "receiver" ? ["nlb: internet-facing", "nlb: TCP 443 to ingest", "ingest: target i-1 port 8443"] : [],
});

function senderStack(): StackEvidence {
  const rendering = renderSender({
    nodeId: "sender",
    receiver: { name: "receiver", dnsName: receiverName, addresses: endpoints, port: 443 },
  });
  return stackOf("sender", rendering, {
    peer: "receiver",
    own: accountA,
    other: accountB,
    groups: [
      {
        id: "sg-1",
        name: "sender-host",
        rules: [...endpoints.map((address) => `egress tcp 443 ${address}/32`), "egress tcp 443 pl-1"],
      },
      unused,
    ],
    addresses: egress,
  });
}

function receiverStack(): StackEvidence {
  const senders = [{ name: "account-a", dnsName: senderName, addresses: egress }];
  return stackOf("receiver", renderReceiver({ nodeId: "receiver", senders, gated: true }), {
    peer: "account-a",
    own: accountB,
    other: accountA,
    groups: [
      { id: "sg-2", name: "receiver-host", rules: ["ingress tcp 8443 sg-3", "egress tcp 443 pl-1"] },
      { id: "sg-3", name: "receiver-balancer", rules: ["ingress tcp 443 203.0.113.10/32", "egress tcp 8443 sg-2"] },
      unused,
    ],
    addresses: endpoints,
  });
}

interface Side {
  readonly peer: string;
  readonly own: Authority;
  readonly other: Authority;
  readonly groups: Declared["groups"];
  readonly addresses: readonly string[];
}

function stackOf(role: "sender" | "receiver", rendering: Rendering, side: Side): StackEvidence {
  const { peer, own, other, groups } = side;
  const peerRole = role === "sender" ? "receiver" : "sender";
  const pin = fingerprintOf(other.root);
  const allocations = side.addresses.map((address) => ({ allocationId: `eipalloc-${address}`, address }));
  const ids = allocations.map(({ allocationId }) => allocationId);
  const files = envoyFiles(rendering, { certificateChain: "the chain\n", rootBundles: { [peer]: other.root } }).map(
    (file) => ({ ...file, sha256: hash(file.content) }),
  );
  if (role === "receiver") {
    const ofRoot = { mode: "0644", owner: "root", group: "root" };
    files.push({ path: "gate/gate.json", content: gateText, sha256: hash(gateText), ...ofRoot });
  }
  const declared: Declared = {
    groups,
    addresses: allocations.map((one) => ({ name: "address", ...one })),
    natAllocations: role === "sender" ? ids : [],
    balancer: role === "receiver" ? { groups: ["sg-3"], allocations: ids } : undefined,
    endpoints: vpcEndpoints,
    instanceId: "i-1",
    facts: factsOf(role),
    release: {
      id: hash(role),
      document: {
        formatVersion: releaseFormatVersion,
        host: role,
        agent: { sha256: hash("agent"), key: "agent" },
        files,
        tools: [],
        secrets: [],
        services: [],
        checks: [],
        probes: [],
        probeDeadlineSeconds: 60,
      },
    },
  };
  const observed: Observed = {
    account: role === "sender" ? "111111111111" : "222222222222",
    endpoints: vpcEndpoints,
    groups: groups.map((group) => ({ ...group, groupName: group.id === "sg-0" ? "default" : `${group.name}-1a2b3c4` })),
    instance: {
      id: "i-1",
      state: "running",
      publicAddress: undefined,
      groups: [role === "sender" ? "sg-1" : "sg-2"],
      keyName: undefined,
      httpTokens: "required",
    },
  };
  const root = fingerprintOf(own.root);
  const contractOf = (of: "sender" | "receiver") => ({
    version: 1 as const,
    accountId: of === "sender" ? "111111111111" : "222222222222",
    rootBundle: of === role ? own.root : other.root,
    dnsName: of === "sender" ? senderName : receiverName,
    trusts: [
      {
        stack: `organization/metrics-link/${of === "sender" ? "receiver" : "sender"}`,
        rootFingerprints: [of === role ? pin : root],
        dnsName: of === "sender" ? receiverName : senderName,
      },
    ],
    ...(of === "sender"
      ? { role: "sender" as const, egressAddresses: egress }
      : { role: "receiver" as const, endpointAddresses: endpoints, endpointPort: 443 as const }),
  });
  const peerStack = `organization/metrics-link/${peerRole}`;
  const peerAddresses = role === "sender" ? endpoints : egress;
  return {
    stack: role,
    configuration: configurationOf(role, pin),
    deviations: [],
    contract: { value: contractOf(role) },
    pki: {
      value: {
        stack: `organization/metrics-link/${role}`,
        root: "offline",
        generations: { root: 1, otherRoots: [], intermediate: 1, leaf: 1, identity: 1 },
        roots: { 1: root },
        intermediates: {},
        leaf: { generation: 1, renewal: 0, notBefore: "", notAfter: "", fingerprint: `leaf of ${role}` },
      },
    },
    peers: [
      {
        name: peer,
        stack: peerStack,
        pins: {
          rootFingerprints: [pin],
          addresses: peerAddresses,
          ...(role === "receiver" ? { labels: { account: "111111111111" } } : {}),
        },
        contract: { value: contractOf(peerRole) },
      },
    ],
    declared: { value: declared },
    observed: { value: observed },
    surroundings: {
      role: { value: factsOf(role).role },
      key: { value: factsOf(role).key },
      bucket: { value: factsOf(role).bucket },
      routes: { value: factsOf(role).routes },
      dns: { value: factsOf(role).dns },
      balancer: { value: factsOf(role).balancer },
    },
    snapshots: {
      value: {
        policies: [{ id: "policy-1", state: "ENABLED", message: "", madeAt: "2026-11-01T00:00:00.000Z" }],
        volumes: [{ id: "vol-1", madeAt: "2026-11-01T00:00:00.000Z", newest: "2026-11-26T03:12:00.000Z" }],
      },
    },
    host: { value: hostOf(role, rendering, declared, { peer, root, pin, otherRoot: other.root }) },
    changes: { value: [] },
    updates: { value: [{ kind: "update", result: "succeeded", endedAt: takenAt, message: "" }] },
  };
}

function hostOf(
  role: "sender" | "receiver",
  { bootstrap, ingest }: Rendering,
  { release }: Declared,
  { peer, root, pin, otherRoot }: { peer: string; root: string; pin: string; otherRoot: string },
): HostEvidence {
  const { static_resources, ...rest } = bootstrap;
  const { node: _node, ...running } = rest;
  const program = "/opt/metrics-link/tools/envoy/1/envoy";
  const name = role === "sender" ? senderName : receiverName;
  return {
    formatVersion: 1,
    takenAt,
    host: role,
    release: { value: { inForce: release.id, documentSha256: release.id } },
    agent: {
      value: {
        outcome: "converged",
        release: release.id,
        startedAt: takenAt,
        releaseSince: takenAt,
        agentSha256: hash("agent"),
        driftedFiles: [],
        held: [],
        rollbacks: 0,
      },
    },
    files: {
      value: {
        found: Object.fromEntries(
          release.document.files.map((file) => [file.path, `${file.sha256} ${file.mode} ${file.owner}:${file.group}`]),
        ),
        foreign: [],
      },
    },
    certificates: {
      value: {
        chain: [
          certificate({ subject: `CN=${name}`, fingerprint: `leaf of ${role}`, names: [name], authority: false }),
          certificate({ subject: "O=Example, Inc., CN=Example, Inc. Intermediate CA G1" }),
        ],
        ownRoots: [certificate({ subject: "O=Example, Inc., CN=Example, Inc. Root CA G1", fingerprint: root })],
        keyFits: true,
      },
    },
    bundles: {
      value: [
        {
          file: releaseFiles.root(peer),
          sha256: hash(otherRoot),
          otherText: false,
          certificates: [certificate({ subject: "CN=root", issuer: "CN=root", fingerprint: pin })],
        },
      ],
    },
    envoy: {
      value: {
        version: "1.40.0",
        uptimeSeconds: 60,
        bootstrap: running,
        listeners: [...(ingest?.resources ?? []), ...static_resources.listeners],
        clusters: [...static_resources.clusters],
        secrets: [
          { name: "leaf", lastUpdated: takenAt, fingerprints: [`leaf of ${role}`, "intermediate"] },
          { name: trustSecret(peer), lastUpdated: takenAt, fingerprints: [pin] },
        ],
        counters: { "listener.ingest.ssl.handshake": 7 },
      },
    },
    gate:
      role === "sender"
        ? { error: "the release in force has no gate" }
        : {
            value: {
              configuration: hash(gateText),
              mode: "enforce",
              reserved: { link_side: ["sends"] },
              senders: { [peer]: { account: "111111111111" } },
            },
          },
    units: {
      value: [
        {
          unit: "metrics-link-envoy.service",
          type: "exec",
          active: "active",
          since: takenAt,
          fragment: "",
          dropIns: [],
          executable: program,
          sha256: hash("envoy"),
        },
      ],
    },
    tools: {
      value: [
        { name: "envoy", version: "1.40.0", archiveSha256: hash("archive"), sealed: { [program]: hash("envoy") } },
      ],
    },
    listening: {
      value: [
        { address: "127.0.0.1", port: 9090 },
        ...(role === "receiver" ? [8443, 8444].map((port) => ({ address: "0.0.0.0", port })) : []),
      ],
    },
    fences: {
      value: {
        unprivilegedPortStart: 9903,
        unfenced: { metadata: true, bind: true },
        units: [
          { unit: "metrics-link-envoy.service", metadata: false, bind: false, counted: true, stale: false },
          { unit: "metrics-link-prometheus.service", metadata: false, bind: false, counted: true, stale: false },
        ],
      },
    },
    handshakes: {
      value: {
        since: takenAt,
        accepted: [{ filter_chain: peer, peer_san: name, peer_serial: "1f", start: takenAt, status: 204 }],
        refused: [{ source: "192.0.2.66:5", tls_failure: "<b>no certificate</b>", start: takenAt }],
        cut: [],
      },
    },
  };
}

function certificate(changes: Partial<HostCertificate>): HostCertificate {
  return {
    subject: "CN=somebody",
    issuer: "CN=somebody",
    serial: "1f",
    fingerprint: "AA:BB",
    notBefore: "2026-11-01T00:00:00.000Z",
    notAfter: "2027-01-01T00:00:00.000Z",
    names: [],
    authority: true,
    ...changes,
  };
}

function configurationOf(role: "sender" | "receiver", pin: string) {
  const common = {
    role,
    account: { id: role === "sender" ? "111111111111" : "222222222222", region: "eu-west-1" },
    network: { cidr: "10.10.0.0/16", zones: ["eu-west-1a", "eu-west-1b"], endpointServices: [endpointService] },
    host: { imageId: "ami-0123456789abcdef0", instanceType: "t3.small" },
    pki: {
      organization: "Example",
      dnsName: role === "sender" ? senderName : receiverName,
      artefacts: "pki",
    },
  };
  const stack = (name: string) => ({ stack: `organization/metrics-link/${name}`, rootFingerprints: [pin] });
  return parseConfiguration(
    role === "sender"
      ? { ...common, prometheus: { externalLabels: { account: "a" } }, peer: stack("receiver") }
      : { ...common, prometheus: {}, senders: [{ name: "account-a", ...stack("sender") }] },
  );
}
