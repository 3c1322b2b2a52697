import type { X509Certificate } from "node:crypto";
import { leafPurposesOf } from "@metrics-link/config";
import {
  fingerprintsOf,
  type LeafPurpose,
  leafNames,
  leafPurposes,
  purposeFiles,
  purposeNames,
  readCertificates,
  unlessOtherText,
} from "@metrics-link/contract";
import { rules } from "@metrics-link/envoy/read/index.ts";
import { envoyFindings } from "../model/envoy.ts";
import type { Context, Policy } from "../model/policy.ts";
import { type PublishedRelease, releaseRule } from "../model/release.ts";

const day = 86_400_000;

const chainFile = "tls/certificate-chain.pem";
const ownRootFile = "tls/own-root.pem";

/** Extended key usages (RFC 5280 section 4.2.1.12). */
const usages = { client: "1.3.6.1.5.5.7.3.2", server: "1.3.6.1.5.5.7.3.1" } as const;
const linkUsages = { sender: "client", receiver: "server" } as const;

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
      const { role, pki } = context.configuration;
      const { identity } = pki.generations;
      const link = { usage: linkUsages[role], names: leafNames(pki.dnsName, identity) };
      if (release.file(chainFile) !== undefined) yield* chainFaults(release, chainFile, link, context);
      const wanted = leafPurposesOf(context.configuration);
      for (const purpose of Object.keys(leafPurposes) as LeafPurpose[]) {
        const path = purposeFiles(purpose).certificateChain;
        if (!wanted.includes(purpose)) {
          if (release.file(path) !== undefined) yield `${path} is of a leaf that the configuration does not ask for`;
          continue;
        }
        const leaf = { usage: leafPurposes[purpose], names: purposeNames(purpose, pki.dnsName, identity) };
        if (release.file(path) === undefined) yield `${path} is missing`;
        else yield* chainFaults(release, path, leaf, context);
      }
    },
  ),
];

/** What a leaf must be. */
interface Expected {
  readonly usage: keyof typeof usages;
  readonly names: readonly string[];
}

function* chainFaults(
  release: PublishedRelease,
  path: string,
  expected: Expected,
  context: Context,
): Generator<string> {
  const chain = certificatesIn(path, release.file(path) ?? "");
  const root = certificatesIn(ownRootFile, release.file(ownRootFile) ?? "");
  if (typeof chain === "string" || typeof root === "string") {
    yield* [chain, root].filter((one) => typeof one === "string");
    return;
  }
  const [leaf, intermediate, ...more] = chain;
  if (leaf === undefined || intermediate === undefined || more.length > 0) {
    yield `${path} has ${chain.length} certificates instead of leaf and intermediate`;
    return;
  }
  const of = path === chainFile ? "" : ` of ${path}`;
  if (!signedBy(leaf, [intermediate])) yield `the leaf${of} is not signed by the intermediate`;
  if (!signedBy(intermediate, root)) yield `the intermediate${of} is not signed by this side's own root`;
  if (leaf.ca) yield `the leaf${of} is an authority`;
  if (!intermediate.ca) yield `the intermediate${of} is not an authority`;
  yield* leafFaults(`leaf${of}`, leaf, expected);
  yield* validityFaults(`leaf${of}`, leaf, context.now, context.parameters.leafDays ?? 0);
  yield* validityFaults(`intermediate${of}`, intermediate, context.now, context.parameters.intermediateDays ?? 0);
  for (const [name, certificate] of Object.entries({ leaf, intermediate })) {
    const curve = certificate.publicKey.asymmetricKeyDetails?.namedCurve;
    if (curve !== "prime256v1") {
      yield `the key of the ${name}${of} is ${curve ?? certificate.publicKey.asymmetricKeyType} instead of P-256`;
    }
  }
}

/** @returns what is wrong if the file holds anything but certificates */
const certificatesIn = (path: string, text: string): readonly X509Certificate[] | string =>
  unlessOtherText<readonly X509Certificate[] | string>(
    () => readCertificates(text),
    (why) => `${path} does not consist of certificates only: ${why}`,
  );

const signedBy = (certificate: X509Certificate, issuers: readonly X509Certificate[]): boolean =>
  issuers.some((issuer) => certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey));

function* leafFaults(what: string, leaf: X509Certificate, expected: Expected): Generator<string> {
  const names = (leaf.subjectAltName ?? "").split(", ").toSorted();
  const wanted = expected.names.map((name) => `DNS:${name}`).toSorted();
  if (names.join() !== wanted.join()) {
    yield `the ${what} is for ${names.join(", ") || "no name"} instead of ${wanted.join(", ")}`;
  }
  // Node's `keyUsage` holds the extended key usages.
  const found = leaf.keyUsage ?? [];
  const usage = usages[expected.usage];
  if (found.length !== 1 || found[0] !== usage) {
    yield `the ${what}'s extended key usage is ${found.join(", ") || "not set"} instead of ${usage}`;
  }
}

function* validityFaults(what: string, { validFromDate, validToDate }: X509Certificate, now: number, days: number) {
  const length = (validToDate.getTime() - validFromDate.getTime()) / day;
  if (length > days) yield `the ${what} is valid for ${Math.ceil(length)} days, more than ${days}`;
  if (validToDate.getTime() <= now) yield `the ${what} expired on ${validToDate.toISOString()}`;
}
