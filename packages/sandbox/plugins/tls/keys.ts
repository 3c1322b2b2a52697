/** Private keys: made, read, and written in the forms that @pulumi/tls gives out. */
import { createHash, createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import { openSshPrivateKey, openSshPublicKey } from "./openssh.ts";

const generate = promisify(generateKeyPair);

export const ALGORITHMS = ["RSA", "ECDSA", "ED25519"] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

/** The curves of WebCrypto, which signs the certificates here, by their names in @pulumi/tls. */
export const CURVES = { P256: "P-256", P384: "P-384", P521: "P-521" } as const;
export type Curve = keyof typeof CURVES;

/** What a private key tells of its public half. */
export interface PublicKeyOutputs {
  readonly publicKeyPem: string;
  readonly publicKeyOpenssh: string;
  readonly publicKeyFingerprintMd5: string;
  readonly publicKeyFingerprintSha256: string;
}

export interface PrivateKeyOutputs extends PublicKeyOutputs {
  /** SEC 1 for ECDSA, PKCS#1 for RSA, PKCS#8 for Ed25519, as the official provider writes them. */
  readonly privateKeyPem: string;
  readonly privateKeyPemPkcs8: string;
  readonly privateKeyOpenssh: string;
}

export async function generatePrivateKey(algorithm: Algorithm, curve: Curve, rsaBits: number): Promise<KeyObject> {
  if (algorithm === "ECDSA") return (await generate("ec", { namedCurve: CURVES[curve] })).privateKey;
  if (algorithm === "RSA") return (await generate("rsa", { modulusLength: rsaBits })).privateKey;
  return (await generate("ed25519")).privateKey;
}

/** @throws Error if the text is no private key in PEM, or of a kind that cannot sign here; it never shows the text */
export function parsePrivateKey(pem: string, property: string): { key: KeyObject; algorithm: Algorithm } {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    throw new Error(
      `${property} is not an unencrypted private key in PEM (EC PRIVATE KEY, RSA PRIVATE KEY, PRIVATE KEY)`,
    );
  }
  return { key, algorithm: algorithmOf(key, property) };
}

function algorithmOf(key: KeyObject, property: string): Algorithm {
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (key.asymmetricKeyType === "rsa") return "RSA";
  if (key.asymmetricKeyType === "ed25519") return "ED25519";
  if (key.asymmetricKeyType === "ec" && curveOf(key) !== undefined) return "ECDSA";
  throw new Error(
    `${property} is a key of the kind ${key.asymmetricKeyType}${curve === undefined ? "" : ` ${curve}`}, ` +
      "but this stand-in signs with RSA, Ed25519 and the curves P256, P384 and P521 only",
  );
}

/** The name of an EC key's curve in WebCrypto; undefined for a curve it does not have. */
export function curveOf(key: KeyObject): (typeof CURVES)[Curve] | undefined {
  const names: Record<string, (typeof CURVES)[Curve]> = { prime256v1: "P-256", secp384r1: "P-384", secp521r1: "P-521" };
  return names[key.asymmetricKeyDetails?.namedCurve ?? ""];
}

export function privateKeyOutputs(key: KeyObject): PrivateKeyOutputs {
  const types = { ec: "sec1", rsa: "pkcs1" } as const;
  const type = types[key.asymmetricKeyType as keyof typeof types] ?? "pkcs8";
  return {
    privateKeyPem: key.export({ type, format: "pem" }) as string,
    privateKeyPemPkcs8: key.export({ type: "pkcs8", format: "pem" }) as string,
    privateKeyOpenssh: openSshPrivateKey(key),
    ...publicKeyOutputs(key),
  };
}

export function publicKeyOutputs(key: KeyObject): PublicKeyOutputs {
  const { name, blob } = openSshPublicKey(key);
  const sha256 = createHash("sha256").update(blob).digest("base64").replace(/=+$/, "");
  return {
    publicKeyPem: createPublicKey(key).export({ type: "spki", format: "pem" }) as string,
    publicKeyOpenssh: `${name} ${blob.toString("base64")}\n`,
    publicKeyFingerprintMd5: createHash("md5")
      .update(blob)
      .digest("hex")
      .replaceAll(/(..)(?!$)/g, "$1:"),
    publicKeyFingerprintSha256: `SHA256:${sha256}`,
  };
}

/** The id of a key: the SHA-1 of its public half, in hexadecimal. */
export function keyId(key: KeyObject): string {
  return createHash("sha1")
    .update(createPublicKey(key).export({ type: "spki", format: "der" }))
    .digest("hex");
}
