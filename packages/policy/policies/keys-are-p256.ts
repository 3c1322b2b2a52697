import type { ResourceRule } from "../model/policy.ts";
import { types } from "../model/types.ts";

export const keysAreP256: ResourceRule = {
  kind: "resource",
  name: "keys-are-p256",
  fence: "pki",
  rule: "Every key of the PKI is ECDSA on P-256.",
  reason: "The provider's own default is P-224, which Envoy refuses; RSA is larger and slower for the same strength.",
  remedy: "Set algorithm to ECDSA and ecdsaCurve to P256.",
  source: "docs/decisions/0006; FIPS 186-5; RFC 8446 section 9.1",
  types: [types.privateKey],
  *check({ props: { algorithm, ecdsaCurve } }) {
    if (algorithm !== "ECDSA") yield `algorithm is ${algorithm} instead of ECDSA`;
    if (ecdsaCurve !== "P256") yield `ecdsaCurve is ${ecdsaCurve ?? "not set"} instead of P256`;
  },
};
