/** Certificate authorities of the sandbox's own: behind the TLS of its AWS endpoints, and of its Alertmanager. */
import "reflect-metadata";
import { webcrypto } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as x509 from "@peculiar/x509";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const day = 24 * 3600 * 1000;

export interface ServerCertificate {
  /** PEM, the leaf alone: clients have the root. */
  readonly cert: string;
  readonly key: string;
}

/** The name of the authority behind the AWS endpoints. */
export const awsAuthority = "metrics-link sandbox AWS endpoints";

export interface Authority {
  /** PEM. */
  readonly certificate: string;
  /** A server certificate for these DNS names (wildcards allowed), good for a year. */
  issue(names: readonly [string, ...string[]]): Promise<ServerCertificate>;
}

/**
 * Opens the authority in a folder, whose certificate is its `ca.pem`; made at the first time, valid for ten years. Its key
 * is readable by root only.
 */
export async function openAuthority(folder: string, name: string): Promise<Authority> {
  const keyFile = join(folder, "ca.key");
  const certificateFile = join(folder, "ca.pem");
  if (!existsSync(certificateFile) || !existsSync(keyFile)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const made = await createRoot(name);
    replaceFile(keyFile, made.key, 0o600);
    replaceFile(certificateFile, made.certificate, 0o644);
  }
  const certificate = readFileSync(certificateFile, "utf8");
  const root = new x509.X509Certificate(certificate);
  const pkcs8 = x509.PemConverter.decodeFirst(readFileSync(keyFile, "utf8"));
  const signingKey = await webcrypto.subtle.importKey("pkcs8", pkcs8, algorithm, false, ["sign"]);
  return { certificate, issue: (names) => issue(root, signingKey, names) };
}

async function createRoot(name: string): Promise<{ key: string; certificate: string }> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    notBefore: new Date(Date.now() - day),
    notAfter: new Date(Date.now() + 3650 * day),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { key: await privateKeyPem(keys.privateKey), certificate: `${certificate.toString("pem")}\n` };
}

async function issue(
  root: x509.X509Certificate,
  signingKey: webcrypto.CryptoKey,
  names: readonly [string, ...string[]],
): Promise<ServerCertificate> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.create({
    subject: `CN=${names[0]}`,
    issuer: root.subject,
    notBefore: new Date(Date.now() - day),
    notAfter: new Date(Date.now() + 365 * day),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: "dns", value }))),
      await x509.AuthorityKeyIdentifierExtension.create(root),
    ],
  });
  return { key: await privateKeyPem(keys.privateKey), cert: `${certificate.toString("pem")}\n` };
}

async function privateKeyPem(key: webcrypto.CryptoKey): Promise<string> {
  return `${x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY")}\n`;
}

function replaceFile(path: string, content: string, mode: number): void {
  writeFileSync(`${path}.next`, content, { mode });
  renameSync(`${path}.next`, path);
}
