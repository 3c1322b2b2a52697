import { add, edit, set } from "../support/mutate.ts";
import type { Mutation } from "../support/table.ts";

const certificate = "tls:index/locallySignedCert:LocallySignedCert";
const authority = {
  isCaCertificate: true,
  maxPathLength: 0,
  allowedUses: ["cert_signing", "crl_signing"],
  setSubjectKeyId: true,
  validityPeriodHours: 8766,
};

/** Keys and certificates, and places where no key may be. */
export const pki: readonly Mutation[] = [
  ["sender", "keys are on P-224", ["keys-are-p256"], set("tls:index/privateKey:PrivateKey", { ecdsaCurve: "P224" })],
  ["sender", "keys are RSA", ["keys-are-p256"], set("tls:index/privateKey:PrivateKey", { algorithm: "RSA" })],
  [
    "sender",
    "a root is created in the stack's state",
    ["no-root-key"],
    add("tls:index/selfSignedCert:SelfSignedCert", { ...authority, maxPathLength: 1 }),
  ],
  ["sender", "an intermediate is signed in the stack's state", ["no-root-key"], add(certificate, authority)],
  [
    "sender",
    "a trial's root allows two levels of authorities",
    ["authorities-sign-and-no-more"],
    (it) => {
      it.deployed.configuration.pki.root = "trial";
      it.add("tls:index/selfSignedCert:SelfSignedCert", { ...authority, maxPathLength: 2 });
    },
  ],
  [
    "sender",
    "a trial's intermediate may sign authorities",
    ["authorities-sign-and-no-more"],
    (it) => {
      it.deployed.configuration.pki.root = "trial";
      it.add(certificate, { ...authority, maxPathLength: 1 });
    },
  ],
  [
    "sender",
    "a trial's intermediate may authenticate servers",
    ["authorities-sign-and-no-more"],
    (it) => {
      it.deployed.configuration.pki.root = "trial";
      it.add(certificate, { ...authority, allowedUses: ["cert_signing", "crl_signing", "server_auth"] });
    },
  ],
  [
    "sender",
    "a trial's root is valid for a century",
    ["lifetimes-are-bounded"],
    (it) => {
      it.deployed.configuration.pki.root = "trial";
      it.add("tls:index/selfSignedCert:SelfSignedCert", {
        ...authority,
        maxPathLength: 1,
        validityPeriodHours: 876_600,
      });
    },
  ],
  [
    "sender",
    "the leaf is an authority",
    ["no-root-key", "authorities-sign-and-no-more"],
    set(certificate, { isCaCertificate: true }),
  ],
  [
    "sender",
    "the sender's leaf is also valid for servers",
    ["leaves-have-one-side"],
    edit(certificate, (props) => {
      props.allowedUses.push("server_auth");
    }),
  ],
  [
    "receiver",
    "the receiver's leaf is valid for clients",
    ["leaves-have-one-side"],
    set(certificate, { allowedUses: ["digital_signature", "client_auth"] }),
  ],
  [
    "sender",
    "the leaf has a wildcard name",
    ["leaves-have-one-side"],
    set("tls:index/certRequest:CertRequest", { dnsNames: ["*.account-a.internal"] }),
  ],
  [
    "sender",
    "the leaf is valid for a year",
    ["lifetimes-are-bounded"],
    set(certificate, { validityPeriodHours: 8766 }),
  ],
  [
    "sender",
    "an output contains the leaf's key",
    ["outputs-are-public"],
    (it) =>
      it.stackOutputs((props) => {
        props.key = "-----BEGIN PRIVATE KEY-----\n";
      }),
  ],
  [
    "sender",
    "a command's environment contains the key",
    ["no-key-material"],
    set("command:local:Command", { "environment.KEY": "-----BEGIN PRIVATE KEY-----\n" }),
  ],
  [
    "sender",
    "a tag contains an access key",
    ["no-key-material"],
    set("aws:ec2/vpc:Vpc", { "tags.key": "AKIAIOSFODNN7EXAMPLE" }),
  ],
  [
    "sender",
    "user data contains a key",
    ["no-key-material", "no-login"],
    set("aws:ec2/instance:Instance", {
      userDataBase64: Buffer.from(
        "#cloud-config\nwrite_files:\n  - content: |\n      -----BEGIN PRIVATE KEY-----\n",
      ).toString("base64"),
    }),
  ],
];
