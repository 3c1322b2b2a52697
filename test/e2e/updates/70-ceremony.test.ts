import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash, createPrivateKey, createPublicKey, X509Certificate } from "node:crypto";
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { artifactNames, certificatesOf } from "@metrics-link/contract";
import { artifactsOf, mediumOf } from "@metrics-link/sandbox/cli/ceremony.ts";
import { type Role, roles } from "@metrics-link/sandbox/cli/stack-files.ts";
import { pkiOf } from "@metrics-link/sandbox/testing/identities.ts";
import { openssl } from "../../support/openssl.ts";
import { atTheRoot, begin, run, withoutNetwork } from "../support/commands.ts";
import { on, pulumi, sandbox } from "../support/sandbox.ts";
import { needs, world } from "../support/world.ts";

describe("offline roots", function () {
  needs(world.link);
  this.timeout(1_200_000);
  const artifact = (role: Role, name: string) => artifactsOf(sandbox, role, name);
  const roots = () =>
    roles.flatMap((role) =>
      readdirSync(artifactsOf(sandbox, role))
        .filter((name) => /^root-g\d+\.pem$/.test(name))
        .map((name) => new X509Certificate(readFileSync(artifact(role, name)))),
    );

  it("have no key in any stack's decrypted state", async () => {
    const publicKeys = roots().map(({ publicKey }) => publicKey);
    assert.ok(publicKeys.length >= roles.length);
    for (const role of roles) {
      const { stdout } = await pulumi().must(["stack", "export", "-s", role, "--show-secrets"]);
      const found =
        stdout
          .replaceAll(/\\+n/g, "\n")
          .match(/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g) ?? [];
      // Without the keys of intermediate and leaf, nothing would have been searched.
      assert.ok(found.length >= 4, `${found.length} keys in the state of ${role}`);
      const keys = found.filter((pem) => !pem.includes("OPENSSH")).map((pem) => createPublicKey(createPrivateKey(pem)));
      assert.equal(keys.filter((key) => publicKeys.some((root) => root.equals(key))).length, 0);
      const { generations } = await pkiOf(sandbox, role);
      const intermediate = new X509Certificate(
        readFileSync(artifact(role, artifactNames.intermediate(generations.intermediate))),
      );
      assert.ok(keys.some((key) => intermediate.publicKey.equals(key)));
    }
  });

  it("issue chains that OpenSSL verifies strictly, for one side of a handshake only", async () => {
    for (const [role, purpose, other] of [
      ["sender", "sslclient", "sslserver"],
      ["receiver", "sslserver", "sslclient"],
    ] as const) {
      const chain = await on(role, "cat", "/opt/metrics-link/current/tls/certificate-chain.pem");
      const [leaf = "", intermediate = ""] = certificatesOf(chain);
      const file = (name: string, pem: string) => {
        const path = join(sandbox.layout.directory, name);
        writeFileSync(path, pem);
        return path;
      };
      const ownRoots = file("check-roots.pem", await on(role, "cat", "/opt/metrics-link/current/tls/own-root.pem"));
      const words = ["-x509_strict", "-CAfile", ownRoots, "-untrusted", file("check-intermediate.pem", intermediate)];
      const path = file("check-leaf.pem", leaf);
      assert.match(openssl("verify", "-purpose", purpose, ...words, path), /: OK/);
      assert.throws(() => openssl("verify", "-purpose", other, ...words, path));
    }
  });

  it("issue exactly the certificate profiles of docs/pki.md, in printable strings", async () => {
    for (const [role, use] of [
      ["sender", "TLS Web Client Authentication"],
      ["receiver", "TLS Web Server Authentication"],
    ] as const) {
      const files = ["certificate-chain.pem", "own-root.pem"].map((name) => `/opt/metrics-link/current/tls/${name}`);
      const [leaf = "", intermediate = "", root = ""] = certificatesOf(await on(role, "cat", ...files));
      const authority = { keyUsage: "critical Certificate Sign, CRL Sign", extendedKeyUsage: undefined };
      assert.deepEqual(profile(root), { ...authority, constraints: "critical CA:TRUE, pathlen:1", identifiers: "S" });
      assert.deepEqual(profile(intermediate), { ...authority, constraints: "critical CA:TRUE", identifiers: "SA" });
      assert.deepEqual(profile(leaf), {
        keyUsage: "critical Digital Signature",
        extendedKeyUsage: use,
        constraints: "critical CA:FALSE",
        identifiers: "SA",
      });
    }
  });

  it("are created and sign on a machine without a network, and describe what they sign", async () => {
    const words = ["init", "--stack", "sender", "--generation", "2", ...atTheRoot()];
    const { code, printed } = await begin("ceremony", words, withoutNetwork).ended;
    assert.equal(code, 0, printed);
    const root = new X509Certificate(readFileSync(artifact("sender", artifactNames.root(2))));
    assert.ok(printed.includes(root.fingerprint256) && printed.includes("Account A Metrics Root CA G2"), printed);
    const again = await run("ceremony", ...words);
    assert.equal(again.code, 0, again.printed);
    assert.ok(again.printed.includes(root.fingerprint256), "a second call makes no second root");
  });

  it("sign no other account's request, and leave the medium unchanged", async () => {
    const { folder } = mediumOf(sandbox);
    const medium = () => {
      const hash = createHash("sha256");
      for (const name of ["Pulumi.root.yaml", "state/.pulumi/stacks/metrics-link-root/root.json"]) {
        hash.update(readFileSync(join(folder, "sender", name)));
      }
      return hash.digest("hex");
    };
    const before = medium();
    const target = artifact("sender", artifactNames.request(99));
    copyFileSync(artifact("receiver", artifactNames.request(1)), target);
    try {
      const { code, printed } = await run(
        "ceremony",
        "sign",
        "--stack",
        "sender",
        "--generation",
        "99",
        ...atTheRoot(),
      );
      assert.equal(code, 1);
      assert.match(printed, /is not signed; nothing was changed[\s\S]*this is another account's request/);
      assert.equal(medium(), before);
    } finally {
      rmSync(target);
    }
  });

  it("do not open their medium for another passphrase", async () => {
    const wrong = join(sandbox.layout.directory, "wrong-passphrase");
    writeFileSync(wrong, "quite another passphrase");
    const medium = ["--medium", mediumOf(sandbox).folder, "--passphrase-file", wrong, "--yes"];
    const { code, printed } = await run("ceremony", "init", "--stack", "sender", "--generation", "999", ...medium);
    assert.equal(code, 1, printed);
    assert.ok(!existsSync(artifact("sender", artifactNames.root(999))));
    assert.match(printed, /incorrect passphrase/);
  });

  it("stop an update before anything changes if the signed intermediate has another key", async () => {
    const { generations } = await pkiOf(sandbox, "sender");
    const file = artifact("sender", artifactNames.intermediate(generations.intermediate));
    const valid = readFileSync(file, "utf8");
    writeFileSync(file, readFileSync(artifact("receiver", artifactNames.intermediate(1)), "utf8"));
    try {
      const { code, stdout, stderr } = await pulumi().run(["preview", "-s", "sender"]);
      assert.notEqual(code, 0);
      assert.match(
        stdout + stderr,
        /nothing was changed[\s\S]*the common name Account A Metrics Intermediate CA G\d[\s\S]*a certificate for the key in this stack/,
      );
    } finally {
      writeFileSync(file, valid);
    }
    await pulumi().must(["preview", "-s", "sender", "--expect-no-changes"]);
  });
});

/** What a certificate says of itself, as OpenSSL reads it; `identifiers` has S and A for those of subject and issuer. */
function profile(pem: string) {
  const read = (...words: string[]) => execFileSync("openssl", words, { encoding: "utf8", input: pem });
  const text = read("x509", "-noout", "-text");
  const value = (name: string) => {
    const found = new RegExp(`X509v3 ${name}: *(critical)?\\s*\\n\\s+(.*?)\\s*\\n`).exec(text);
    return found ? [found[1], found[2]].filter(Boolean).join(" ") : undefined;
  };
  assert.match(text, /Signature Algorithm: ecdsa-with-SHA256[\s\S]*NIST CURVE: P-256/);
  const serial = text.match(/Serial Number:\s+([0-9a-f:]+)/)?.[1]?.split(":") ?? [];
  assert.ok(serial.length >= 14 && serial.length <= 20, `a serial number of ${serial.length} bytes`);
  const strings = [...read("asn1parse").matchAll(/prim: (\w+STRING) +:(?!\d)/g)].map(([, type]) => type);
  assert.ok(strings.length >= 4 && strings.every((type) => type === "PRINTABLESTRING"), strings.join());
  return {
    keyUsage: value("Key Usage"),
    extendedKeyUsage: value("Extended Key Usage"),
    constraints: value("Basic Constraints"),
    identifiers: `${value("Subject Key Identifier") ? "S" : ""}${value("Authority Key Identifier") ? "A" : ""}`,
  };
}
