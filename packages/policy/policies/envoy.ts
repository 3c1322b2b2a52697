import type { Configuration } from "@metrics-link/config";
import type { PeerOutput } from "@metrics-link/contract";
import { type Peer, rules } from "@metrics-link/envoy/read/index.ts";
import { type EnvoyRule, envoyFindings, factsOf } from "../model/envoy.ts";
import { each, type Findings, type Policy, stackRule } from "../model/policy.ts";
import { type PublishedRelease, readRelease, recordOf, releaseRule } from "../model/release.ts";
import { ofType, peersOf } from "../model/resources.ts";

const { namesAreThePeers, ownCertificate, listenersAreKnown, noSystemTrustStore, ...others } = rules;

/**
 * The rules about Envoy's configuration, each a policy of the same name: a new rule in packages/envoy/read needs no file
 * here. `ownCertificate` is part of the policy served-chain-is-ours.
 */
export const envoy: readonly Policy[] = [
  ...Object.values(others).map((rule) => envoyPolicy(rule)),

  envoyPolicy(listenersAreKnown, function* ({ envoys }) {
    // Without a configuration in the release nothing is known about this Envoy, its listeners included.
    for (const one of envoys) {
      if (one === undefined) yield "a unit runs Envoy with a configuration that is not a file of this release";
    }
  }),

  envoyPolicy(noSystemTrustStore, function* ({ prometheuses, scrapeFiles }) {
    for (const { path, jobs = [] } of scrapeFiles) {
      yield* systemTrust(path, jobs);
      yield* httpsWithoutCa(path, jobs);
    }
    for (const prometheus of prometheuses) {
      if (prometheus === undefined) continue;
      yield* systemTrust("Prometheus", prometheus);
      yield* httpsWithoutCa("Prometheus", prometheus);
    }
  }),

  // Only the whole stack knows the peers' contracts.
  stackRule(factsOf(namesAreThePeers), function* (resources, { configuration }) {
    const peers = peersByContract(configuration, peersOf(resources));
    yield* each(ofType(resources, "bucketObject"), function* (object) {
      const release = readRelease(object);
      if (release !== undefined) yield* envoyFindings(release, configuration, namesAreThePeers.id, peers);
    });
  }),
];

/** The policy of one rule, which judges every Envoy of a release before the release is published. */
function envoyPolicy(rule: EnvoyRule, more: (release: PublishedRelease) => Findings = () => []): Policy {
  return releaseRule(factsOf(rule), function* (release, { configuration }) {
    yield* envoyFindings(release, configuration, rule.id);
    yield* more(release);
  });
}

/** The peers with the names of their filter chains, which the configuration gives; a contract knows the stack only. */
function peersByContract(configuration: Configuration, contracts: readonly PeerOutput[]): readonly Peer[] {
  if (configuration.role === "sender") {
    const pinnedAddresses = configuration.peer.addresses ?? [];
    return contracts.map(({ dnsName, addresses }) => ({ name: "receiver", dnsName, addresses, pinnedAddresses }));
  }
  return configuration.senders.flatMap(({ name, stack, addresses: pinnedAddresses = [] }) =>
    contracts
      .filter((contract) => contract.stack === stack)
      .map(({ dnsName, addresses }) => ({ name, dnsName, addresses, pinnedAddresses })),
  );
}

const trustStores =
  /^\/(etc\/(ssl|pki|ca-certificates)|usr\/(local\/)?share\/(ca-certificates|pki)|usr\/lib\/ssl|var\/lib\/ca-certificates)(\/|$)/;

/** Where a configuration names a trust store of the system, or turns verification off. */
function* systemTrust(where: string, value: unknown): Generator<string> {
  if (typeof value === "string" && trustStores.test(value)) yield `${where} is ${value}`;
  if (typeof value !== "object" || value === null) return;
  for (const [key, found] of Object.entries(value)) {
    const place = `${where}.${key}`;
    if (key === "insecure_skip_verify" && !isFalse(found)) yield `${place} is ${found}`;
    yield* systemTrust(place, found);
  }
}

/** Whether YAML 1.1 has it for false: in a user's file every scalar is a text. */
const isFalse = (value: unknown) => value === null || /^(n|no|false|off)$/i.test(String(value));

/** Where Prometheus is given no CA, or an empty one, it trusts the system's. */
function* httpsWithoutCa(where: string, value: unknown): Generator<string> {
  if (typeof value !== "object" || value === null) return;
  const { scheme, url, tls_config } = recordOf(value);
  const { ca_file, ca } = recordOf(tls_config);
  const https = scheme === "https" || (typeof url === "string" && url.startsWith("https:"));
  if (https && [ca_file, ca].every((one) => one === undefined || one === null || one === "")) {
    yield `${where} uses https without tls_config.ca or ca_file`;
  }
  for (const [key, found] of Object.entries(value)) yield* httpsWithoutCa(`${where}.${key}`, found);
}
