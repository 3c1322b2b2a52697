import { hostPaths, ports } from "@metrics-link/release";
import type { Place } from "../place.ts";
import { anchorsOf, type Fault, namesOf, onlyName, ownOf } from "../trust.ts";
import type { Tls, View } from "../view.ts";
import { type Peer, publicChains, type Rule, roleOf, senderOf } from "./rule.ts";

export const namesAreThePeers: Rule = {
  id: "names-are-the-peers",
  fence: "client identity",
  rule: "Each peer has its chain or cluster, and the name and the addresses there are those of that peer's contract and pinned for it.",
  reason: "A fence for the wrong name or address keeps the peer out and lets somebody else in.",
  remedy: "Let Envoy's configuration follow from the peer's contract, and update the peer's stack first.",
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
    yield { path: "static_resources.listeners", message: `sender ${name} is a peer and has no filter chain over TLS` };
  }
  for (const chain of chains) {
    if (chain.tls === undefined) continue;
    const peer = senderOf(chain, peers);
    if (peer === undefined) {
      yield { path: chain.place.path, message: `filter chain ${chain.name} is no peer's` };
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
    yield { path: "static_resources.clusters", message: `${peer.name} is a peer and has no cluster over TLS` };
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
  yield { path: namesOf(tls).path, message: `the name is ${name ?? "no single one"} instead of ${dnsName}` };
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

const contextsOf = (view: View): readonly Tls[] =>
  [...view.listeners.flatMap(({ chains }) => chains), ...view.clusters].flatMap(({ tls }) => tls ?? []);

export const noSystemTrustStore: Rule = {
  id: "no-system-trust-store",
  fence: "server identity",
  rule: "No TLS of Envoy or Prometheus believes the authorities that come with the system.",
  reason: "Any of a hundred public authorities could then issue a certificate for a peer.",
  remedy: `Name a ca_file or trusted_ca below ${hostPaths.current}; a scrape job with https needs tls_config.ca, without insecure_skip_verify.`,
  source: "docs/architecture.md, Three fences; seeds of the project: separate PKIs",
  *check(view, { lookup }) {
    for (const tls of contextsOf(view)) {
      const anchors = anchorsOf(tls, lookup);
      if ("fault" in anchors || anchors.found.fingerprints === undefined) continue;
      const { file } = anchors.found;
      if (!/^tls\/roots\/[a-z][a-z0-9-]*\.pem$/.test(file)) {
        yield { path: tls.common.path, message: `its roots are ${file} instead of a peer's in tls/roots/` };
      }
    }
  },
};

/** Part of a policy that looks into the chain as well. */
export const ownCertificate: Rule = {
  id: "own-certificate",
  fence: "pki",
  rule: "Each TLS context shows the one certificate chain of this side, with its key.",
  reason: "Without one, or with two, the peer refuses every handshake, or the key is another's.",
  remedy: "Name the secret leaf, whose file holds tls/certificate-chain.pem and tls/private-key.pem.",
  source: "docs/decisions/0104",
  *check(view, { lookup }) {
    for (const tls of contextsOf(view)) {
      const own = ownOf(tls, lookup);
      if ("fault" in own) {
        yield own.fault;
      } else if (own.found !== undefined) {
        const { chain, key } = own.found;
        if (chain !== "tls/certificate-chain.pem" || key !== "tls/private-key.pem") {
          yield { path: tls.common.path, message: `it shows ${chain} with ${key} instead of this side's own` };
        }
      }
    }
  },
};
