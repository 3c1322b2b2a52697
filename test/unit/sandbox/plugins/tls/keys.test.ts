import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Algorithm,
  type Curve,
  generatePrivateKey,
  parsePrivateKey,
  privateKeyOutputs,
} from "@metrics-link/sandbox/plugins/tls/keys.ts";
import { openssl } from "../../../../support/openssl.ts";

const kinds: [algorithm: Algorithm, curve: Curve, heading: string][] = [
  ["ECDSA", "P256", "EC PRIVATE KEY"],
  ["ECDSA", "P384", "EC PRIVATE KEY"],
  ["ECDSA", "P521", "EC PRIVATE KEY"],
  ["RSA", "P256", "RSA PRIVATE KEY"],
  ["ED25519", "P256", "PRIVATE KEY"],
];

describe("private keys", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "keys-"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));
  const file = (content: string) => {
    const path = join(directory, "key");
    writeFileSync(path, content);
    chmodSync(path, 0o600);
    return path;
  };
  const sshKeygen = (...words: string[]) => execFileSync("ssh-keygen", words, { encoding: "utf8" }).trim();

  for (const [algorithm, curve, heading] of kinds) {
    it(`of ${algorithm} ${algorithm === "ECDSA" ? curve : ""} are readable by OpenSSL and OpenSSH`, async () => {
      const key = await generatePrivateKey(algorithm, curve, 2048);
      const outputs = privateKeyOutputs(key);
      assert.match(outputs.privateKeyPem, new RegExp(`^-----BEGIN ${heading}-----\n`));
      assert.match(outputs.privateKeyPemPkcs8, /^-----BEGIN PRIVATE KEY-----\n/);
      const publicOf = (pem: string) => openssl("pkey", "-in", file(pem), "-pubout");
      assert.equal(publicOf(outputs.privateKeyPem), outputs.publicKeyPem);
      assert.equal(publicOf(outputs.privateKeyPemPkcs8), outputs.publicKeyPem);
      const fromPrivate = sshKeygen("-y", "-f", file(outputs.privateKeyOpenssh)).trim();
      assert.equal(`${fromPrivate}\n`, outputs.publicKeyOpenssh);
      const publicFile = file(outputs.publicKeyOpenssh);
      assert.equal(sshKeygen("-l", "-f", publicFile).split(" ")[1], outputs.publicKeyFingerprintSha256);
      const md5 = sshKeygen("-l", "-E", "md5", "-f", publicFile).split(" ")[1];
      assert.equal(md5, `MD5:${outputs.publicKeyFingerprintMd5}`);
      assert.equal(parsePrivateKey(outputs.privateKeyPem, "privateKeyPem").algorithm, algorithm);
    });
  }

  it("are refused, and not shown, if unreadable", () => {
    assert.throws(
      () => parsePrivateKey("hunter2", "caPrivateKeyPem"),
      (error: Error) => {
        return error.message.startsWith("caPrivateKeyPem is not") && !error.message.includes("hunter2");
      },
    );
  });

  it("are refused, with the reason, on a curve that cannot sign here", () => {
    const pem = openssl("ecparam", "-name", "secp224r1", "-genkey", "-noout");
    assert.throws(() => parsePrivateKey(pem, "privateKeyPem"), /privateKeyPem.*secp224r1.*P256, P384 and P521/);
  });
});
