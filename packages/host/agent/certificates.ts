import { createPrivateKey, type X509Certificate } from "node:crypto";
import { printable, readCertificates, rootFault } from "@metrics-link/contract";

/** @throws Error when the key is not the one in the chain's first certificate */
export function requireKeyPair(chainPem: string, keyPem: string): void {
  if (!leafOf(chainPem).checkPrivateKey(createPrivateKey(keyPem))) {
    throw new Error("the private key is not that of the certificate");
  }
}

/**
 * Leaf first, each certificate signed by the next, the last one by a root, all of them within their time.
 * @throws Error naming the certificate that does not fit
 */
export function requireChain(chainPem: string, rootsPem: string, now: number): void {
  const chain = parse(chainPem);
  const roots = parse(rootsPem);
  leafOf(chainPem);
  for (const [index, certificate] of chain.entries()) {
    const issuers = index + 1 < chain.length ? chain.slice(index + 1, index + 2) : roots;
    if (!issuers.some((issuer) => signed(certificate, issuer))) {
      throw new Error(`certificate ${index + 1} (${oneLine(certificate.subject)}) is signed by none of its issuers`);
    }
    requireInTime(certificate, now);
  }
}

/**
 * Exactly these roots, each an authority that signed itself. Envoy takes any certificate of the file for an anchor, a
 * leaf or an intermediate as well, and reads over whatever else stands there.
 * @throws Error naming what does not belong there or is missing
 */
export function requireTrustBundle(bundlePem: string, fingerprints: readonly string[]): void {
  if (/PRIVATE KEY/.test(bundlePem)) throw new Error("a private key stands in the bundle");
  const roots = parse(bundlePem);
  const found = roots.map(({ fingerprint256 }) => fingerprint256);
  const missing = fingerprints.filter((wanted) => !found.includes(wanted));
  const strange = found.filter((one) => !fingerprints.includes(one));
  if (missing.length > 0) throw new Error(`the bundle lacks ${missing.join(", ")}`);
  if (strange.length > 0) throw new Error(`the bundle also holds ${strange.join(", ")}`);
  if (found.length > fingerprints.length) throw new Error("the bundle holds a certificate twice");
  for (const root of roots) {
    const fault = rootFault(root);
    if (fault !== undefined)
      throw new Error(`${oneLine(root.subject)} is not a root that Envoy is known to load: ${fault}`);
  }
}

/** The serial number as RFC 5280 numbers: no leading zeros, lower case. */
export function leafSerial(chainPem: string): string {
  return normaliseSerial(leafOf(chainPem).serialNumber);
}

export function normaliseSerial(hexadecimal: string): string {
  return hexadecimal.toLowerCase().replace(/^0+(?=.)/, "");
}

function requireInTime(certificate: X509Certificate, now: number): void {
  const { validFromDate, validToDate } = certificate;
  if (now >= validFromDate.getTime() && now <= validToDate.getTime()) return;
  throw new Error(
    `${oneLine(certificate.subject)} is valid from ${validFromDate.toISOString()} to ${validToDate.toISOString()}, ` +
      `now is ${new Date(now).toISOString()}`,
  );
}

function signed(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function leafOf(chainPem: string): X509Certificate {
  const [leaf] = parse(chainPem);
  if (leaf === undefined) throw new Error("there is no certificate in the chain");
  return leaf;
}

const parse = readCertificates;
const oneLine = (subject: string) => printable(subject.replaceAll("\n", ", "));
