import { leafPurposesOf } from "@metrics-link/config";
import { leafNames, leafPurposes, purposeNames } from "@metrics-link/contract";
import { type Context, type Policy, resourceRule } from "../model/policy.ts";
import type { Inputs, Seen } from "../model/resources.ts";

const hoursPerDay = 24;
const hoursPerYear = 8766;

const linkUsages = { sender: "client", receiver: "server" } as const;

/** What the PKI issues, before it does. The chain that it has issued: certificates.ts. */
export const pki: readonly Policy[] = [
  resourceRule(
    {
      name: "authorities-sign-and-no-more",
      fence: "pki",
      rule: "A root is a CA with path length 1, an intermediate a CA with path length 0; both may only sign.",
      reason:
        "A longer path lets an intermediate create CAs; another key usage lets a CA's key be used in a TLS handshake.",
      remedy: "Set isCaCertificate, maxPathLength 1 or 0, and allowedUses to cert_signing and crl_signing.",
      source: "RFC 5280 sections 4.2.1.3 and 4.2.1.9; docs/decisions/0006",
    },
    {
      *selfSignedCert(props) {
        if (props.isCaCertificate !== true) yield "a self-signed certificate that is no authority";
        else yield* authorityFaults(props, 1);
      },
      *locallySignedCert(props) {
        if (props.isCaCertificate === true) yield* authorityFaults(props, 0);
      },
    },
  ),

  resourceRule(
    {
      name: "keys-are-p256",
      fence: "pki",
      rule: "Every key of the PKI is ECDSA on P-256.",
      reason:
        "The provider's own default is P-224, which Envoy refuses; RSA is larger and slower for the same strength.",
      remedy: "Set algorithm to ECDSA and ecdsaCurve to P256.",
      source: "docs/decisions/0006; FIPS 186-5; RFC 8446 section 9.1",
    },
    {
      *privateKey({ algorithm, ecdsaCurve }) {
        if (algorithm !== "ECDSA") yield `algorithm is ${algorithm} instead of ECDSA`;
        if (ecdsaCurve !== "P256") yield `ecdsaCurve is ${ecdsaCurve ?? "not set"} instead of P256`;
      },
    },
  ),

  resourceRule(
    {
      name: "leaves-have-one-side",
      fence: "pki",
      rule: "A sender's link leaf is for clients, a receiver's for servers, each further leaf for the side of its purpose, and each has only the names that the configuration gives it.",
      reason:
        "A stolen leaf with both usages, or with another name or purpose, does more harm than the link needs to risk.",
      remedy:
        "Set allowedUses to digital_signature and the usage of the leaf's purpose (packages/contract/leaf-purposes.ts), and dnsNames to the names made from pki.dnsName.",
      source: "RFC 5280 section 4.2.1.12; RFC 8446 section 4.4.2.2; docs/decisions/0302; docs/decisions/0823",
    },
    {
      *locallySignedCert(props, context, resource) {
        if (props.isCaCertificate === true) return;
        const leaf = leafOf(resource, context);
        if (leaf === undefined) {
          yield `${resource.name} is a leaf for no purpose of this configuration`;
          return;
        }
        const uses = sorted(props.allowedUses);
        const expected = sorted([`${leaf.usage}_auth`, "digital_signature"]);
        if (uses !== expected) yield `allowedUses are ${uses || "not set"} instead of ${expected}`;
      },
      *certRequest(props, context, resource) {
        const expected = leafOf(resource, context)?.names ?? [];
        const wrong = [
          ...[...(props.dnsNames ?? [])].filter((name) => !expected.includes(name)),
          ...(props.ipAddresses ?? []),
          ...(props.uris ?? []),
        ];
        if (wrong.length > 0) yield `it asks for ${wrong.join(", ")}; the names are ${expected.join(", ") || "none"}`;
      },
    },
  ),

  resourceRule(
    {
      name: "lifetimes-are-bounded",
      fence: "pki",
      rule: "Roots, intermediates and leaves are valid no longer than their limits.",
      reason: "A key that was stolen unnoticed is useful until its certificate expires.",
      remedy: "Lower pki.lifetimes, or set another limit for this policy by --policy-pack-config.",
      source: "docs/pki.md; NIST SP 800-57 part 1, section 5.3.6",
      parameters: {
        rootYears: { default: 20, description: "Years that a root may be valid for, at most" },
        intermediateYears: { default: 10, description: "Years that an intermediate may be valid for, at most" },
        leafDays: { default: 90, description: "Days that a leaf may be valid for, at most" },
      },
    },
    {
      *selfSignedCert({ validityPeriodHours }, { parameters: { rootYears = 0 } }) {
        yield* lifetimeFaults("a root", validityPeriodHours, rootYears * hoursPerYear);
      },
      *locallySignedCert(props, { parameters: { intermediateYears = 0, leafDays = 0 } }) {
        const hours = props.validityPeriodHours;
        if (props.isCaCertificate === true) {
          yield* lifetimeFaults("an intermediate", hours, intermediateYears * hoursPerYear);
        } else yield* lifetimeFaults("a leaf", hours, leafDays * hoursPerDay);
      },
    },
  ),

  resourceRule(
    {
      name: "no-root-key",
      fence: "pki",
      rule: "The stack creates no root and signs no intermediate, unless it is declared a trial.",
      reason: "Whoever reads its state could issue any certificate that the peer trusts.",
      remedy: "Set pki.root to offline and hold a ceremony; pki.root: trial is for a first try.",
      source:
        "docs/decisions/0300; NIST SP 800-57 part 1, section 8.1.5.1.1.1; CA/Browser Forum, Network Security 1 (c)",
    },
    {
      *selfSignedCert(_props, { configuration }) {
        if (configuration.pki.root !== "trial") yield "a root would be made with its key in this state";
      },
      *locallySignedCert(props, { configuration }) {
        if (configuration.pki.root !== "trial" && props.isCaCertificate === true) {
          yield "an intermediate would be signed here, so its root's key is in this state";
        }
      },
    },
  ),
];

/** What a leaf is for, by the name of its request or certificate; undefined if the configuration has no such purpose. */
function leafOf({ name }: Pick<Seen, "name">, { configuration }: Context) {
  const { role, pki: profile } = configuration;
  const { identity } = profile.generations;
  const further = leafPurposesOf(configuration).find((purpose) => name.startsWith(`${role}-${purpose}-leaf-`));
  if (further !== undefined) {
    return { usage: leafPurposes[further], names: purposeNames(further, profile.dnsName, identity) };
  }
  if (/^(sender|receiver)-leaf-g/.test(name)) {
    return { usage: linkUsages[role], names: leafNames(profile.dnsName, identity) };
  }
  return undefined;
}

const sorted = (texts: readonly string[] | undefined): string => [...(texts ?? [])].toSorted().join(", ");

function* authorityFaults(props: Inputs<"selfSignedCert" | "locallySignedCert">, length: number): Generator<string> {
  if (props.maxPathLength !== length) {
    yield `maxPathLength is ${props.maxPathLength ?? "not set"} instead of ${length}`;
  }
  const uses = sorted(props.allowedUses);
  if (uses !== "cert_signing, crl_signing") yield `allowedUses are ${uses || "not set"}`;
  if (props.setSubjectKeyId !== true) yield "setSubjectKeyId is not true";
}

function* lifetimeFaults(what: string, hours: number | undefined, limit: number): Generator<string> {
  if (hours === undefined || !(hours <= limit)) yield `${what} is valid for ${hours} hours, more than ${limit}`;
}
