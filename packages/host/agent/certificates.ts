import { createPrivateKey, type X509Certificate } from "node:crypto";
import { LinkError, readCertificates, rootFault, subjectText } from "@metrics-link/contract";

/** @throws LinkError `RELEASE_CHECK_FAILED` when the key does not match the chain's first certificate */
export function requireKeyPair(chainPem: string, keyPem: string): void {
  if (!leafOf(chainPem).checkPrivateKey(createPrivateKey(keyPem))) {
    throw failed("the private key does not match the certificate");
  }
}

/**
 * Requires a chain with the leaf first, each certificate signed by the next, the last by a root, all of them valid now.
 * @throws LinkError `RELEASE_CHECK_FAILED` naming the certificate that is wrong
 */
export function requireChain(chainPem: string, rootsPem: string, now: number): void {
  const chain = parse(chainPem);
  const roots = parse(rootsPem);
  leafOf(chainPem);
  for (const [index, certificate] of chain.entries()) {
    const issuers = index + 1 < chain.length ? chain.slice(index + 1, index + 2) : roots;
    if (!issuers.some((issuer) => signed(certificate, issuer))) {
      throw failed(`certificate ${index + 1} (${subjectText(certificate)}) is signed by none of its issuers`);
    }
    requireInTime(certificate, now);
  }
}

/**
 * Requires exactly these roots, each self-signed. Envoy takes every certificate of the file as a trust anchor, even a leaf
 * or an intermediate, and ignores any other text.
 * @throws LinkError `RELEASE_CHECK_FAILED` naming what is missing or foreign
 */
export function requireTrustBundle(bundlePem: string, fingerprints: readonly string[]): void {
  if (/PRIVATE KEY/.test(bundlePem)) throw failed("the bundle contains a private key");
  const roots = parse(bundlePem);
  const found = roots.map(({ fingerprint256 }) => fingerprint256);
  const missing = fingerprints.filter((wanted) => !found.includes(wanted));
  const foreign = found.filter((one) => !fingerprints.includes(one));
  if (missing.length > 0) throw failed(`the bundle lacks ${missing.join(", ")}`);
  if (foreign.length > 0) throw failed(`the bundle also contains ${foreign.join(", ")}`);
  if (found.length > fingerprints.length) throw failed("the bundle contains a certificate twice");
  for (const root of roots) {
    const fault = rootFault(root);
    if (fault !== undefined) throw failed(`${subjectText(root)} is not a root that Envoy is known to load: ${fault}`);
  }
}

/** The leaf's serial number without leading zeros, in lower case. */
export function leafSerial(chainPem: string): string {
  return normaliseSerial(leafOf(chainPem).serialNumber);
}

export function normaliseSerial(hexadecimal: string): string {
  return hexadecimal.toLowerCase().replace(/^0+(?=.)/, "");
}

function requireInTime(certificate: X509Certificate, now: number): void {
  const { validFromDate, validToDate } = certificate;
  if (now >= validFromDate.getTime() && now <= validToDate.getTime()) return;
  throw failed(
    `${subjectText(certificate)} is valid from ${validFromDate.toISOString()} to ${validToDate.toISOString()}, ` +
      `now is ${new Date(now).toISOString()}`,
  );
}

function signed(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function leafOf(chainPem: string): X509Certificate {
  const [leaf] = parse(chainPem);
  if (leaf === undefined) throw failed("the chain contains no certificate");
  return leaf;
}

const failed = (what: string) => new LinkError("RELEASE_CHECK_FAILED", { what });
const parse = readCertificates;
