import type { X509Certificate } from "node:crypto";
import { leafNames, readCertificates, unlessOtherText } from "@metrics-link/contract";
import { rules } from "@metrics-link/envoy/read/index.ts";
import { envoyFindings } from "../model/envoy.ts";
import type { Context } from "../model/policy.ts";
import { releaseRule } from "../model/release.ts";

const day = 86_400_000;
const purposes = { sender: "1.3.6.1.5.5.7.3.2", receiver: "1.3.6.1.5.5.7.3.1" } as const;

export const servedChainIsOurs = releaseRule(
  {
    name: "served-chain-is-ours",
    fence: "pki",
    rule: "The chain that Envoy would show is this side's leaf and intermediate, signed up to its own root, and good for a while.",
    reason:
      "A chain of another root, name or purpose is refused by the peer, and the link stands still; one with the root in it says too much.",
    remedy: "Look at the PKI of the stack (npm run rotate -- status), and hold the missing ceremony.",
    source: "RFC 8446 section 4.4.2; RFC 5280 sections 4.2.1.9 and 4.2.1.12",
    parameters: {
      leafDays: { default: 397, description: "Days that a leaf may be valid for, at most" },
      intermediateDays: { default: 15 * 366, description: "Days that an intermediate may be valid for, at most" },
    },
  },
  function* (release, context) {
    for (const envoy of release.envoys) {
      if (envoy !== undefined) yield* envoyFindings(release, envoy, context.configuration, rules.ownCertificate.id);
    }
    const text = release.file("tls/certificate-chain.pem");
    if (text === undefined) return;
    const chain = certificatesIn("tls/certificate-chain.pem", text);
    const root = certificatesIn("tls/own-root.pem", release.file("tls/own-root.pem") ?? "");
    if (typeof chain === "string" || typeof root === "string") {
      yield* [chain, root].filter((one) => typeof one === "string");
      return;
    }
    const [leaf, intermediate, ...more] = chain;
    if (leaf === undefined || intermediate === undefined || more.length > 0) {
      yield `tls/certificate-chain.pem has ${chain.length} certificates instead of leaf and intermediate`;
      return;
    }
    if (!signedBy(leaf, [intermediate])) yield "the leaf is not signed by the intermediate";
    if (!signedBy(intermediate, root)) yield "the intermediate is not signed by this side's own root";
    if (leaf.ca) yield "the leaf is an authority";
    if (!intermediate.ca) yield "the intermediate is not an authority";
    yield* leafFits(leaf, context);
    yield* validity("leaf", leaf, context.now, context.parameters.leafDays ?? 0);
    yield* validity("intermediate", intermediate, context.now, context.parameters.intermediateDays ?? 0);
    for (const [name, certificate] of Object.entries({ leaf, intermediate })) {
      const curve = certificate.publicKey.asymmetricKeyDetails?.namedCurve;
      if (curve !== "prime256v1")
        yield `the key of the ${name} is ${curve ?? certificate.publicKey.asymmetricKeyType} instead of P-256`;
    }
  },
);

/** @returns what is wrong instead, when there is other text in the file */
const certificatesIn = (path: string, text: string): X509Certificate[] | string =>
  unlessOtherText<X509Certificate[] | string>(
    () => readCertificates(text),
    (why) => `${path} is not certificates alone: ${why}`,
  );

const signedBy = (certificate: X509Certificate, issuers: readonly X509Certificate[]): boolean =>
  issuers.some((issuer) => certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey));

function* leafFits(leaf: X509Certificate, { configuration: { role, pki } }: Context): Generator<string> {
  const names = (leaf.subjectAltName ?? "").split(", ").toSorted();
  const expected = leafNames(pki.dnsName, pki.generations.identity)
    .map((name) => `DNS:${name}`)
    .toSorted();
  if (names.join() !== expected.join())
    yield `the leaf is for ${names.join(", ") || "no name"} instead of ${expected.join(", ")}`;
  // Node calls the extended key usages keyUsage.
  const usages = leaf.keyUsage ?? [];
  if (usages.length !== 1 || usages[0] !== purposes[role]) {
    yield `the leaf's extended key usage is ${usages.join(", ") || "not set"} instead of ${purposes[role]}`;
  }
}

function* validity(what: string, { validFromDate, validToDate }: X509Certificate, now: number, days: number) {
  const length = (validToDate.getTime() - validFromDate.getTime()) / day;
  if (length > days) yield `the ${what} is valid for ${Math.ceil(length)} days, more than ${days}`;
  if (validToDate.getTime() <= now) yield `the ${what} expired on ${validToDate.toISOString()}`;
}
