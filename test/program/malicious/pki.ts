import { add, edit, set } from "../policy/support/mutate.ts";
import { type Malicious, release, text } from "./table.ts";

const certificate = "tls:index/locallySignedCert:LocallySignedCert";
const request = "tls:index/certRequest:CertRequest";
const key = "tls:index/privateKey:PrivateKey";

/** Changes of keys, certificates and trust. */
export const pki: readonly Malicious[] = [
  [
    "receiver",
    "a second root is in a block that Node does not read",
    "receiver-release",
    /tls\/roots\/account-a\.pem.*X509 CERTIFICATE/s,
    (it) => text(it, /^tls\/roots\//, (pem) => `${pem}${pem.replaceAll(" CERTIFICATE", " X509 CERTIFICATE")}`),
  ],
  [
    "receiver",
    "a second root is in a block BEGIN TRUSTED CERTIFICATE",
    "receiver-release",
    /tls\/roots\/account-a\.pem.*TRUSTED CERTIFICATE/s,
    (it) => text(it, /^tls\/roots\//, (pem) => `${pem}${pem.replaceAll(" CERTIFICATE", " TRUSTED CERTIFICATE")}`),
  ],
  [
    "receiver",
    "the check of the trust bundle accepts one more root",
    "receiver-release",
    /checks.*fingerprints.*00:00/s,
    (it) =>
      release(it, ({ checks }) => {
        for (const check of checks)
          if (check.kind === "trustBundle") check.fingerprints.push("00:".repeat(31).concat("00"));
      }),
  ],
  [
    "receiver",
    "the leaf may sign",
    "receiver-leaf-g1-certificate",
    /isCaCertificate/,
    set(certificate, { isCaCertificate: true }, "receiver-leaf-g1-certificate"),
  ],
  [
    "receiver",
    "the leaf is also valid for clients",
    "receiver-leaf-g1-certificate",
    /allowedUses.*client_auth/s,
    edit(
      certificate,
      (props) => {
        props.allowedUses.push("client_auth");
      },
      "receiver-leaf-g1-certificate",
    ),
  ],
  [
    "receiver",
    "the leaf is valid for ten years",
    "receiver-leaf-g1-certificate",
    /validityPeriodHours.*87600/s,
    set(certificate, { validityPeriodHours: 87_600 }, "receiver-leaf-g1-certificate"),
  ],
  [
    "receiver",
    "the leaf has one more name",
    "receiver-leaf-g1-request",
    /dnsNames.*evil/s,
    edit(
      request,
      (props) => {
        props.dnsNames = [...(props.dnsNames ?? []), "evil.example"];
      },
      "receiver-leaf-g1-request",
    ),
  ],
  [
    "receiver",
    "the leaf's key is weak",
    "receiver-leaf-g1-key",
    /algorithm.*RSA/s,
    set(key, { algorithm: "RSA", rsaBits: 1024 }, "receiver-leaf-g1-key"),
  ],
  [
    "receiver",
    "an output contains the intermediate's key",
    "metrics-link-test",
    /outputs.*note/,
    (it) => {
      const outputs = { note: "-----BEGIN PRIVATE KEY-----" };
      it.stackOutputs((all) => Object.assign(all, outputs));
      it.ask({
        ...{ call: "registerResourceOutputs", type: "pulumi:pulumi:Stack", fields: { outputs } },
        name: "urn:pulumi:test::metrics-link::pulumi:pulumi:Stack::metrics-link-test",
      });
    },
  ],
  [
    "receiver",
    "the leaf's key is no longer secret",
    "receiver-secret-version",
    /secretString.*in clear/s,
    set("aws:secretsmanager/secretVersion:SecretVersion", { secretString: "{}" }),
  ],
  [
    "receiver",
    "the secret has another value",
    "receiver-secret-version",
    /secretString.*another secret/s,
    edit("aws:secretsmanager/secretVersion:SecretVersion", (props) => {
      if (typeof props.secretString === "object") props.secretString.value = "{}";
    }),
  ],
  [
    "receiver",
    "the secret is replicated to another Region",
    "receiver-secret",
    /replicas.*us-east-1/s,
    set("aws:secretsmanager/secret:Secret", { replicas: [{ region: "us-east-1" }] }),
  ],
  [
    "receiver",
    "a second version of the secret is added",
    "added",
    /secretString/,
    add("aws:secretsmanager/secretVersion:SecretVersion", { secretId: "receiver-secret-id", secretString: "{}" }),
  ],
  [
    "receiver",
    "the leaf's chain is in another order",
    "receiver-release",
    /certificate-chain\.pem/,
    (it) =>
      text(it, /^tls\/certificate-chain\.pem$/, (pem) =>
        pem.replace(/(-----BEGIN[\s\S]*?-----END CERTIFICATE-----\n)([\s\S]*)/, "$2$1"),
      ),
  ],
  [
    "receiver",
    "every user of the host may read the private key",
    "receiver-release",
    /secrets.*mode.*0444/s,
    (it) =>
      release(it, ({ secrets }) => {
        secrets[0].mode = "0444";
      }),
  ],
];
