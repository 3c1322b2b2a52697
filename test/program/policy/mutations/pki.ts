import type { Mutation } from "../support/table.ts";

const certificate = "tls:index/locallySignedCert:LocallySignedCert";
const authority = {
  isCaCertificate: true,
  maxPathLength: 0,
  allowedUses: ["cert_signing", "crl_signing"],
  setSubjectKeyId: true,
  validityPeriodHours: 8766,
};

/** Keys and certificates, and where keys may not be. */
export const pki: readonly Mutation[] = [
  [
    "sender",
    "keys are on P-224",
    ["keys-are-p256"],
    (it) =>
      it.edit("tls:index/privateKey:PrivateKey", (props) => {
        props.ecdsaCurve = "P224";
      }),
  ],
  [
    "sender",
    "keys are RSA",
    ["keys-are-p256"],
    (it) =>
      it.edit("tls:index/privateKey:PrivateKey", (props) => {
        props.algorithm = "RSA";
      }),
  ],
  [
    "sender",
    "a root is made in the everyday state",
    ["no-root-key"],
    (it) => it.add("tls:index/selfSignedCert:SelfSignedCert", { ...authority, maxPathLength: 1 }),
  ],
  [
    "sender",
    "an intermediate is signed in the everyday state",
    ["no-root-key"],
    (it) => it.add(certificate, authority),
  ],
  [
    "sender",
    "a trial's root may sign two tiers",
    ["authorities-sign-and-no-more"],
    (it) => {
      it.deployed.configuration.pki.root = "trial";
      it.add("tls:index/selfSignedCert:SelfSignedCert", { ...authority, maxPathLength: 2 });
    },
  ],
  [
    "sender",
    "a trial's intermediate may make authorities",
    ["authorities-sign-and-no-more"],
    (it) => {
      it.deployed.configuration.pki.root = "trial";
      it.add(certificate, { ...authority, maxPathLength: 1 });
    },
  ],
  [
    "sender",
    "a trial's intermediate is for servers too",
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
    (it) =>
      it.edit(certificate, (props) => {
        props.isCaCertificate = true;
      }),
  ],
  [
    "sender",
    "the sender's leaf is for servers too",
    ["leaves-have-one-side"],
    (it) =>
      it.edit(certificate, (props) => {
        props.allowedUses.push("server_auth");
      }),
  ],
  [
    "receiver",
    "the receiver's leaf is for clients",
    ["leaves-have-one-side"],
    (it) =>
      it.edit(certificate, (props) => {
        props.allowedUses = ["digital_signature", "client_auth"];
      }),
  ],
  [
    "sender",
    "the leaf has a wildcard",
    ["leaves-have-one-side"],
    (it) =>
      it.edit("tls:index/certRequest:CertRequest", (props) => {
        props.dnsNames = ["*.account-a.internal"];
      }),
  ],
  [
    "sender",
    "the leaf is valid for a year",
    ["lifetimes-are-bounded"],
    (it) =>
      it.edit(certificate, (props) => {
        props.validityPeriodHours = 8766;
      }),
  ],
  [
    "sender",
    "an output holds the leaf's key",
    ["outputs-are-public"],
    (it) =>
      it.stackOutputs((props) => {
        props.key = "-----BEGIN PRIVATE KEY-----\n";
      }),
  ],
  [
    "sender",
    "a command has the key in its environment",
    ["no-key-material"],
    (it) =>
      it.edit("command:local:Command", (props) => {
        props.environment.KEY = "-----BEGIN PRIVATE KEY-----\n";
      }),
  ],
  [
    "sender",
    "a tag has an access key",
    ["no-key-material"],
    (it) =>
      it.edit("aws:ec2/vpc:Vpc", (props) => {
        props.tags.key = "AKIAIOSFODNN7EXAMPLE";
      }),
  ],
  [
    "sender",
    "user data has a key",
    ["no-key-material", "no-login"],
    (it) =>
      it.edit("aws:ec2/instance:Instance", (props) => {
        props.userDataBase64 = Buffer.from(
          "#cloud-config\nwrite_files:\n  - content: |\n      -----BEGIN PRIVATE KEY-----\n",
        ).toString("base64");
      }),
  ],
];
