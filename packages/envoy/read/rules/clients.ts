import { isIPv4 } from "node:net";
import { anchorsOf, type Fault, namesOf, onlyName } from "../trust.ts";
import type { Chain } from "../view.ts";
import { type Facts, guardedChains, onlyPinned, onlyTls13, publicChains, type Rule, senderOf } from "./rule.ts";

const fence = "client identity";

export const clientCertificateRequired: Rule = {
  id: "client-certificate-required",
  fence,
  rule: "Every public filter chain with TLS requires a client certificate on each connection, without session resumption.",
  reason:
    "Without it, anyone at an allowed address can write. A resumed session outlives the certificate it started with.",
  remedy: "Set require_client_certificate and both disable_stateless_ and disable_stateful_session_resumption to true.",
  source: "docs/architecture.md, fence 2; RFC 8446 sections 4.3.2 and 4.6.1",
  *check(view) {
    for (const { tls } of guardedChains(view)) {
      for (const field of [
        "require_client_certificate",
        "disable_stateless_session_resumption",
        "disable_stateful_session_resumption",
      ]) {
        const place = tls?.place.at(field);
        if (place !== undefined && place.value !== true) yield { path: place.path, message: `${field} is not true` };
      }
    }
  },
};

export const clientTls13Only: Rule = {
  id: "client-tls-13-only",
  fence,
  rule: "Envoy accepts clients over TLS 1.3 only.",
  reason: "Older versions send certificates in clear text and allow weaker key exchanges. Envoy's default allows 1.2.",
  remedy: "Set tls_minimum_protocol_version and tls_maximum_protocol_version to TLSv1_3.",
  source: "docs/architecture.md, fence 2; RFC 8446 appendix D; RFC 9325 section 3.1.1",
  *check(view) {
    for (const { tls } of guardedChains(view)) if (tls !== undefined) yield* onlyTls13(tls);
  },
};

export const clientNameIsExact: Rule = {
  id: "client-name-is-exact",
  fence,
  rule: "A sender's filter chain accepts exactly one literal DNS name.",
  reason:
    "A pattern, a wildcard or a second name lets in certificates of the same root that do not belong to the sender.",
  remedy:
    "Match one subject alternative name of type DNS with a fully escaped safe_regex; `exact` would also accept a wildcard certificate.",
  source: "docs/architecture.md, fence 2; RFC 9525 section 6.3; docs/decisions/0302",
  *check(view) {
    for (const { name, tls } of publicChains(view)) {
      if (tls === undefined || onlyName(tls) !== undefined) continue;
      yield {
        path: namesOf(tls).path,
        message: `filter chain ${name}: the accepted names are not one literal DNS name`,
      };
    }
  },
};

export const clientAnchorIsPinned: Rule = {
  id: "client-anchor-is-pinned",
  fence,
  rule: "A sender's filter chain trusts that sender's pinned roots and nothing else.",
  reason: "Any other root could issue a certificate with the sender's name, and its owner could write.",
  remedy:
    "Point the chain at that sender's trust bundle, whose fingerprints are in senders[].rootFingerprints of the configuration.",
  source: "docs/architecture.md, fence 2; RFC 5280 section 6.1.1 (d)",
  *check(view, facts) {
    for (const chain of publicChains(view)) {
      if (chain.tls !== undefined) yield* onlyPinned(chain.tls, facts, pinsOf(chain, facts));
    }
  },
};

/** A chain that belongs to no declared sender has no pins, so no root is valid there. */
function pinsOf(chain: Chain, { peers }: Facts): readonly string[] | undefined {
  if (peers === undefined) return undefined;
  const sender = senderOf(chain, peers);
  return sender === undefined ? [] : sender.fingerprints;
}

export const oneChainPerSender: Rule = {
  id: "one-chain-per-sender",
  fence,
  rule: "Each declared sender has at most one forwarding filter chain, with its own /32 addresses and its own roots.",
  reason:
    "Two senders in one chain, or one root in two chains, could impersonate each other. An extra chain is an extra way in.",
  remedy: "Declare every sender in senders[] of the configuration. No two may share an address or a root.",
  source: "docs/architecture.md, fence 2; docs/decisions/0100",
  *check(view, facts) {
    const chains = publicChains(view).filter(({ leads, tls }) => leads && tls !== undefined);
    if (facts.peers !== undefined && facts.role !== "sender")
      yield* declaredOnly("static_resources.listeners", chains, facts.peers);
    for (const chain of chains) yield* singleAddresses(chain);
    yield* once(chains, "address", ({ sources }) => (sources ?? []).map(({ address }) => address ?? "?"));
    yield* once(chains, "root", ({ tls }) => rootsOf(tls === undefined ? undefined : anchorsOf(tls, facts.lookup)));
  },
};

function* declaredOnly(path: string, chains: readonly Chain[], peers: readonly { readonly name: string }[]) {
  const declared = peers.map(({ name }) => name);
  for (const { name, place } of chains.filter((chain) => !declared.includes(chain.name))) {
    const names = declared.join(", ") || "none";
    yield {
      path: place.path,
      message: `filter chain ${name} leads somewhere and is no declared sender's (declared: ${names})`,
    };
  }
  for (const name of declared) {
    const count = chains.filter((chain) => chain.name === name).length;
    if (count > 1) yield { path, message: `sender ${name} has ${count} filter chains instead of one` };
  }
}

function* singleAddresses({ name, place, sources }: Chain): Generator<Fault> {
  if (sources === undefined) {
    const { path } = place.at("filter_chain_match", "source_prefix_ranges");
    yield { path, message: `filter chain ${name}: no source_prefix_ranges, so it accepts any address` };
  }
  for (const { address, prefix, place: range } of sources ?? []) {
    if (address === undefined || !isIPv4(address)) {
      yield { path: range.at("address_prefix").path, message: `${address ?? "nothing"} is not an IPv4 address` };
    } else if (prefix !== 32) {
      const found = prefix ?? "not set, which means 0";
      yield { path: range.at("prefix_len").path, message: `prefix_len of ${address} is ${found} instead of 32` };
    }
  }
}

function* once(
  chains: readonly Chain[],
  what: string,
  valuesOf: (chain: Chain) => readonly string[],
): Generator<Fault> {
  const seen = new Set<string>();
  for (const chain of chains) {
    for (const value of valuesOf(chain)) {
      if (seen.has(value)) yield { path: chain.place.path, message: `the ${what} ${value} is in two filter chains` };
      seen.add(value);
    }
  }
}

/** Fingerprints if the bundle can be read, otherwise its path. */
function rootsOf(anchors: ReturnType<typeof anchorsOf> | undefined): readonly string[] {
  if (anchors === undefined || "fault" in anchors) return [];
  return anchors.found.fingerprints ?? [anchors.found.file];
}
