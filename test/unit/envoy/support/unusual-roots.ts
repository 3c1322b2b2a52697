import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";

/** A root that signed itself, written byte by byte, and whether it belongs to the set that is taken. */
interface Unusual {
  readonly pem: string;
  readonly right: boolean;
}

const length = (count: number): number[] =>
  count < 0x80 ? [count] : count < 0x100 ? [0x81, count] : [0x82, count >> 8, count & 0xff];
const tlv = (tag: number, ...parts: (Buffer | string)[]): Buffer => {
  const content = Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part, "hex") : part)));
  return Buffer.concat([Buffer.from([tag, ...length(content.length)]), content]);
};
const sequence = (...parts: (Buffer | string)[]) => tlv(0x30, ...parts);
const text = (tag: number, value: string) => tlv(tag, Buffer.from(value, "latin1"));
const utc = (value: string) => text(0x17, value);
const generalized = (value: string) => text(0x18, value);
const extension = (id: string, value: Buffer, critical = "0101ff") =>
  sequence(`0603551d${id}`, critical, tlv(0x04, value));

const basic = extension("13", sequence("0101ff"));
const keyUsage = extension("0f", tlv(0x03, "0106"));
const sha256 = "300a06082a8648ce3d040302";
const name = (tag = 0x0c, value = "an unusual root") => sequence(tlv(0x31, sequence("0603550403", text(tag, value))));

interface Fields {
  readonly version: Buffer;
  readonly serial: Buffer;
  readonly name: Buffer;
  readonly validity: Buffer;
  readonly extensions: Buffer;
}
const usual: Fields = {
  version: tlv(0xa0, "020102"),
  serial: tlv(0x02, "01"),
  name: name(),
  validity: sequence(utc("250101000000Z"), utc("360101000000Z")),
  extensions: tlv(0xa3, sequence(basic, keyUsage)),
};

/** Roots of which OpenSSL reads each; Envoy's BoringSSL does not load some. */
export function unusualRoots(): Record<string, Unusual> {
  const ecdsa = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const made = (changes: Partial<Fields>, { keys = ecdsa, algorithm = sha256, wrap = sequence } = {}) => {
    const all = { ...usual, ...changes };
    const { publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject } = keys;
    const spki = publicKey.export({ type: "spki", format: "der" });
    const tbs = wrap(all.version, all.serial, algorithm, all.name, all.validity, all.name, spki, all.extensions);
    const digest = algorithm === sha256 ? "sha256" : algorithm.includes("0d010105") ? "sha1" : "sha256";
    const der = sequence(tbs, algorithm, tlv(0x03, "00", sign(digest, tbs, privateKey)));
    const lines = der.toString("base64").replaceAll(/.{1,64}/g, "$&\n");
    return `-----BEGIN CERTIFICATE-----\n${lines}-----END CERTIFICATE-----\n`;
  };
  const right = (pem: string): Unusual => ({ pem, right: true });
  const wrong = (pem: string): Unusual => ({ pem, right: false });
  const until = (last: Buffer, first = utc("250101000000Z")) => ({ validity: sequence(first, last) });
  const extended = (...more: Buffer[]) => ({ extensions: tlv(0xa3, sequence(basic, keyUsage, ...more)) });
  const rsa = (modulusLength: number) => generateKeyPairSync("rsa", { modulusLength });
  const rsaSha256 = "300d06092a864886f70d01010b0500";
  const longForm = (...parts: (Buffer | string)[]) => {
    const content = sequence(...parts).subarray(sequence(...parts).length > 257 ? 4 : 3);
    return Buffer.concat([Buffer.from([0x30, 0x83, 0, content.length >> 8, content.length & 0xff]), content]);
  };
  const indefinite = (...parts: (Buffer | string)[]) => {
    const content = sequence(...parts).subarray(sequence(...parts).length > 257 ? 4 : 3);
    return Buffer.concat([Buffer.from([0x30, 0x80]), content, Buffer.from([0, 0])]);
  };
  return {
    usual: right(made({})),
    expired: right(made(until(utc("160101000000Z"), utc("150101000000Z")))),
    "until 2060": right(made(until(generalized("20600101000000Z")))),
    "a printable name": right(made({ name: name(0x13) })),
    "P-384": right(made({}, { keys: generateKeyPairSync("ec", { namedCurve: "secp384r1" }) })),
    "RSA 2048": right(made({}, { keys: rsa(2048), algorithm: rsaSha256 })),
    "RSA 1024": wrong(made({}, { keys: rsa(1024), algorithm: rsaSha256 })),
    "RSA with SHA-1": wrong(made({}, { keys: rsa(2048), algorithm: "300d06092a864886f70d0101050500" })),
    "P-224": wrong(made({}, { keys: generateKeyPairSync("ec", { namedCurve: "secp224r1" }) })),
    secp256k1: wrong(made({}, { keys: generateKeyPairSync("ec", { namedCurve: "secp256k1" }) })),
    "no time": wrong(made(until(utc("360101000000Z"), utc("XXXXXXXXXXXXZ")))),
    "a day that is not": wrong(made(until(utc("360230000000Z")))),
    "fractions of a second": wrong(made(until(generalized("20600101000000.5Z")))),
    "GeneralizedTime before 2050": wrong(made(until(generalized("20360101000000Z")))),
    "version 1, written out": wrong(made({ version: tlv(0xa0, "020100") })),
    "version 1 with extensions": wrong(made({ version: Buffer.alloc(0) })),
    "version 9": wrong(made({ version: tlv(0xa0, "020108") })),
    "a length not in its shortest form": wrong(made({}, { wrap: longForm })),
    "an indefinite length": wrong(made({}, { wrap: indefinite })),
    "serial number 0": wrong(made({ serial: tlv(0x02, "00") })),
    "a serial number of 60 octets": wrong(made({ serial: tlv(0x02, "01".repeat(60)) })),
    "an empty name": wrong(made({ name: sequence() })),
    "an extension twice": wrong(made(extended(basic))),
    "an unknown critical extension": wrong(made(extended(extension("63", Buffer.from("0500", "hex"))))),
    "a name constraint": wrong(made(extended(extension("1e", sequence(tlv(0xa0, sequence("8201" + "78"))))))),
  };
}
