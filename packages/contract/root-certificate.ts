import type { X509Certificate } from "node:crypto";
import { contentOf, inside, NotDerError, type Tlv, valuesOf } from "./der.ts";

/** Tags of DER. */
const sequence = 0x30;
const set = 0x31;
const integer = 0x02;
const bitString = 0x03;
const octetString = 0x04;
const objectIdentifier = 0x06;
const boolean = 0x01;
const utcTime = 0x17;
const generalizedTime = 0x18;
/** UTF8String, PrintableString and IA5String: the kinds of text that CAs write in names today. */
const texts = [0x0c, 0x13, 0x16];

/** AlgorithmIdentifiers in DER: ECDSA and RSA (PKCS #1 v1.5) with SHA-256, SHA-384 and SHA-512. */
const signatureAlgorithms = [
  ...["02", "03", "04"].map((last) => `300a06082a8648ce3d0403${last}`),
  ...["0b", "0c", "0d"].map((last) => `300d06092a864886f70d0101${last}0500`),
];

/** AlgorithmIdentifiers of public keys in DER. A curve is named; its parameters written out are refused. */
const rsa = "300d06092a864886f70d0101010500";
const curves: Readonly<Record<string, { readonly pointBytes: number }>> = {
  "301306072a8648ce3d020106082a8648ce3d030107": { pointBytes: 65 }, // P-256
  "301006072a8648ce3d020106052b81040022": { pointBytes: 97 }, // P-384
};
const rsaBits = { least: 2048, most: 8192 };

/** RFC 5280 4.2.1: authorityKeyIdentifier, subjectKeyIdentifier, keyUsage and basicConstraints. */
const extensions = ["0603551d23", "0603551d0e", "0603551d0f", "0603551d13"];

/**
 * What keeps a certificate from being a root that every library of the link loads; undefined when nothing does.
 *
 * OpenSSL, which Node asks, takes more than BoringSSL, which Envoy asks: BER, other versions, times with fractions. Envoy
 * refuses the whole configuration for one root that it cannot load, so one peer's root would stop the release for all.
 * Hence this closed set: DER, version 3, times of RFC 5280 4.1.2.5, known algorithms, known extensions.
 */
export function rootFault(certificate: X509Certificate): string | undefined {
  try {
    const signed = certificate.ca && certificate.checkIssued(certificate) && certificate.verify(certificate.publicKey);
    if (!signed) return "it is no authority, or has not signed itself";
    requireProfile(certificate.raw);
    const { asymmetricKeyDetails: key } = certificate.publicKey;
    const bits = key?.modulusLength;
    if (bits !== undefined && (bits < rsaBits.least || bits > rsaBits.most || key?.publicExponent !== 65_537n)) {
      return `its RSA key is not of ${rsaBits.least} to ${rsaBits.most} bits with the exponent 65537`;
    }
    return undefined;
  } catch (error) {
    return error instanceof NotDerError ? error.message : "its key or its signature cannot be read";
  }
}

/** @throws NotDerError for what is outside of the set */
function requireProfile(der: Buffer): void {
  const [certificate, ...after] = valuesOf(der);
  const [signed, outerAlgorithm, signature, ...rest] = inside(certificate, sequence, "certificate");
  if (after.length + rest.length > 0) throw new NotDerError("it holds more than RFC 5280 has");
  const fields = inside(signed, sequence, "tbsCertificate");
  const [version, serial, algorithm, issuer, validity, subject, key, extended] = fields;
  if (fields.length !== 8)
    throw new NotDerError("it is not of version 3 with extensions and without unique identifiers");
  if (contentOf(version, 0xa0, "version").toString("hex") !== "020102") throw new NotDerError("it is not of version 3");
  requireInteger(contentOf(serial, integer, "serial number"));
  const named = algorithm?.bytes.toString("hex") ?? "";
  if (!signatureAlgorithms.includes(named) || outerAlgorithm?.bytes.toString("hex") !== named) {
    throw new NotDerError("its signature is not by ECDSA or RSA with SHA-256, SHA-384 or SHA-512");
  }
  requireBits(contentOf(signature, bitString, "signature"));
  for (const name of [issuer, subject]) requireName(name);
  const times = inside(validity, sequence, "validity");
  if (times.length !== 2 || !times.every(isTime)) {
    throw new NotDerError("its validity is not two times as RFC 5280 4.1.2.5 writes them");
  }
  requireKey(key);
  requireExtensions(extended);
}

