import assert from "node:assert/strict";
import { NotCertificatesError } from "@metrics-link/contract";
import {
  type Authority,
  readAuthority,
  signedProblems,
  signerProblems,
} from "@metrics-link/pki/ceremony/certificate.ts";
import { readRequest, requestProblems } from "@metrics-link/pki/ceremony/request.ts";
import { authority, newKey, request } from "./support.ts";

const organization = "Account A Metrics";
const subject = `/O=${organization}/CN=${organization} Intermediate CA G2`;
const expected = { organization, generation: 2, otherKeys: [] as string[] };

describe("a certificate request in a ceremony", () => {
  const problems = async (pem: string, change: Partial<typeof expected> = {}) =>
    requestProblems(await readRequest(pem), { ...expected, ...change }).map(({ key }) => key);

  it("is signed if it comes from this account, has a P-256 key and requests only its name", async () => {
    assert.deepEqual(await problems(request(subject)), []);
  });

  it("is refused if its account or generation is wrong", async () => {
    const foreign = "/O=Account B Metrics/CN=Account B Metrics Intermediate CA G2";
    assert.deepEqual(await problems(request(foreign)), ["its organization", "its common name"]);
    assert.deepEqual(await problems(request(subject), { generation: 3 }), ["its common name"]);
  });

  it("is refused if it has another attribute, an extension or another kind of key", async () => {
    assert.deepEqual(await problems(request(`${subject}/OU=more`)), ["its subject"]);
    const extension = ["-addext", "subjectAltName=DNS:metrics-ingest.account-b.internal"];
    assert.deepEqual(await problems(request(subject, newKey(), ...extension)), ["its extensions"]);
    assert.deepEqual(await problems(request(subject, newKey("P-384"))), ["its key"]);
  });

  it("is refused if another authority already has its key", async () => {
    const key = newKey();
    const root = authority({ commonName: "Account A Metrics Root CA G1", key });
    const { publicKey } = readAuthority(root.pem);
    assert.deepEqual(await problems(request(subject, key), { otherKeys: [publicKey] }), ["its key"]);
  });

  it("is refused if it was changed in transit or is not a request", async () => {
    const pem = request(subject);
    const der = Buffer.from(pem.replaceAll(/-----.*-----|\s/g, ""), "base64");
    der[der.length - 1] = (der.at(-1) ?? 0) ^ 1;
    const changed = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString("base64")}\n-----END CERTIFICATE REQUEST-----\n`;
    assert.deepEqual(await problems(changed), ["its signature"]);
    await assert.rejects(readRequest("nothing"), {
      code: "CEREMONY_INVALID",
      message: /not a PEM certificate request/,
    });
  });
});

describe("a root in a ceremony", () => {
  const root = authority({ commonName: "Account A Metrics Root CA G1" });
  const read: Authority = readAuthority(root.pem);
  const years = (count: number) => Date.now() + 60_000 + count * 365 * 86_400_000;

  it("must be a file with exactly one certificate and no other text", () => {
    const hidden = root.pem.replaceAll("CERTIFICATE", "X509 CERTIFICATE");
    for (const text of [hidden + root.pem, root.pem + hidden, root.pem + root.pem, `a comment\n${root.pem}`, ""]) {
      assert.throws(() => readAuthority(text), NotCertificatesError);
    }
  });

  it("signs only within its own validity, and otherwise says why not", () => {
    const told = (now: number, end: number) => signerProblems(read, years(now), years(end)).map(({ remedy }) => remedy);
    assert.deepEqual(told(1, 6), []);
    assert.match(told(11, 16)[0] ?? "", /a valid root/);
    assert.match(told(-1, 4)[0] ?? "", /a correct clock/);
    assert.match(told(8, 13)[0] ?? "", /a shorter lifetime/);
  });

  it("has its signed certificate checked for key, issuer and authority", () => {
    const good = authority({ commonName: "Account A Metrics Intermediate CA G1", issuer: root, days: 1500 });
    const { publicKey } = readAuthority(good.pem);
    const keys = (pem: string, key = publicKey) => signedProblems(readAuthority(pem), read, key).map(({ key }) => key);
    assert.deepEqual(keys(good.pem), []);
    assert.deepEqual(keys(good.pem, read.publicKey), ["its key"]);
    const own = authority({ commonName: "Account A Metrics Intermediate CA G1", key: good.key, days: 1500 });
    assert.deepEqual(keys(own.pem), ["its signature"]);
    const leaf = authority({ commonName: "x", issuer: root, key: good.key, isAuthority: false, days: 1500 });
    assert.deepEqual(keys(leaf.pem), ["its basic constraints"]);
  });
});
