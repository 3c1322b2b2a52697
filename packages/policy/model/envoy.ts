import type { Configuration } from "@metrics-link/config";
import {
  find,
  type Peer,
  queriesServed,
  type RuleId,
  type rules,
  type Service,
  sentence,
} from "@metrics-link/envoy/read/index.ts";
import type { Facts } from "./policy.ts";
import type { PublishedRelease } from "./release.ts";

export type EnvoyRule = (typeof rules)[keyof typeof rules];

/** A policy about Envoy has the texts of its rule. */
export const factsOf = ({ id, fence, rule, reason, remedy, source }: EnvoyRule): Facts => ({
  name: id,
  fence,
  rule,
  reason,
  remedy,
  source,
});

/** What a rule finds in each Envoy of a release, given what is known about the peers. */
export function* envoyFindings(
  release: PublishedRelease,
  configuration: Configuration,
  id: RuleId,
  peers: readonly Peer[] = declaredPeers(configuration),
): Generator<string> {
  const services = declaredServices(configuration);
  const facts = { role: configuration.role, lookup: release.file, peers, services };
  for (const envoy of release.envoys) {
    if (envoy !== undefined) yield* find(envoy, facts, (one) => one === id).map(sentence);
  }
}

const declaredServices = ({ metricsServices, queryServices }: Configuration): readonly Service[] => [
  ...metricsServices
    .filter(({ enabled }) => enabled)
    .map(({ name, listenAddr, mtls, clients, caCerts, upstream }) => ({
      listener: `service-${name}`,
      place: listenAddr,
      clients: mtls ? clients : undefined,
      fingerprints: caCerts.flatMap(({ fingerprints }) => fingerprints),
      server: upstream.address,
      serves: upstream.path,
    })),
  ...queryServices
    .filter(({ enabled }) => enabled)
    .map(({ name, listenAddr, clients, caCerts, ui }) => ({
      listener: `queries-${name}`,
      place: listenAddr,
      clients,
      fingerprints: caCerts.flatMap(({ fingerprints }) => fingerprints),
      server: "127.0.0.1:9090",
      serves: queriesServed(ui),
    })),
];

/** The peers by name and pins. Their contracts, which say more, are known to the whole stack only. */
function declaredPeers(configuration: Configuration): readonly Peer[] {
  if (configuration.role === "receiver") {
    return configuration.senders.map(({ name, rootFingerprints }) => ({ name, fingerprints: rootFingerprints }));
  }
  return [{ name: "receiver", fingerprints: configuration.peer.rootFingerprints ?? [] }];
}
