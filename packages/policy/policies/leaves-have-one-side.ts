import { leafNames } from "@metrics-link/contract";
import type { ResourceRule } from "../model/policy.ts";
import { types } from "../model/types.ts";

const purposes = { sender: "client_auth", receiver: "server_auth" } as const;

export const leavesHaveOneSide: ResourceRule = {
  kind: "resource",
  name: "leaves-have-one-side",
  fence: "pki",
  rule: "A sender's leaf is for clients and a receiver's for servers, each for the names of its configuration alone.",
  reason: "A leaf for both sides, or for one name more, is worth more to a thief than the link needs.",
  remedy:
    "Set allowedUses to digital_signature and client_auth (sender) or server_auth (receiver), and dnsNames to pki.dnsName.",
  source: "RFC 5280 section 4.2.1.12; RFC 8446 section 4.4.2.2; docs/decisions/0302",
  types: [types.locallySignedCert, types.certRequest],
  *check({ type, props }, { configuration: { role, pki } }) {
    if (type === types.locallySignedCert) {
      if (props.isCaCertificate === true) return;
      const uses = [...(props.allowedUses ?? [])].toSorted().join(", ");
      const expected = [purposes[role], "digital_signature"].toSorted().join(", ");
      if (uses !== expected) yield `allowedUses are ${uses || "not set"} instead of ${expected}`;
      return;
    }
    const expected = leafNames(pki.dnsName, pki.generations.identity);
    const names: string[] = [...(props.dnsNames ?? [])];
    const wrong = [
      ...names.filter((name) => !expected.includes(name)),
      ...(props.ipAddresses ?? []),
      ...(props.uris ?? []),
    ];
    if (wrong.length > 0) yield `it asks for ${wrong.join(", ")}; the names are ${expected.join(", ")}`;
  },
};
