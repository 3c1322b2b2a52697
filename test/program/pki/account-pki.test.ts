import assert from "node:assert/strict";
import type { PkiOutput } from "@metrics-link/contract";
import { AccountPki, type AccountPkiArgs } from "@metrics-link/pki";
import { selfSigned } from "../../support/openssl.ts";
import { insideSecret, ofType, type Registration, record } from "../support/recording.ts";

const pki: AccountPkiArgs["pki"] = {
  organization: "Account A Metrics",
  dnsName: "metrics-sender.account-a.internal",
  root: "trial",
  lifetimes: { rootYears: 10, intermediateYears: 5, leafDays: 30 },
  generations: { root: 1, otherRoots: [], intermediate: 2, leaf: 3, identity: 1 },
};
const locallySigned = "tls:index/locallySignedCert:LocallySignedCert";

describe("the PKI of an account", () => {
  const root = selfSigned("root");
  const answers = {
    "tls:index/privateKey:PrivateKey": ({ name }: Registration) => ({
      privateKeyPem: `${name} in SEC 1`,
      privateKeyPemPkcs8: `${name} in PKCS 8`,
      publicKeyPem: `${name} public`,
    }),
    "tls:index/certRequest:CertRequest": ({ name }: Registration) => ({ certRequestPem: name }),
    "tls:index/selfSignedCert:SelfSignedCert": () => ({ certPem: root.pem }),
    // As the official provider writes times on a machine in Berlin.
    [locallySigned]: () => ({
      certPem: root.pem,
      validityStartTime: "2026-11-30T00:24:54.072565017+01:00",
      validityEndTime: "2026-12-30T00:24:54.072565017+01:00",
    }),
  };
  const now = Date.parse("2026-11-26T12:00:00Z");
  async function build(usage: AccountPkiArgs["usage"], more: Partial<AccountPkiArgs> = {}) {
    let published: unknown;
    let times: unknown;
    const registrations = await record(() => {
      const built = new AccountPki("sender", { stack: "o/p/sender", pki, usage, now, ...more });
      built.issued?.rootFingerprints.apply((fingerprints) => {
        published = fingerprints;
      });
      built.state.apply(({ leaf }) => {
        times = leaf && [leaf.notBefore, leaf.notAfter];
      });
    }, answers);
    const signed = registrations.filter(({ type }) => type === locallySigned);
    const [intermediate, leaf] = ["intermediate", "leaf"].map((tier) => signed.find(({ name }) => name.includes(tier)));
    return { registrations, published, times, intermediate: intermediate?.inputs, leaf: leaf?.inputs };
  }

  it("creates every key on P-256, never on the provider's default curve", async () => {
    const { registrations } = await build("client");
    for (const { inputs } of ofType(registrations, "tls:index/privateKey:PrivateKey", 3)) {
      assert.deepEqual([inputs.algorithm, inputs.ecdsaCurve], ["ECDSA", "P256"]);
    }
  });

  it("names each tier by its generation", async () => {
    const { registrations } = await build("client");
    const keys = ofType(registrations, "tls:index/privateKey:PrivateKey", 3).map(({ name }) => name);
    assert.deepEqual(keys.toSorted(), ["sender-intermediate-g2-key", "sender-leaf-g3-key", "sender-root-g1-key"]);
  });

  it("allows one authority below the root and none below that, and renews neither automatically", async () => {
    const { registrations, intermediate } = await build("client");
    const [certificate] = ofType(registrations, "tls:index/selfSignedCert:SelfSignedCert", 1);
    for (const [inputs, pathLength] of [
      [certificate?.inputs, 1],
      [intermediate, 0],
    ]) {
      assert.deepEqual([inputs.isCaCertificate, inputs.maxPathLength, inputs.earlyRenewalHours], [true, pathLength, 0]);
      assert.deepEqual(inputs.allowedUses, ["cert_signing", "crl_signing"]);
    }
  });

  it("issues a leaf for one side only, for 30 days, without the provider's renewal, which would keep the key", async () => {
    for (const usage of ["client", "server"] as const) {
      const { leaf } = await build(usage);
      assert.deepEqual(leaf.allowedUses, ["digital_signature", `${usage}_auth`]);
      assert.deepEqual([leaf.validityPeriodHours, leaf.earlyRenewalHours], [720, 0]);
      assert.notEqual(leaf.isCaCertificate, true);
    }
  });

  it("signs the leaf with the intermediate, the intermediate with the root, and keeps the keys secret", async () => {
    const { leaf, intermediate } = await build("client");
    assert.equal(insideSecret(leaf.caPrivateKeyPem), "sender-intermediate-g2-key in SEC 1");
    assert.equal(insideSecret(intermediate.caPrivateKeyPem), "sender-root-g1-key in SEC 1");
    assert.equal(intermediate.caCertPem, root.pem);
  });

  it("publishes the root's fingerprint as OpenSSL computes it", async () => {
    const { published } = await build("client");
    assert.deepEqual(published, [root.fingerprint]);
  });

  it("tells when its leaf is valid in UTC, whatever the machine's zone", async () => {
    const { times } = await build("client");
    assert.deepEqual(times, ["2026-11-29T23:24:54.072Z", "2026-12-29T23:24:54.072Z"]);
  });

  const keysOf = (registrations: readonly Registration[]) =>
    registrations
      .filter(({ type }) => type === "tls:index/privateKey:PrivateKey")
      .map(({ name }) => name)
      .toSorted();
  const inForce = (notAfter: string): PkiOutput => ({
    stack: "o/p/sender",
    root: "trial",
    generations: pki.generations,
    roots: {},
    intermediates: {},
    leaf: { generation: 3, renewal: 1, notBefore: "2026-11-01T00:00:00Z", notAfter, fingerprint: "" },
  });

  it("renews key and certificate together, only in the last third of the leaf's lifetime", async () => {
    const early = await build("client", { inForce: inForce("2027-12-01T00:00:00Z") });
    assert.ok(keysOf(early.registrations).includes("sender-leaf-g3-r1-key"));
    const due = await build("client", { inForce: inForce("2026-12-01T00:00:00Z") });
    assert.ok(keysOf(due.registrations).includes("sender-leaf-g3-r2-key"));
    const expired = await build("client", { inForce: inForce("2026-11-02T00:00:00Z") });
    assert.ok(keysOf(expired.registrations).includes("sender-leaf-g3-r2-key"));
  });

  it("makes a leaf for each further purpose, with its own key, name and side, and renews each by its own dates", async () => {
    const before = { ...inForce("2027-12-01T00:00:00Z") };
    const scrape = { generation: 3, renewal: 4, notBefore: "2026-11-01T00:00:00Z", fingerprint: "" };
    const furtherLeaves = { scrape: { ...scrape, notAfter: "2026-12-01T00:00:00Z" } };
    const { registrations } = await build("client", {
      purposes: ["scrape", "exporter"],
      inForce: { ...before, furtherLeaves },
      pki: { ...pki, generations: { ...pki.generations, identity: 2 } },
    });
    const further = keysOf(registrations).filter((name) => !/-(intermediate|root)-/.test(name));
    assert.deepEqual(further, ["sender-exporter-leaf-g3-key", "sender-leaf-g3-r1-key", "sender-scrape-leaf-g3-r5-key"]);
    const inputsOf = (name: string) => registrations.find((one) => one.name === name)?.inputs;
    assert.deepEqual(inputsOf("sender-scrape-leaf-g3-r5-request")?.dnsNames, [
      `e2.link-scrape.${pki.dnsName}`,
      `link-scrape.${pki.dnsName}`,
    ]);
    for (const [name, usage] of [
      ["sender-scrape-leaf-g3-r5-certificate", "client_auth"],
      ["sender-exporter-leaf-g3-certificate", "server_auth"],
    ] as const) {
      assert.deepEqual(inputsOf(name)?.allowedUses, ["digital_signature", usage]);
      assert.equal(insideSecret(inputsOf(name)?.caPrivateKeyPem), "sender-intermediate-g2-key in SEC 1");
    }
  });

  it("supports two roots, one of which signs, and names a leaf by its identity and the previous one", async () => {
    const generations = { ...pki.generations, root: 2, otherRoots: [1], identity: 3 };
    const { registrations, published, intermediate } = await build("client", { pki: { ...pki, generations } });
    assert.deepEqual(published, [root.fingerprint, root.fingerprint]);
    assert.equal(insideSecret(intermediate.caPrivateKeyPem), "sender-root-g2-key in SEC 1");
    const request = registrations.find(({ name }) => name === "sender-leaf-g3-request");
    assert.deepEqual(request?.inputs.dnsNames, [`e3.${pki.dnsName}`, `e2.${pki.dnsName}`]);
  });

  it("has no root key if the root is offline, and no leaf before the intermediate is signed", async () => {
    const offline = { ...pki, root: "offline" as const, artefacts: "x" };
    const roots = [{ generation: 1, pem: root.pem }];
    const waiting = await build("client", { pki: offline, offline: { roots: [], intermediatePem: undefined } });
    assert.deepEqual(keysOf(waiting.registrations), ["sender-intermediate-g2-key"]);
    const signed = await build("client", { pki: offline, offline: { roots, intermediatePem: root.pem } });
    assert.deepEqual(keysOf(signed.registrations), ["sender-intermediate-g2-key", "sender-leaf-g3-key"]);
    assert.deepEqual([signed.intermediate, signed.leaf.caCertPem], [undefined, root.pem]);
  });

  it("creates the next intermediate's key and request next to the current one", async () => {
    const generations = { ...pki.generations, nextIntermediate: 3 };
    const offline = { roots: [{ generation: 1, pem: root.pem }], intermediatePem: root.pem };
    const { registrations, leaf } = await build("client", { pki: { ...pki, root: "offline", generations }, offline });
    assert.ok(keysOf(registrations).includes("sender-intermediate-g3-key"));
    assert.equal(insideSecret(leaf.caPrivateKeyPem), "sender-intermediate-g2-key in SEC 1");
  });
});
