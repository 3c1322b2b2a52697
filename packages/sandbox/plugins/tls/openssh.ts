/** Keys in the forms of OpenSSH: RFC 4253 public keys, and PROTOCOL.key private keys without a passphrase. */
import { createPublicKey, type KeyObject, randomBytes, type webcrypto } from "node:crypto";

const BLOCK_BYTES = 8;
const PEM_COLUMNS = 64;

export function openSshPublicKey(key: KeyObject): { name: string; blob: Buffer } {
  const jwk = createPublicKey(key).export({ format: "jwk" });
  const { name, parts } = publicParts(jwk);
  return { name, blob: Buffer.concat([text(name), ...parts]) };
}

export function openSshPrivateKey(key: KeyObject): string {
  const { name, blob } = openSshPublicKey(key);
  const jwk = key.export({ format: "jwk" });
  const check = randomBytes(4);
  const comment = text("");
  const body = Buffer.concat([check, check, text(name), ...privateParts(jwk), comment]);
  const padding = Buffer.from(
    Array.from({ length: (BLOCK_BYTES - (body.length % BLOCK_BYTES)) % BLOCK_BYTES }, (_, i) => i + 1),
  );
  const cipher = [text("none"), text("none"), text("")];
  const keys = Buffer.from([0, 0, 0, 1]);
  const document = [
    Buffer.from("openssh-key-v1\0"),
    ...cipher,
    keys,
    bytes(blob),
    bytes(Buffer.concat([body, padding])),
  ];
  const lines =
    Buffer.concat(document)
      .toString("base64")
      .match(new RegExp(`.{1,${PEM_COLUMNS}}`, "g")) ?? [];
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.join("\n")}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

function publicParts(jwk: webcrypto.JsonWebKey): { name: string; parts: Buffer[] } {
  if (jwk.kty === "RSA") return { name: "ssh-rsa", parts: [integer(jwk.e), integer(jwk.n)] };
  if (jwk.kty === "OKP") return { name: "ssh-ed25519", parts: [bytes(raw(jwk.x))] };
  const curve = `nistp${jwk.crv?.slice(2)}`;
  return { name: `ecdsa-sha2-${curve}`, parts: [text(curve), bytes(point(jwk))] };
}

function privateParts(jwk: webcrypto.JsonWebKey): Buffer[] {
  if (jwk.kty === "RSA") return [jwk.n, jwk.e, jwk.d, jwk.qi, jwk.p, jwk.q].map(integer);
  if (jwk.kty === "OKP") return [bytes(raw(jwk.x)), bytes(Buffer.concat([raw(jwk.d), raw(jwk.x)]))];
  return [text(`nistp${jwk.crv?.slice(2)}`), bytes(point(jwk)), integer(jwk.d)];
}

/** An uncompressed point (SEC 1, 2.3.3). */
function point(jwk: webcrypto.JsonWebKey): Buffer {
  return Buffer.concat([Buffer.from([4]), raw(jwk.x), raw(jwk.y)]);
}

function raw(base64url: string | undefined): Buffer {
  return Buffer.from(base64url ?? "", "base64url");
}

/** A string of RFC 4251: length and bytes. */
function bytes(content: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([length, content]);
}

function text(content: string): Buffer {
  return bytes(Buffer.from(content));
}

/** An mpint of RFC 4251: no leading zeros, but one where the first bit would make it negative. */
function integer(base64url: string | undefined): Buffer {
  const number = raw(base64url);
  const first = number.findIndex((byte) => byte !== 0);
  const significant = first === -1 ? Buffer.alloc(0) : number.subarray(first);
  return bytes((significant[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), significant]) : significant);
}