/** RFC 5280 4.1.2.2: positive, at most 20 octets. */
function requireInteger(octets: Buffer): void {
  const [first = 0, second = 0] = octets;
  const minimal = octets.length === 1 ? first > 0 : first > 0 || second >= 0x80;
  if (octets.length < 1 || octets.length > 20 || first >= 0x80 || !minimal) {
    throw new NotDerError("its serial number is not a positive integer of at most 20 octets");
  }
}

/** Whole octets. */
function requireBits(content: Buffer): void {
  if (content[0] !== 0 || content.length < 2) throw new NotDerError("it holds a bit string that is not whole octets");
}

function requireName(name: Tlv | undefined): void {
  const parts = inside(name, sequence, "name");
  if (parts.length === 0) throw new NotDerError("its name is empty");
  for (const part of parts) {
    const attributes = inside(part, set, "name");
    if (attributes.length !== 1) throw new NotDerError("its name holds several attributes in one part");
    const [type, value, ...rest] = inside(attributes[0], sequence, "name");
    contentOf(type, objectIdentifier, "name");
    const right = value !== undefined && rest.length === 0 && texts.includes(value.tag) && isText(value);
    if (!right) throw new NotDerError("its name holds something else than UTF8String, PrintableString or IA5String");
  }
}

function isText({ tag, content }: Tlv): boolean {
  if (content.length === 0) return false;
  if (tag !== 0x0c) return content.every((octet) => octet < 0x80);
  return Buffer.from(content.toString("utf8"), "utf8").equals(content);
}

/** RFC 5280 4.1.2.5: UTCTime through 2049 and GeneralizedTime after it, in seconds, in Z. */
function isTime({ tag, content }: Tlv): boolean {
  const text = content.toString("latin1");
  const digits = tag === utcTime ? 12 : tag === generalizedTime ? 14 : 0;
  if (text.length !== digits + 1 || !/^\d+Z$/.test(text)) return false;
  const [year, rest] =
    tag === utcTime ? [centuryOf(text.slice(0, 2)), text.slice(2)] : [text.slice(0, 4), text.slice(4)];
  if (tag === generalizedTime && Number(year) < 2050) return false;
  const iso = `${year}-${rest.slice(0, 2)}-${rest.slice(2, 4)}T${rest.slice(4, 6)}:${rest.slice(6, 8)}:${rest.slice(8, 10)}.000Z`;
  const time = Date.parse(iso);
  return !Number.isNaN(time) && new Date(time).toISOString() === iso;
}

const centuryOf = (year: string) => `${Number(year) < 50 ? "20" : "19"}${year}`;

function requireKey(key: Tlv | undefined): void {
  const [algorithm, bits, ...rest] = inside(key, sequence, "public key");
  const content = contentOf(bits, bitString, "public key");
  requireBits(content);
  const named = algorithm?.bytes.toString("hex") ?? "";
  const curve = Object.hasOwn(curves, named) ? curves[named] : undefined;
  // A point as its two coordinates (SEC 1 section 2.3.3), not compressed.
  const isPoint = curve !== undefined && content.length === 1 + curve.pointBytes && content[1] === 0x04;
  if (rest.length > 0 || !(isPoint || named === rsa)) {
    throw new NotDerError("its key is not one of ECDSA on P-256 or P-384, or of RSA");
  }
}

function requireExtensions(extended: Tlv | undefined): void {
  const [list, ...more] = inside(extended, 0xa3, "extensions");
  const seen: string[] = [];
  for (const extension of inside(list, sequence, "extensions")) {
    const parts = inside(extension, sequence, "extensions");
    const id = parts[0]?.bytes.toString("hex") ?? "";
    if (!extensions.includes(id) || seen.includes(id)) {
      throw new NotDerError(
        "it holds another extension than the key identifiers, keyUsage and basicConstraints, or one twice",
      );
    }
    seen.push(id);
    const critical = parts.length === 3 ? contentOf(parts[1], boolean, "extensions").toString("hex") : "ff";
    if (critical !== "ff" || parts.length > 3) throw new NotDerError("an extension of it is not DER");
    const [value, ...others] = valuesOf(contentOf(parts.at(-1), octetString, "extensions"));
    if (value === undefined || others.length > 0) throw new NotDerError("an extension of it is not DER");
    if (value.tag === sequence) valuesOf(value.content);
  }
  if (more.length > 0) throw new NotDerError("it holds more than RFC 5280 has");
}
