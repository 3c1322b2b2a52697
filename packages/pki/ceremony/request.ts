import "reflect-metadata";
import { createHash, webcrypto } from "node:crypto";
import { commonNames, LinkError, type Problem } from "@metrics-link/contract";
import { cryptoProvider, type JsonName, Pkcs10CertificateRequest } from "@peculiar/x509";

cryptoProvider.set(webcrypto as never);

/** The fields of a certificate request (PKCS #10, RFC 2986) that are shown and checked. */
export interface Request {
  /** Attribute → values, such as `O` and `CN`. */
  readonly subject: Readonly<Record<string, readonly string[]>>;
  /** Such as "ECDSA P-256". */
  readonly algorithm: string;
  /** SHA-256 of the public key (SubjectPublicKeyInfo), in hexadecimal with colons. */
  readonly keyFingerprint: string;
  /** PEM of the public key. */
  readonly publicKey: string;
  /** Whether the requester holds the private key: the request is signed with it. */
  readonly holdsKey: boolean;
  /** OIDs of requested extensions. */
  readonly extensions: readonly string[];
}

/** @throws LinkError `CEREMONY_INVALID` if the text is not a PEM certificate request */
export async function readRequest(pem: string): Promise<Request> {
  const request = parse(pem);
  const { algorithm, rawData } = request.publicKey;
  const { name, namedCurve } = algorithm as { name: string; namedCurve?: string };
  return {
    subject: merged(request.subjectName.toJSON()),
    algorithm: namedCurve === undefined ? name : `${name} ${namedCurve}`,
    keyFingerprint: fingerprint(rawData),
    publicKey: request.publicKey.toString("pem"),
    holdsKey: await request.verify(),
    extensions: request.extensions.map(({ type }) => type),
  };
}

/** SHA-256 over DER, with colons. */
export const fingerprint = (der: ArrayBuffer | Uint8Array): string =>
  (createHash("sha256").update(new Uint8Array(der)).digest("hex").toUpperCase().match(/../g) ?? []).join(":");

function parse(pem: string): Pkcs10CertificateRequest {
  try {
    return new Pkcs10CertificateRequest(pem);
  } catch (cause) {
    const what = "this is not a PEM certificate request (-----BEGIN CERTIFICATE REQUEST-----)";
    throw new LinkError("CEREMONY_INVALID", { what, cause });
  }
}

function merged(names: JsonName): Record<string, string[]> {
  const subject: Record<string, string[]> = {};
  for (const one of names) {
    for (const [attribute, values] of Object.entries(one)) {
      subject[attribute] = [...(subject[attribute] ?? []), ...values];
    }
  }
  return subject;
}

/** What a request must contain before a root of this account signs it. */
export interface Expected {
  readonly organization: string;
  readonly generation: number;
  /** Public keys (PEM) of the roots and the other intermediates: no two authorities share a key. */
  readonly otherKeys: readonly string[];
}

/** Every field of a request that differs from what is expected. */
export function requestProblems(request: Request, { organization, generation, otherKeys }: Expected): Problem[] {
  const { O: organizations = [], CN: names = [], ...others } = request.subject;
  const wanted = commonNames.intermediate(organization, generation);
  const found: [boolean, Problem][] = [
    [
      organizations.length !== 1 || organizations[0] !== organization,
      { key: "its organization", value: organizations, remedy: `${organization}; this is another account's request` },
    ],
    [names.length !== 1 || names[0] !== wanted, { key: "its common name", value: names, remedy: wanted }],
    [
      Object.keys(others).length > 0,
      { key: "its subject", value: others, remedy: "only an organization and a common name" },
    ],
    [
      request.algorithm !== "ECDSA P-256",
      { key: "its key", value: request.algorithm, remedy: "ECDSA P-256 (docs/pki.md)" },
    ],
    [
      !request.holdsKey,
      {
        key: "its signature",
        value: "invalid",
        remedy: "a signature by its own key; the request was changed in transit",
      },
    ],
    [
      request.extensions.length > 0,
      {
        key: "its extensions",
        value: request.extensions,
        remedy: "none; the root alone decides what the certificate allows",
      },
    ],
    [
      otherKeys.some((key) => sameKey(key, request.publicKey)),
      { key: "its key", value: request.keyFingerprint, remedy: "a new key; another authority already has this one" },
    ],
  ];
  return found.flatMap(([wrong, problem]) => (wrong ? [problem] : []));
}

const sameKey = (one: string, other: string) => one.replaceAll(/\s/g, "") === other.replaceAll(/\s/g, "");
