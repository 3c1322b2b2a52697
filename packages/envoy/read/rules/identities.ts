import { hostPaths, ports } from "@metrics-link/release";
import type { Place } from "../place.ts";
import { isOfQueries, isService } from "../schema/services.ts";
import { anchorsOf, type Fault, namesOf, onlyName, ownOf } from "../trust.ts";
import type { Tls, View } from "../view.ts";
import { type Peer, publicChains, type Rule, roleOf, senderOf } from "./rule.ts";

export const namesAreThePeers: Rule = {
  id: "names-are-the-peers",
  fence: "client identity",
  rule: "Each peer has a filter chain or cluster, whose name and addresses match that peer's contract and pins.",
  reason: "A wrong name or address locks the peer out and lets someone else in.",
  remedy: "Update the peer's stack first, then render Envoy's configuration from the peer's contract.",
  source: "docs/architecture.md, fences 1 to 3; docs/decisions/0001 and 0302",
  *check(view, facts) {
    if (facts.peers === undefined) return;
    if (roleOf(view, facts) === "receiver") yield* ofSenders(view, facts.peers);
    else yield* ofReceiver(view, facts.peers);
  },
};

function* ofSenders(view: View, peers: readonly Peer[]): Generator<Fault> {
  const chains = publicChains(view).filter(({ tls }) => tls !== undefined);
  for (const { name } of peers.filter((peer) => !chains.some((chain) => chain.name === peer.name))) {
    yield { path: "static_resources.listeners", message: `sender ${name} is a peer but has no filter chain with TLS` };
  }
  for (const chain of chains) {
    if (chain.tls === undefined) continue;
    const peer = senderOf(chain, peers);
    if (peer === undefined) {
      yield { path: chain.place.path, message: `filter chain ${chain.name} belongs to no peer` };
      continue;
    }
    yield* nameOf(chain.tls, peer);
    if (!chain.leads) continue;
    const found = (chain.sources ?? []).flatMap(({ address }) => address ?? []);
    const at = chain.place.at("filter_chain_match");
    yield* same(at, found, peer.addresses);
    yield* pinned(at, found, peer.pinnedAddresses);
  }
}

function* ofReceiver({ clusters }: View, [peer]: readonly Peer[]): Generator<Fault> {
  if (peer !== undefined && clusters.every(({ tls }) => tls === undefined)) {
    yield { path: "static_resources.clusters", message: `${peer.name} is a peer but has no cluster with TLS` };
  }
  for (const { name, place, tls, endpoints } of clusters) {
    if (tls === undefined) continue;
    if (peer === undefined) {
      yield { path: place.path, message: `cluster ${name}: there is no peer yet` };
      continue;
    }
    yield* nameOf(tls, peer);
    const at = place.at("load_assignment");
    const found = endpoints.map(({ host }) => host ?? "?");
    yield* same(at, found, peer.addresses);
    yield* pinned(at, found, peer.pinnedAddresses);
    const port = peer.port ?? ports.https;
    for (const endpoint of endpoints.filter((one) => one.port !== port)) {
      yield { path: endpoint.place.path, message: `port ${endpoint.port ?? "not set"} instead of ${port}` };
    }
  }
}

function* nameOf(tls: Tls, { dnsName }: Peer): Generator<Fault> {
  const name = onlyName(tls);
  if (dnsName === undefined || name === dnsName) return;
  yield { path: namesOf(tls).path, message: `the name is ${name ?? "not one literal name"} instead of ${dnsName}` };
}

function* same({ path }: Place, found: readonly string[], expected: readonly string[] | undefined): Generator<Fault> {
  if (expected === undefined) return;
  const surplus = found.filter((one, index) => !expected.includes(one) || found.indexOf(one) < index);
  const missing = expected.filter((one) => !found.includes(one));
  if (surplus.length > 0) {
    yield { path, message: `addresses: ${surplus.join(", ")} instead of ${expected.join(", ") || "none"}` };
  }
  if (missing.length > 0) yield { path, message: `addresses: ${missing.join(", ")} missing` };
}

function* pinned({ path }: Place, found: readonly string[], agreed: readonly string[] | undefined): Generator<Fault> {
  const strangers = agreed === undefined ? [] : found.filter((one) => !agreed.includes(one));
  if (strangers.length === 0) return;
  yield { path, message: `${strangers.join(", ")} not pinned for this peer (pinned: ${agreed?.join(", ") || "none"})` };
}

/** Every TLS context, with the folder of its files: a metrics service has one of its own. */
const contextsOf = (view: View): readonly { readonly tls: Tls; readonly service: string | undefined }[] => [
  ...view.listeners.flatMap(({ name, chains }) =>
    chains.flatMap(({ tls }) => (tls === undefined ? [] : [{ tls, service: isService(name) ? name : undefined }])),
  ),
  ...view.clusters.flatMap(({ tls }) => (tls === undefined ? [] : [{ tls, service: undefined }])),
];

export const noSystemTrustStore: Rule = {
  id: "no-system-trust-store",
  fence: "server identity",
  rule: "No TLS configuration of Envoy or Prometheus uses the system trust store.",
  reason: "Otherwise any of about a hundred public authorities could issue a certificate for a peer.",
  remedy: `Set ca_file or trusted_ca to a file below ${hostPaths.current}. An https scrape job needs tls_config.ca, without insecure_skip_verify.`,
  source: "docs/architecture.md, Three fences; seeds of the project: separate PKIs",
  *check(view, { lookup }) {
    for (const { tls, service } of contextsOf(view)) {
      const anchors = anchorsOf(tls, lookup);
      if ("fault" in anchors || anchors.found.fingerprints === undefined) continue;
      const { file } = anchors.found;
      if (service !== undefined && file !== `tls/services/${service}/roots.pem`) {
        yield { path: tls.common.path, message: `its roots are in ${file} instead of those of ${service}` };
      }
      if (service === undefined && !/^tls\/roots\/[a-z][a-z0-9-]*\.pem$/.test(file)) {
        yield { path: tls.common.path, message: `its roots are in ${file} instead of a peer's file in tls/roots/` };
      }
    }
  },
};

/** Part of a policy that also checks the certificate chain itself. */
export const ownCertificate: Rule = {
  id: "own-certificate",
  fence: "pki",
  rule: "Each TLS context presents this side's certificate chain, with its key, and no other.",
  reason: "Without a certificate, or with two, the peer refuses every handshake, or Envoy uses the wrong key.",
  remedy: "Reference the secret leaf, whose file names tls/certificate-chain.pem and tls/private-key.pem.",
  source: "docs/decisions/0104",
  *check(view, { lookup }) {
    for (const { tls, service } of contextsOf(view)) {
      const folder = service === undefined ? "tls" : isOfQueries(service) ? "tls/web" : `tls/services/${service}`;
      const own = ownOf(tls, lookup);
      if ("fault" in own) {
        yield own.fault;
      } else if (own.found !== undefined) {
        const { chain, key } = own.found;
        if (chain !== `${folder}/certificate-chain.pem` || key !== `${folder}/private-key.pem`) {
          const whose = service === undefined ? "this side's own" : `those of ${service}`;
          yield { path: tls.common.path, message: `it presents ${chain} with ${key} instead of ${whose}` };
        }
      }
    }
  },
};
