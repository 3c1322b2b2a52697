/** Issues X.509 certificates and requests as terraform-provider-tls does (internal/provider/common_cert.go). */
import "reflect-metadata";
import { createHash, createPublicKey, type KeyObject, randomBytes, webcrypto } from "node:crypto";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsageExtension,
  type Extension,
  type JsonGeneralNames,
  KeyUsagesExtension,
  type Name,
  Pkcs10CertificateRequest,
  Pkcs10CertificateRequestGenerator,
  PublicKey,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { type Algorithm, curveOf } from "./keys.ts";
import { alternativeNames, requestedName, subjectName } from "./names.ts";
import { readyForRenewal } from "./renewal.ts";
import type { CertificateInputs, CertificateOutputs, Subject, SubjectNames } from "./schema.ts";
import { fractionOf, goTime } from "./time.ts";
import { extendedKeyUsages, keyUsageBits } from "./uses.ts";

cryptoProvider.set(webcrypto as never);

const HOUR_MS = 3_600_000;
const SERIAL_BYTES = 16;

export interface SigningKey {
  readonly key: KeyObject;
  readonly algorithm: Algorithm;
}

export interface Issued {
  readonly id: string;
  readonly outputs: CertificateOutputs;
}

/** A certificate request (PKCS#10) in PEM. */
export async function createRequest(
  signer: SigningKey,
  subject: Subject | undefined,
  names: SubjectNames,
): Promise<{ id: string; certRequestPem: string }> {
  const alternative = alternativeNames(names);
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: subjectName(subject).toJSON(),
    extensions: alternative.length === 0 ? [] : [new SubjectAlternativeNameExtension(alternative)],
    signingAlgorithm: signatureAlgorithm(signer.key),
    keys: { privateKey: await signingKey(signer.key), publicKey: await verifyingKey(signer.key) },
  });
  const id = createHash("sha1").update(Buffer.from(request.rawData)).digest("hex");
  return { id, certRequestPem: `${request.toString("pem")}\n` };
}

export async function issueSelfSigned(
  inputs: CertificateInputs & SubjectNames & { subject?: Subject; setAuthorityKeyId: boolean },
  signer: SigningKey,
): Promise<Issued> {
  const subject = subjectName(inputs.subject);
  const publicKey = new PublicKey(createPublicKey(signer.key).export({ type: "spki", format: "der" }));
  const keyId = subjectKeyId(publicKey, inputs);
  if (inputs.setAuthorityKeyId && keyId === undefined) {
    throw new Error(
      "setAuthorityKeyId needs a subject key id to point at: give setSubjectKeyId or isCaCertificate too",
    );
  }
  const authority = inputs.setAuthorityKeyId ? keyId : undefined;
  const names = alternativeNames(inputs);
  return issue(inputs, signer, { subject, issuer: subject, publicKey, names, keyId, authority });
}

/** @throws Error if a PEM cannot be read, or the authority's key is not that of its certificate */
export async function issueLocallySigned(
  inputs: CertificateInputs & { caCertPem: string; certRequestPem: string },
  signer: SigningKey,
): Promise<Issued & { isAuthority: boolean }> {
  const request = parse(
    () => new Pkcs10CertificateRequest(inputs.certRequestPem),
    "certRequestPem",
    "certificate request",
  );
  const authority = parse(() => new X509Certificate(inputs.caCertPem), "caCertPem", "certificate");
  const own = createPublicKey(signer.key).export({ type: "spki", format: "der" });
  if (!own.equals(Buffer.from(authority.publicKey.rawData))) {
    throw new Error("caPrivateKeyPem is not the key of the certificate in caCertPem");
  }
  const requested = request.extensions.find((extension) => extension instanceof SubjectAlternativeNameExtension);
  const issued = await issue(inputs, signer, {
    subject: requestedName(request.subjectName),
    issuer: authority.subjectName,
    publicKey: request.publicKey,
    names: requested?.names.toJSON() ?? [],
    keyId: subjectKeyId(request.publicKey, inputs),
    authority: authority.getExtension(SubjectKeyIdentifierExtension)?.keyId,
  });
  return { ...issued, isAuthority: authority.getExtension(BasicConstraintsExtension)?.ca === true };
}

interface Parties {
  readonly subject: Name;
  readonly issuer: Name;
  readonly publicKey: PublicKey;
  readonly names: JsonGeneralNames;
  /** Subject key identifier, in hexadecimal. */
  readonly keyId: string | undefined;
  /** Authority key identifier, in hexadecimal. */
  readonly authority: string | undefined;
}

