import { X509Certificate } from "node:crypto";

/**
 * SHA-256 over the DER of a certificate, written as OpenSSL writes it ("AB:CD:..."), so that a person can compare it
 * with `openssl x509 -fingerprint -sha256`.
 */
export function fingerprintOf(certificatePem: string): string {
  return new X509Certificate(certificatePem).fingerprint256;
}

/** The certificates of a PEM bundle, in order. Text between them is ignored, as RFC 7468 section 2 allows. */
export function certificatesOf(bundlePem: string): string[] {
  return bundlePem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
}

/** The fingerprints of a bundle's certificates, in the bundle's order. */
export function fingerprintsOf(bundlePem: string): string[] {
  return certificatesOf(bundlePem).map(fingerprintOf);
}

/** A fingerprint in any common spelling (case, colons or none), in the one spelling that is compared. */
export function normaliseFingerprint(text: string): string {
  const digits = text.replaceAll(/[:\s]/g, "").toUpperCase();
  return digits.match(/../g)?.join(":") ?? "";
}
