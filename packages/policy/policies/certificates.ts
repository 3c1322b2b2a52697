import type { X509Certificate } from "node:crypto";
import { fingerprintsOf, leafNames, readCertificates, unlessOtherText } from "@metrics-link/contract";
import { rules } from "@metrics-link/envoy/read/index.ts";
import { envoyFindings } from "../model/envoy.ts";
import type { Context, Policy } from "../model/policy.ts";
import { releaseRule } from "../model/release.ts";

const day = 86_400_000;

const chainFile = "tls/certificate-chain.pem";
const ownRootFile = "tls/own-root.pem";

/** Extended key usages (RFC 5280 section 4.2.1.12). */
const purposes = { sender: "1.3.6.1.5.5.7.3.2", receiver: "1.3.6.1.5.5.7.3.1" } as const;

/** The certificates in a release. */
export const certificates: readonly Policy[] = [
  releaseRule(
    {
      name: "roots-differ",
      fence: "pki",
      rule: "The two sides of a link have no root in common.",
      reason:
        "With a shared root each account could issue the other's certificates, and one leak would open both fences.",
      remedy: "Hold a ceremony for each account, and pin the peer's fingerprint, never this side's own.",
      source: "docs/pki.md; NIST SP 800-57 part 1, section 5.2: one key, one purpose",
    },
    function* ({ release }) {
      const files = release.files.filter(({ path }) => path === ownRootFile || path.startsWith("tls/roots/"));
      const read = files.map(({ path, content }) =>
        unlessOtherText<{ path: string; roots: readonly string[]; wrong?: string }>(
          () => ({ path, roots: fingerprintsOf(content) }),
          (wrong) => ({ path, roots: [], wrong }),
        ),
      );
      const own = read.find(({ path }) => path === ownRootFile)?.roots ?? [];
      for (const { path, roots, wrong } of read) {
        if (wrong !== undefined) yield `${path} does not consist of certificates only: ${wrong}`;
        if (path === ownRootFile) continue;
        for (const shared of roots.filter((one) => own.includes(one))) {
          yield `${path} holds this side's own root ${shared}`;
        }
      }
    },
  ),

  releaseRule(
    {
      name: "served-chain-is-ours",
      fence: "pki",
      rule: "Envoy presents this side's leaf and intermediate, signed up to its own root, and within their validity.",
      reason:
        "The peer refuses a chain with another root, name or purpose, and the link stops; a chain that includes the root is longer than RFC 8446 needs.",
      remedy: "Check the stack's PKI (npm run rotate -- status), and hold the ceremony that is missing.",
      source: "RFC 8446 section 4.4.2; RFC 5280 sections 4.2.1.9 and 4.2.1.12",
      parameters: {
        leafDays: { default: 397, description: "Days that a leaf may be valid for, at most" },
        intermediateDays: { default: 15 * 366, description: "Days that an intermediate may be valid for, at most" },
      },
    },
    function* (release, context) {
      yield* envoyFindings(release, context.configuration, rules.ownCertificate.id);
      const text = release.file(chainFile);
      if (text === undefined) return;
      const chain = certificatesIn(chainFile, text);
      const root = certificatesIn(ownRootFile, release.file(ownRootFile) ?? "");
      if (typeof chain === "string" || typeof root === "string") {
        yield* [chain, root].filter((one) => typeof one === "string");
        return;
      }
      const [leaf, intermediate, ...more] = chain;
      if (leaf === undefined || intermediate === undefined || more.length > 0) {
        yield `${chainFile} has ${chain.length} certificates instead of leaf and intermediate`;
        return;
      }
      if (!signedBy(leaf, [intermediate])) yield "the leaf is not signed by the intermediate";
      if (!signedBy(intermediate, root)) yield "the intermediate is not signed by this side's own root";
      if (leaf.ca) yield "the leaf is an authority";
      if (!intermediate.ca) yield "the intermediate is not an authority";
      yield* leafFaults(leaf, context);
      yield* validityFaults("leaf", leaf, context.now, context.parameters.leafDays ?? 0);
      yield* validityFaults("intermediate", intermediate, context.now, context.parameters.intermediateDays ?? 0);
      for (const [name, certificate] of Object.entries({ leaf, intermediate })) {
        const curve = certificate.publicKey.asymmetricKeyDetails?.namedCurve;
        if (curve !== "prime256v1") {
          yield `the key of the ${name} is ${curve ?? certificate.publicKey.asymmetricKeyType} instead of P-256`;
        }
      }
    },
  ),
];

/** @returns what is wrong if the file holds anything but certificates */
const certificatesIn = (path: string, text: string): readonly X509Certificate[] | string =>
  unlessOtherText<readonly X509Certificate[] | string>(
    () => readCertificates(text),
    (why) => `${path} does not consist of certificates only: ${why}`,
  );

const signedBy = (certificate: X509Certificate, issuers: readonly X509Certificate[]): boolean =>
  issuers.some((issuer) => certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey));

function* leafFaults(leaf: X509Certificate, { configuration: { role, pki } }: Context): Generator<string> {
  const names = (leaf.subjectAltName ?? "").split(", ").toSorted();
  const expected = leafNames(pki.dnsName, pki.generations.identity)
    .map((name) => `DNS:${name}`)
    .toSorted();
  if (names.join() !== expected.join()) {
    yield `the leaf is for ${names.join(", ") || "no name"} instead of ${expected.join(", ")}`;
  }
  // Node's `keyUsage` holds the extended key usages.
  const usages = leaf.keyUsage ?? [];
  if (usages.length !== 1 || usages[0] !== purposes[role]) {
    yield `the leaf's extended key usage is ${usages.join(", ") || "not set"} instead of ${purposes[role]}`;
  }
}

function* validityFaults(what: string, { validFromDate, validToDate }: X509Certificate, now: number, days: number) {
  const length = (validToDate.getTime() - validFromDate.getTime()) / day;
  if (length > days) yield `the ${what} is valid for ${Math.ceil(length)} days, more than ${days}`;
  if (validToDate.getTime() <= now) yield `the ${what} expired on ${validToDate.toISOString()}`;
}
