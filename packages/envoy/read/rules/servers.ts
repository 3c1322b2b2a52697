import { isIPv4 } from "node:net";
import { namesOf, onlyName } from "../trust.ts";
import { onlyPinned, onlyTls13, type Rule, roleOf } from "./rule.ts";

const fence = "server identity";

export const nothingLeavesInClear: Rule = {
  id: "nothing-leaves-in-clear",
  fence,
  rule: "Envoy sends traffic off the host only over TLS and to fixed addresses.",
  reason: "Clear-text samples can be read and changed in transit. A DNS lookup can be spoofed.",
  remedy: "Make the cluster STATIC, with the receiver's addresses and an UpstreamTlsContext.",
  source: "docs/architecture.md, fence 3; docs/decisions/0002",
  *check(view, facts) {
    for (const { name, type, place, tls, endpoints } of view.clusters.filter(({ isLocal }) => !isLocal)) {
      if (roleOf(view, facts) === "receiver") {
        yield { path: place.path, message: `cluster ${name}: the receiver's Envoy sends traffic off the host` };
      }
      if (type !== "STATIC") {
        yield { path: place.at("type").path, message: `cluster ${name}: type ${type ?? "not set"} instead of STATIC` };
      }
      if (tls === undefined) {
        yield { path: place.at("transport_socket").path, message: `cluster ${name}: no UpstreamTlsContext` };
      }
      for (const { host, place: at } of endpoints.filter((endpoint) => !isIPv4(endpoint.host ?? ""))) {
        yield { path: at.path, message: `cluster ${name}: ${host ?? "nothing"} is not an IPv4 address` };
      }
    }
  },
};

export const serverTls13Only: Rule = {
  id: "server-tls-13-only",
  fence,
  rule: "Envoy connects to servers over TLS 1.3 only.",
  reason:
    "Older versions send certificates in clear text and allow weaker key exchanges. As a client, Envoy defaults to 1.2 at most.",
  remedy: "Set tls_minimum_protocol_version and tls_maximum_protocol_version to TLSv1_3.",
  source: "docs/architecture.md, fence 3; RFC 8446 appendix D; RFC 9325 section 3.1.1",
  *check({ clusters }) {
    for (const { tls } of clusters) if (tls !== undefined) yield* onlyTls13(tls);
  },
};

export const serverNameIsExact: Rule = {
  id: "server-name-is-exact",
  fence,
  rule: "The sender's Envoy requests one DNS name and accepts exactly that name.",
  reason: "A pattern or a second name lets another certificate from the receiver's account impersonate the receiver.",
  remedy:
    "Match one subject alternative name of type DNS with a fully escaped safe_regex, and send the same name as sni.",
  source: "docs/architecture.md, fence 3; RFC 9525 section 6.3; RFC 6066 section 3",
  *check({ clusters }, { peers }) {
    for (const { name: cluster, tls } of clusters) {
      if (tls === undefined) continue;
      const name = onlyName(tls);
      if (name === undefined) {
        yield {
          path: namesOf(tls).path,
          message: `cluster ${cluster}: the accepted names are not one literal DNS name`,
        };
      }
      const sni = tls.place.at("sni");
      if (sni.text === undefined) yield { path: sni.path, message: "sni is not set" };
      // Without known peers, as in a test on one machine, only the checked name matters.
      else if (peers !== undefined && name !== undefined && sni.text !== name) {
        yield { path: sni.path, message: `sni is ${sni.text} instead of ${name}` };
      }
    }
  },
};

export const serverAnchorIsPinned: Rule = {
  id: "server-anchor-is-pinned",
  fence,
  rule: "The sender's Envoy trusts the receiver's pinned roots and nothing else.",
  reason: "Any other root could issue a certificate with the receiver's name, and its owner would get every sample.",
  remedy:
    "Point the cluster at the receiver's trust bundle, whose fingerprints are in peer.rootFingerprints of the configuration.",
  source: "docs/architecture.md, fence 3; RFC 5280 section 6.1.1 (d)",
  *check({ clusters }, facts) {
    const [receiver] = facts.peers ?? [];
    const pinned = facts.peers === undefined ? undefined : receiver === undefined ? [] : receiver.fingerprints;
    for (const { tls } of clusters) if (tls !== undefined) yield* onlyPinned(tls, facts, pinned);
  },
};