async function issue(inputs: CertificateInputs, signer: SigningKey, parties: Parties): Promise<Issued> {
  const subject = parties.subject.toJSON();
  if (inputs.isCaCertificate && subject.length === 0) {
    throw new Error("a certificate with isCaCertificate needs a subject with at least one name (RFC 5280, 4.1.2.6)");
  }
  if (!inputs.isCaCertificate && (inputs.maxPathLength ?? 0) > 0) {
    throw new Error("maxPathLength above 0 needs isCaCertificate: only an authority can have a path below it");
  }
  const notBefore = new Date();
  const fraction = fractionOf(notBefore);
  const notAfter = new Date(notBefore.getTime() + inputs.validityPeriodHours * HOUR_MS);
  const serial = randomBytes(SERIAL_BYTES);
  const certificate = await X509CertificateGenerator.create({
    serialNumber: `00${serial.toString("hex")}`,
    subject: parties.subject,
    issuer: parties.issuer,
    notBefore,
    notAfter,
    publicKey: parties.publicKey,
    signingKey: await signingKey(signer.key),
    signingAlgorithm: signatureAlgorithm(signer.key),
    extensions: extensions(inputs, parties, subject.length === 0),
  });
  return {
    id: BigInt(`0x${serial.toString("hex")}`).toString(),
    outputs: {
      certPem: `${certificate.toString("pem")}\n`,
      ...(inputs.maxPathLength === undefined ? {} : { maxPathLength: inputs.maxPathLength }),
      validityStartTime: goTime(notBefore, fraction),
      validityEndTime: goTime(notAfter, fraction),
      readyForRenewal: readyForRenewal(inputs, notAfter),
    },
  };
}

/** In the order, and with the criticality, of Go's crypto/x509. */
function extensions(inputs: CertificateInputs, parties: Parties, hasNoSubject: boolean): Extension[] {
  const bits = keyUsageBits(inputs.allowedUses);
  const extended = extendedKeyUsages(inputs.allowedUses);
  // Go's crypto/x509 takes a path length of 0 for "none given" unless told otherwise, which the provider never does.
  const pathLength = inputs.isCaCertificate && (inputs.maxPathLength ?? -1) > 0 ? inputs.maxPathLength : undefined;
  return [
    ...(bits === 0 ? [] : [new KeyUsagesExtension(bits, true)]),
    ...(extended.length === 0 ? [] : [new ExtendedKeyUsageExtension(extended)]),
    new BasicConstraintsExtension(inputs.isCaCertificate, pathLength, true),
    ...(parties.keyId === undefined ? [] : [new SubjectKeyIdentifierExtension(parties.keyId)]),
    ...(parties.authority === undefined ? [] : [new AuthorityKeyIdentifierExtension(parties.authority)]),
    ...(parties.names.length === 0 ? [] : [new SubjectAlternativeNameExtension(parties.names, hasNoSubject)]),
  ];
}

/** SHA-1 of the subject's public key (RFC 5280, 4.2.1.2, method 1): of an authority always, of others if asked for. */
function subjectKeyId(publicKey: PublicKey, inputs: CertificateInputs): string | undefined {
  if (!inputs.isCaCertificate && !inputs.setSubjectKeyId) return undefined;
  const key = createPublicKey({ key: Buffer.from(publicKey.rawData), type: "spki", format: "der" });
  return createHash("sha1").update(subjectPublicKey(key)).digest("hex");
}

/** The public key without its algorithm; Ed25519 keys as an OCTET STRING, as the official provider hashes them. */
function subjectPublicKey(key: KeyObject): Buffer {
  if (key.asymmetricKeyType === "rsa") return key.export({ type: "pkcs1", format: "der" });
  const { x, y } = key.export({ format: "jwk" });
  const [first, second] = [Buffer.from(x ?? "", "base64url"), Buffer.from(y ?? "", "base64url")];
  return Buffer.concat([Buffer.from(key.asymmetricKeyType === "ec" ? [0x04] : [0x04, first.length]), first, second]);
}

function parse<T>(read: () => T, property: string, what: string): T {
  try {
    return read();
  } catch (error) {
    throw new Error(`${property} is not a ${what} in PEM: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** SHA-256, and for the larger curves the hash of their size, as Go chooses. */
function signatureAlgorithm(key: KeyObject): webcrypto.Algorithm & webcrypto.EcdsaParams {
  const hashes = { "P-256": "SHA-256", "P-384": "SHA-384", "P-521": "SHA-512" } as const;
  const curve = curveOf(key);
  return { ...keyAlgorithm(key), hash: curve === undefined ? "SHA-256" : hashes[curve] } as never;
}

function keyAlgorithm(
  key: KeyObject,
): webcrypto.EcKeyImportParams | webcrypto.RsaHashedImportParams | { name: "Ed25519" } {
  if (key.asymmetricKeyType === "rsa") return { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  if (key.asymmetricKeyType === "ed25519") return { name: "Ed25519" };
  return { name: "ECDSA", namedCurve: curveOf(key) ?? "" };
}

async function signingKey(key: KeyObject): Promise<webcrypto.CryptoKey> {
  return key.toCryptoKey(keyAlgorithm(key), false, ["sign"]);
}

async function verifyingKey(key: KeyObject): Promise<webcrypto.CryptoKey> {
  return createPublicKey(key).toCryptoKey(keyAlgorithm(key), true, ["verify"]);
}
