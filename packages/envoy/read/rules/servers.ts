import { isIPv4 } from "node:net";
import { namesOf, onlyName } from "../trust.ts";
import { onlyPinned, onlyTls13, type Rule, roleOf } from "./rule.ts";

const fence = "server identity";

export const nothingLeavesInClear: Rule = {
  id: "nothing-leaves-in-clear",
  fence,
  rule: "Whatever Envoy sends off the machine goes through TLS to fixed addresses.",
  reason: "Samples in clear can be read and changed on the way; a name that is looked up can be answered by anybody.",
  remedy: "Make the cluster STATIC, with the receiver's addresses and an UpstreamTlsContext.",
  source: "docs/architecture.md, fence 3; docs/decisions/0002",
  *check(view, facts) {
    for (const { name, type, place, tls, endpoints } of view.clusters.filter(({ isLocal }) => !isLocal)) {
      if (roleOf(view, facts) === "receiver") {
        yield { path: place.path, message: `cluster ${name}: the receiver's Envoy leads off the machine` };
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
  rule: "A server is met with TLS 1.3 and no other version.",
  reason:
    "Older versions show certificates in clear and know weaker key exchanges; Envoy's own default of a client stops at 1.2.",
  remedy: "Set tls_minimum_protocol_version and tls_maximum_protocol_version to TLSv1_3.",
  source: "docs/architecture.md, fence 3; RFC 8446 appendix D; RFC 9325 section 3.1.1",
  *check({ clusters }) {
    for (const { tls } of clusters) if (tls !== undefined) yield* onlyTls13(tls);
  },
};

export const serverNameIsExact: Rule = {
  id: "server-name-is-exact",
  fence,
  rule: "The sender's Envoy asks for one DNS name and accepts exactly that, letter by letter.",
  reason: "A pattern or a second name lets another certificate of the receiver's account stand in for the receiver.",
  remedy: "Match one subject alternative name of type DNS by a quoted safe_regex, and send the same name as sni.",
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
      if (sni.text === undefined) yield { path: sni.path, message: "no sni is sent" };
      // Where nobody says who the receiver is, as in a test on one machine, the name that is checked decides.
      else if (peers !== undefined && name !== undefined && sni.text !== name) {
        yield { path: sni.path, message: `sni is ${sni.text} instead of ${name}` };
      }
    }
  },
};

export const serverAnchorIsPinned: Rule = {
  id: "server-anchor-is-pinned",
  fence,
  rule: "The sender's Envoy believes the receiver's pinned roots and nothing else.",
  reason: "Any other root could issue the receiver's name, and its holder be sent every sample.",
  remedy:
    "Anchor the cluster at the one bundle of the receiver, whose fingerprints stand in peer.rootFingerprints of the configuration.",
  source: "docs/architecture.md, fence 3; RFC 5280 section 6.1.1 (d)",
  *check({ clusters }, facts) {
    const [receiver] = facts.peers ?? [];
    const pinned = facts.peers === undefined ? undefined : receiver === undefined ? [] : receiver.fingerprints;
    for (const { tls } of clusters) if (tls !== undefined) yield* onlyPinned(tls, facts, pinned);
  },
};
