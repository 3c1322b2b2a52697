import type { ResourceRule } from "../model/policy.ts";
import { types } from "../model/types.ts";

export const authoritiesSignAndNoMore: ResourceRule = {
  kind: "resource",
  name: "authorities-sign-and-no-more",
  fence: "pki",
  rule: "A root is an authority with path length 1, an intermediate one with 0, and neither has another usage than to sign.",
  reason:
    "A longer path lets an intermediate make authorities; another usage lets an authority's key be used on the wire.",
  remedy: "Set isCaCertificate, maxPathLength 1 or 0, and allowedUses to cert_signing and crl_signing.",
  source: "RFC 5280 sections 4.2.1.3 and 4.2.1.9; docs/decisions/0006",
  types: [types.selfSignedCert, types.locallySignedCert],
  *check({ type, props }) {
    const isRoot = type === types.selfSignedCert;
    if (isRoot && props.isCaCertificate !== true) yield "a self-signed certificate that is no authority";
    if (props.isCaCertificate !== true) return;
    const length = isRoot ? 1 : 0;
    if (props.maxPathLength !== length)
      yield `maxPathLength is ${props.maxPathLength ?? "not set"} instead of ${length}`;
    const uses = [...(props.allowedUses ?? [])].toSorted().join(", ");
    if (uses !== "cert_signing, crl_signing") yield `allowedUses are ${uses || "not set"}`;
    if (props.setSubjectKeyId !== true) yield "setSubjectKeyId is not true";
  },
};
