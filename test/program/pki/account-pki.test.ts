import assert from "node:assert/strict";
import { AccountPki, type AccountPkiArgs } from "@metrics-link/pki";
import { selfSigned } from "../../support/openssl.ts";
import { insideSecret, ofType, type Registration, record } from "../support/recording.ts";

const pki: AccountPkiArgs["pki"] = {
  organization: "Account A Metrics",
  dnsName: "metrics-sender.account-a.internal",
  lifetimes: { rootYears: 10, intermediateYears: 5, leafDays: 30 },
  generations: { root: 1, intermediate: 2, leaf: 3 },
};
const locallySigned = "tls:index/locallySignedCert:LocallySignedCert";

describe("the PKI of an account", () => {
  const root = selfSigned("root");
  const answers = {
    "tls:index/privateKey:PrivateKey": ({ name }: Registration) => ({
      privateKeyPem: `${name} in SEC 1`,
      privateKeyPemPkcs8: `${name} in PKCS 8`,
    }),
    "tls:index/selfSignedCert:SelfSignedCert": () => ({ certPem: root.pem }),
    [locallySigned]: ({ name }: Registration) => ({ certPem: `${name} in PEM\n` }),
  };
  async function build(usage: AccountPkiArgs["usage"]) {
    let published: unknown;
    const registrations = await record(() => {
      const built = new AccountPki("sender", { pki, usage });
      built.rootFingerprints.apply((fingerprints) => {
        published = fingerprints;
      });
    }, answers);
    const [intermediate, leaf] = ["intermediate", "leaf"].map((tier) =>
      ofType(registrations, locallySigned, 2).find(({ name }) => name.includes(tier)),
    );
    return { registrations, published, intermediate: intermediate?.inputs, leaf: leaf?.inputs };
  }

  it("makes every key on P-256, never on the provider's default curve", async () => {
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

  it("allows one authority below the root and none below that, and neither renews by itself", async () => {
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

  it("issues a leaf for one side only, for 30 days, renewed in the last ten", async () => {
    for (const usage of ["client", "server"] as const) {
      const { leaf } = await build(usage);
      assert.deepEqual(leaf.allowedUses, ["digital_signature", `${usage}_auth`]);
      assert.deepEqual([leaf.validityPeriodHours, leaf.earlyRenewalHours], [720, 240]);
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
});
