import "reflect-metadata";
import { X509Certificate as NodeCertificate, webcrypto } from "node:crypto";
import { NotCertificatesError, type Problem, readCertificates } from "@metrics-link/contract";
import { BasicConstraintsExtension, cryptoProvider, X509Certificate } from "@peculiar/x509";
import { fingerprint } from "./request.ts";

cryptoProvider.set(webcrypto as never);

/** The fields of a certificate that a ceremony checks. */
export interface Authority {
  readonly pem: string;
  readonly commonName: string;
  /** SHA-256, as `openssl x509 -fingerprint -sha256` prints it. */
  readonly fingerprint: string;
  readonly keyFingerprint: string;
  readonly publicKey: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly isAuthority: boolean;
  /** How many authorities may follow below it; undefined without a limit. */
  readonly pathLength: number | undefined;
}

/** @throws NotCertificatesError unless the text is exactly one PEM certificate */
export function readAuthority(text: string): Authority {
  const [only, ...others] = readCertificates(text);
  if (only === undefined || others.length > 0) throw new NotCertificatesError("it is not exactly one certificate");
  const certificate = new X509Certificate(only.raw);
  const constraints = certificate.getExtension(BasicConstraintsExtension);
  const [name] = certificate.subjectName.getField("CN");
  return {
    pem: only.toString(),
    commonName: name ?? certificate.subject,
    fingerprint: only.fingerprint256,
    keyFingerprint: fingerprint(certificate.publicKey.rawData),
    publicKey: certificate.publicKey.toString("pem"),
    notBefore: certificate.notBefore,
    notAfter: certificate.notAfter,
    isAuthority: constraints?.ca === true,
    pathLength: constraints?.pathLength,
  };
}

/** Why a root may not sign something that ends at `end`; times in milliseconds, UTC. */
export function signerProblems(root: Authority, now: number, end: number): Problem[] {
  const key = root.commonName;
  const until = root.notAfter.toISOString();
  if (now > root.notAfter.getTime()) {
    return [{ key, value: `expired ${until}`, remedy: "a valid root; make the next generation with ceremony -- init" }];
  }
  if (now < root.notBefore.getTime()) {
    const value = `valid from ${root.notBefore.toISOString()}`;
    return [{ key, value, remedy: `a correct clock; this machine's clock says ${new Date(now).toISOString()}` }];
  }
  return end > root.notAfter.getTime()
    ? [{ key, value: `valid until ${until}`, remedy: "a shorter lifetime (--years), or the next root" }]
    : [];
}

/** Compares a signed intermediate, as read back from the certificate, with its request and root. */
export function signedProblems(signed: Authority, root: Authority, publicKey: string): Problem[] {
  const [certificate, issuer] = [new NodeCertificate(signed.pem), new NodeCertificate(root.pem)];
  const found: [boolean, string, unknown, string][] = [
    [signed.publicKey !== publicKey, "its key", signed.keyFingerprint, "the key of the request"],
    [
      !certificate.checkIssued(issuer) || !certificate.verify(issuer.publicKey),
      "its signature",
      certificate.issuer,
      `one by ${root.commonName}`,
    ],
    [!signed.isAuthority, "its basic constraints", "not an authority", "an authority"],
    [root.pathLength !== 1, `the path length of ${root.commonName}`, root.pathLength, "1: one authority below it"],
    [signed.notAfter > root.notAfter, "its end", signed.notAfter.toISOString(), "not after its root's"],
  ];
  return found.flatMap(([wrong, key, value, remedy]) => (wrong ? [{ key, value, remedy }] : []));
}
