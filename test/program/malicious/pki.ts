import { add, edit, set } from "../policy/support/mutate.ts";
import { type Malicious, release, text } from "./table.ts";

const certificate = "tls:index/locallySignedCert:LocallySignedCert";
const request = "tls:index/certRequest:CertRequest";
const key = "tls:index/privateKey:PrivateKey";

/** Keys, certificates and what is trusted. */
export const pki: readonly Malicious[] = [
  [
    "receiver",
    "a second root in a block that Node does not see",
    "receiver-release",
    /tls\/roots\/account-a\.pem.*X509 CERTIFICATE/s,
    (it) => text(it, /^tls\/roots\//, (pem) => `${pem}${pem.replaceAll(" CERTIFICATE", " X509 CERTIFICATE")}`),
  ],
  [
    "receiver",
    "the same with BEGIN TRUSTED CERTIFICATE",
    "receiver-release",
    /tls\/roots\/account-a\.pem.*TRUSTED CERTIFICATE/s,
    (it) => text(it, /^tls\/roots\//, (pem) => `${pem}${pem.replaceAll(" CERTIFICATE", " TRUSTED CERTIFICATE")}`),
  ],
  [
    "receiver",
    "the check of the trust bundle accepts one root more",
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
    "the leaf lives ten years",
    "receiver-leaf-g1-certificate",
    /validityPeriodHours.*87600/s,
    set(certificate, { validityPeriodHours: 87_600 }, "receiver-leaf-g1-certificate"),
  ],
  [
    "receiver",
    "the leaf has one name more",
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
    "a weak key",
    "receiver-leaf-g1-key",
    /algorithm.*RSA/s,
    set(key, { algorithm: "RSA", rsaBits: 1024 }, "receiver-leaf-g1-key"),
  ],
  [
    "receiver",
    "the intermediate's key leaves as an output",
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
    "the key of the leaf is no longer secret",
    "receiver-secret-version",
    /secretString.*in clear/s,
    set("aws:secretsmanager/secretVersion:SecretVersion", { secretString: "{}" }),
  ],
  [
    "receiver",
    "the secret is another one",
    "receiver-secret-version",
    /secretString.*another secret/s,
    edit("aws:secretsmanager/secretVersion:SecretVersion", (props) => {
      if (typeof props.secretString === "object") props.secretString.value = "{}";
    }),
  ],
  [
    "receiver",
    "the secret is copied to another region",
    "receiver-secret",
    /replicas.*us-east-1/s,
    set("aws:secretsmanager/secret:Secret", { replicas: [{ region: "us-east-1" }] }),
  ],
  [
    "receiver",
    "a second version of the secret that is a stranger's",
    "added",
    /secretString/,
    add("aws:secretsmanager/secretVersion:SecretVersion", { secretId: "receiver-secret-id", secretString: "{}" }),
  ],
  [
    "receiver",
    "the chain shown ends with another certificate",
    "receiver-release",
    /certificate-chain\.pem/,
    (it) =>
      text(it, /^tls\/certificate-chain\.pem$/, (pem) =>
        pem.replace(/(-----BEGIN[\s\S]*?-----END CERTIFICATE-----\n)([\s\S]*)/, "$2$1"),
      ),
  ],
  [
    "receiver",
    "the private key may be read by everybody on the host",
    "receiver-release",
    /secrets.*mode.*0444/s,
    (it) =>
      release(it, ({ secrets }) => {
        secrets[0].mode = "0444";
      }),
  ],
];
