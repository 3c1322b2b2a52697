import "reflect-metadata";
import { createHash, webcrypto } from "node:crypto";
import { commonNames, LinkError, type Problem } from "@metrics-link/contract";
import { cryptoProvider, type JsonName, Pkcs10CertificateRequest } from "@peculiar/x509";

cryptoProvider.set(webcrypto as never);

/** A certificate request (PKCS #10, RFC 2986), as far as a person and the checks look at it. */
export interface Request {
  /** Attribute → values, such as `O` and `CN`. */
  readonly subject: Readonly<Record<string, readonly string[]>>;
  /** Such as "ECDSA P-256". */
  readonly algorithm: string;
  /** SHA-256 of the public key (SubjectPublicKeyInfo), in hexadecimal with colons. */
  readonly keyFingerprint: string;
  /** PEM of the public key. */
  readonly publicKey: string;
  /** Whether the one who asks holds the key: the request is signed with it. */
  readonly holdsKey: boolean;
  /** OIDs of what it asks for besides a name. */
  readonly extensions: readonly string[];
}

/** @throws LinkError `CEREMONY_INVALID` when the text is not a certificate request in PEM */
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
    const what = "this is not a certificate request in PEM (-----BEGIN CERTIFICATE REQUEST-----)";
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

/** What the request must be, so that a root of this account may sign it. */
export interface Expected {
  readonly organization: string;
  readonly generation: number;
  /** Public keys (PEM) of the roots and of the other intermediates: one key has one name. */
  readonly otherKeys: readonly string[];
}

/** Everything in which a request is not what it should be. */
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
      { key: "its subject", value: others, remedy: "an organization and a common name, nothing else" },
    ],
    [
      request.algorithm !== "ECDSA P-256",
      { key: "its key", value: request.algorithm, remedy: "ECDSA P-256 (docs/pki.md)" },
    ],
    [
      !request.holdsKey,
      { key: "its signature", value: "wrong", remedy: "one by its own key: the request was changed on its way" },
    ],
    [
      request.extensions.length > 0,
      { key: "its extensions", value: request.extensions, remedy: "none: the root alone says what it may do" },
    ],
    [
      otherKeys.some((key) => sameKey(key, request.publicKey)),
      { key: "its key", value: request.keyFingerprint, remedy: "a key of its own; another authority has this one" },
    ],
  ];
  return found.flatMap(([wrong, problem]) => (wrong ? [problem] : []));
}

const sameKey = (one: string, other: string) => one.replaceAll(/\s/g, "") === other.replaceAll(/\s/g, "");
