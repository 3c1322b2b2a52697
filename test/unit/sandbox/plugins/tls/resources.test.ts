import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { WireStruct } from "@metrics-link/sandbox/plugins/rpc/values.ts";
import { definition } from "@metrics-link/sandbox/plugins/tls/definition.ts";
import { openssl } from "../../../../support/openssl.ts";
import { ProviderClient, SECRET, type Status, secret, UNKNOWN_ON_THE_WIRE } from "../support/provider-client.ts";

const [KEY, REQUEST, SELF, LOCAL] = [
  "tls:index/privateKey:PrivateKey",
  "tls:index/certRequest:CertRequest",
  "tls:index/selfSignedCert:SelfSignedCert",
  "tls:index/locallySignedCert:LocallySignedCert",
];

describe("the tls provider", () => {
  const provider = new ProviderClient(definition as never);
  let directory: string;
  before(async () => {
    directory = mkdtempSync(join(tmpdir(), "certificates-"));
    await provider.configure();
  });
  after(() => rmSync(directory, { recursive: true }));

  /** What an update does with a new resource: check, then create with what the check returned. */
  async function make(type: string, given: WireStruct): Promise<{ id: string; state: WireStruct }> {
    const { inputs, failures } = await provider.check(type, given);
    assert.deepEqual(failures, []);
    return provider.create(type, inputs);
  }
  const refused = async (type: string, given: WireStruct) => (await provider.check(type, given)).failures;
  const fails = (call: Promise<unknown>, details: RegExp) =>
    assert.rejects(call, (status: Status) => details.test(status.details));

  async function key(algorithm = "ECDSA", ecdsaCurve = "P256"): Promise<WireStruct[string]> {
    const { state } = await make(KEY, algorithm === "ECDSA" ? { algorithm, ecdsaCurve } : { algorithm });
    return state.privateKeyPem ?? null;
  }
  async function selfSigned(rest: WireStruct, privateKeyPem?: WireStruct[string]) {
    const defaults = { subject: { commonName: "root" }, allowedUses: ["cert_signing"], validityPeriodHours: 24 };
    return make(SELF, { ...defaults, privateKeyPem: privateKeyPem ?? (await key()), ...rest });
  }
  async function signedBy(caCertPem: WireStruct[string], caPrivateKeyPem: WireStruct[string], rest: WireStruct) {
    const { request, ...others } = rest as { request?: WireStruct };
    const own = await key();
    const { state } = await make(REQUEST, { subject: { commonName: "leaf" }, ...request, privateKeyPem: own });
    const defaults = { allowedUses: ["digital_signature", "client_auth"], validityPeriodHours: 24 };
    const certRequestPem = state.certRequestPem ?? null;
    return make(LOCAL, { ...defaults, caCertPem, caPrivateKeyPem, certRequestPem, ...others });
  }
  function file(name: string, pem: unknown): string {
    const path = join(directory, name);
    writeFileSync(path, String(pem));
    return path;
  }
  const text = (pem: unknown) => openssl("x509", "-in", file("shown.pem", pem), "-noout", "-text");
  const identifier = (shown: string, name: string) =>
    new RegExp(`${name}: \n\\s+(?:keyid:)?([0-9A-F:]+)`).exec(shown)?.[1];

  it("refuses the default curve, and says what to set", async () => {
    assert.match((await refused(KEY, { algorithm: "ECDSA" }))[0]?.reason ?? "", /default, P224.*say "P256"/);
    assert.equal((await refused(KEY, { algorithm: "ECDSA", ecdsaCurve: "P224" }))[0]?.property, "ecdsaCurve");
    assert.match((await refused(KEY, { algorithm: "DSA" }))[0]?.reason ?? "", /"RSA", "ECDSA", "ED25519"/);
  });

  it("keeps every form of a private key secret", async () => {
    const { state } = await make(KEY, { algorithm: "ED25519" });
    for (const output of ["privateKeyPem", "privateKeyPemPkcs8", "privateKeyOpenssh"]) {
      assert.ok(SECRET in (state[output] as object), output);
    }
    assert.equal(state.ecdsaCurve, "P224"); // As the official provider fills it in, also where it means nothing.
    assert.equal(state.rsaBits, 2048);
  });

  it("creates a chain that OpenSSL verifies strictly", async () => {
    const rootKey = await key();
    const uses = ["cert_signing", "crl_signing"];
    const root = await selfSigned({ isCaCertificate: true, maxPathLength: 1, allowedUses: uses }, rootKey);
    const middleKey = await key("ECDSA", "P384");
    const { state: request } = await make(REQUEST, { subject: { commonName: "middle" }, privateKeyPem: middleKey });
    const middle = await make(LOCAL, {
      certRequestPem: request.certRequestPem ?? null,
      caCertPem: root.state.certPem ?? null,
      caPrivateKeyPem: rootKey,
      isCaCertificate: true,
      allowedUses: uses,
      validityPeriodHours: 24,
    });
    const names = { dnsNames: ["a.example.org"], ipAddresses: ["192.0.2.1", "2001:db8::1"], uris: ["spiffe://a/b"] };
    const leaf = await signedBy(middle.state.certPem ?? null, middleKey, { request: names, setSubjectKeyId: true });
    const verified = openssl(
      ...["verify", "-x509_strict", "-purpose", "sslclient", "-CAfile", file("root.pem", root.state.certPem)],
      ...["-untrusted", file("middle.pem", middle.state.certPem), file("leaf.pem", leaf.state.certPem)],
    );
    assert.match(verified, /leaf\.pem: OK/);
    const shown = text(leaf.state.certPem);
    const alternative = "DNS:a.example.org, IP Address:192.0.2.1, IP Address:2001:DB8:0:0:0:0:0:1, URI:spiffe://a/b";
    assert.ok(shown.includes(alternative), shown);
    assert.match(shown, /Signature Algorithm: ecdsa-with-SHA384/);
    assert.match(shown, /Key Usage: critical\n\s+Digital Signature\n/);
    assert.match(shown, /Extended Key Usage: \n\s+TLS Web Client Authentication\n/);
    assert.match(shown, /Basic Constraints: critical\n\s+CA:FALSE\n/);
    const authority = identifier(shown, "X509v3 Authority Key Identifier");
    assert.equal(authority, identifier(text(middle.state.certPem), "X509v3 Subject Key Identifier"));
    assert.equal(
      leaf.id,
      BigInt(
        `0x${openssl("x509", "-in", file("leaf.pem", leaf.state.certPem), "-noout", "-serial").trim().slice(7)}`,
      ).toString(),
    );
  });

  for (const [algorithm, signature] of [
    ["RSA", "sha256WithRSAEncryption"],
    ["ED25519", "ED25519"],
  ] as const) {
    it(`also signs with ${algorithm}`, async () => {
      const root = await selfSigned({ isCaCertificate: true, setSubjectKeyId: true }, await key(algorithm));
      assert.match(text(root.state.certPem), new RegExp(`Signature Algorithm: ${signature}`));
      const path = file("root.pem", root.state.certPem);
      assert.match(openssl("verify", "-CAfile", path, path), /OK/);
      assert.equal(root.state.keyAlgorithm, algorithm);
    });
  }

  it("writes no path length for 0, like the official provider", async () => {
    const shown = async (rest: WireStruct) =>
      text((await selfSigned({ isCaCertificate: true, ...rest })).state.certPem);
    assert.match(await shown({ maxPathLength: 0 }), /CA:TRUE\n/);
    assert.match(await shown({ maxPathLength: -1 }), /CA:TRUE\n/);
    assert.match(await shown({ maxPathLength: 2 }), /CA:TRUE, pathlen:2\n/);
    await fails(selfSigned({ maxPathLength: 1 }), /needs isCaCertificate/);
  });

  it("writes key identifiers for authorities, and for others on request", async () => {
    const plain = text((await selfSigned({})).state.certPem);
    assert.ok(!plain.includes("Key Identifier"));
    const both = text((await selfSigned({ setSubjectKeyId: true, setAuthorityKeyId: true })).state.certPem);
    const own = identifier(both, "X509v3 Subject Key Identifier");
    assert.ok(own !== undefined && own === identifier(both, "X509v3 Authority Key Identifier"));
    await fails(selfSigned({ setAuthorityKeyId: true }), /needs a subject key id/);
  });

  it("requires a subject for an authority, and marks names critical if there is no subject", async () => {
    await fails(selfSigned({ isCaCertificate: true, subject: {} }), /needs a subject/);
    const shown = text((await selfSigned({ subject: {}, dnsNames: ["a.example.org"] })).state.certPem);
    assert.match(shown, /Alternative Name: critical/);
  });

  it("writes subjects in Go's order, and drops the e-mail address of a request as Go does", async () => {
    const subject = {
      commonName: "n",
      country: "DE",
      organization: "Örg",
      organizationalUnit: "ou",
      locality: "l",
      province: "p",
      streetAddresses: ["s1", "s2"],
      postalCode: "1",
      serialNumber: "7",
      emailAddress: "a@example.org",
    };
    const rootKey = await key();
    const root = await selfSigned({ isCaCertificate: true, subject }, rootKey);
    const subjectOf = (pem: unknown) =>
      openssl("x509", "-in", file("s.pem", pem), "-noout", "-subject", "-nameopt", "RFC2253,-esc_msb,utf8").trim();
    const order = "serialNumber=7,CN=n,OU=ou,O=Örg,postalCode=1,street=s2+street=s1,L=l,ST=p,C=DE";
    assert.equal(subjectOf(root.state.certPem), `subject=emailAddress=a@example.org,${order}`);
    const leaf = await signedBy(root.state.certPem ?? null, rootKey, { request: { subject } });
    assert.equal(subjectOf(leaf.state.certPem), `subject=${order}`);
    assert.match(
      openssl("verify", "-CAfile", file("root.pem", root.state.certPem), file("leaf.pem", leaf.state.certPem)),
      /OK/,
    );
  });

  it("writes times with nanoseconds, in the zone of the machine", async () => {
    const zone = process.env.TZ;
    try {
      process.env.TZ = "Asia/Kolkata";
      const { state } = await selfSigned({ validityPeriodHours: 24 });
      const [start, end] = [String(state.validityStartTime), String(state.validityEndTime)];
      for (const time of [start, end]) assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{4,9}\+05:30$/);
      assert.equal(Date.parse(end) - Date.parse(start), 24 * 3_600_000);
      const [, notBefore = ""] = /Not Before: (.*)/.exec(text(state.certPem)) ?? [];
      assert.equal(Math.floor(Date.parse(start) / 1000), Date.parse(notBefore) / 1000);
      process.env.TZ = "UTC";
      assert.match(String((await selfSigned({})).state.validityEndTime), /\.\d{4,9}Z$/);
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
  });

  it("accepts uses only in snake case", async () => {
    const given = { privateKeyPem: "k", validityPeriodHours: 1, allowedUses: ["clientAuth"] };
    const [failure] = await refused(SELF, given);
    assert.equal(failure?.property, "allowedUses[0]");
    assert.match(failure?.reason ?? "", /"client_auth"/);
  });

  it("refuses an authority's key that does not match its certificate", async () => {
    const root = await selfSigned({ isCaCertificate: true });
    await fails(signedBy(root.state.certPem ?? null, await key(), {}), /not the key of the certificate/);
    await fails(signedBy("no certificate", await key(), {}), /caCertPem is not a certificate in PEM/);
  });

  it("replaces a certificate for every change except of its early renewal", async () => {
    const olds = {
      allowedUses: ["client_auth"],
      validityPeriodHours: 24,
      earlyRenewalHours: 1,
      caCertPem: "c",
      caPrivateKeyPem: secret("k"),
      certRequestPem: "r",
      isCaCertificate: false,
      setSubjectKeyId: false,
    };
    const end = new Date(Date.now() + 12 * 3_600_000).toISOString();
    const state = {
      ...olds,
      certPem: "pem",
      validityStartTime: end,
      validityEndTime: end,
      readyForRenewal: false,
      caKeyAlgorithm: "ECDSA",
    };
    const replaces = async (change: WireStruct) =>
      (await provider.diff(LOCAL, olds, { ...olds, ...change }, state)).replaces;
    assert.deepEqual(await replaces({ caCertPem: UNKNOWN_ON_THE_WIRE }), ["caCertPem"]);
    assert.deepEqual(await replaces({ allowedUses: ["server_auth"] }), ["allowedUses"]);
    assert.deepEqual(await replaces({ validityPeriodHours: 25 }), ["validityPeriodHours"]);
    assert.deepEqual(await replaces({ earlyRenewalHours: 2 }), []);
    const renewed = await provider.update(LOCAL, olds, state, { ...olds, earlyRenewalHours: 2 });
    assert.deepEqual(renewed, { ...state, earlyRenewalHours: 2 });
  });

  it("replaces a certificate that is due for early renewal, and says so on refresh", async () => {
    const { state } = await selfSigned({ earlyRenewalHours: 12 });
    assert.equal(state.readyForRenewal, false);
    const { inputs } = await provider.check(SELF, { ...pick(state), privateKeyPem: state.privateKeyPem ?? null });
    assert.deepEqual((await provider.diff(SELF, inputs, inputs, state)).replaces, []);
    const late = { ...state, validityEndTime: new Date(Date.now() + 11 * 3_600_000).toISOString() };
    assert.deepEqual((await provider.diff(SELF, inputs, inputs, late)).replaces, ["readyForRenewal"]);
    assert.equal((await provider.read(SELF, inputs, late)).state.readyForRenewal, true);
    assert.equal((await selfSigned({ earlyRenewalHours: 24 })).state.readyForRenewal, true);
  });

  it("returns a key's public half", async () => {
    const { state, id } = await make(KEY, { algorithm: "ED25519" });
    const { result } = await provider.invoke("tls:index/getPublicKey:getPublicKey", {
      privateKeyPem: state.privateKeyPem ?? null,
    });
    assert.equal(result.publicKeyPem, state.publicKeyPem);
    assert.equal(result.id, id);
    await fails(provider.invoke("tls:index/getCertificate:getCertificate", {}), /not modelled/);
  });
});

function pick({ allowedUses, validityPeriodHours, earlyRenewalHours, subject }: WireStruct): WireStruct {
  return {
    allowedUses: allowedUses ?? [],
    validityPeriodHours: validityPeriodHours ?? 0,
    earlyRenewalHours: earlyRenewalHours ?? 0,
    subject: subject ?? {},
  };
}
