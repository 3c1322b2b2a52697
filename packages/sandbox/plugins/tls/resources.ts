/** The resources and functions of @pulumi/tls 5.6.1. */
import { boolean, type Changes, integer, type Known, string, typesFor, UNKNOWN } from "../rpc/index.ts";
import {
  ALGORITHMS,
  type Algorithm,
  type Curve,
  generatePrivateKey,
  keyId,
  parsePrivateKey,
  privateKeyOutputs,
  publicKeyOutputs,
} from "./keys.ts";
import { readyForRenewal } from "./renewal.ts";
import {
  type CertificateInputs,
  type CertificateOutputs,
  certificateInputs,
  certificateOutputs,
  privateKeyPem,
  subject,
  subjectNames,
} from "./schema.ts";

const { resource, invoke } = typesFor<undefined>();

/** Loading the X.509 library takes longer than the rest of the provider: only what issues waits for it. */
const x509 = () => import("./certificate.ts");

const publicKeySchema = {
  publicKeyPem: string({ required: true }),
  publicKeyOpenssh: string({ required: true }),
  publicKeyFingerprintMd5: string({ required: true }),
  publicKeyFingerprintSha256: string({ required: true }),
};

export const privateKey = resource({
  inputs: {
    algorithm: string({ required: true, replaceOnChange: true, oneOf: ALGORITHMS }),
    ecdsaCurve: string({ replaceOnChange: true, oneOf: ["P224", "P256", "P384", "P521"] }),
    rsaBits: integer({ assumed: 2048, replaceOnChange: true }),
  },
  outputs: {
    ecdsaCurve: string({ required: true }),
    privateKeyPem: string({ required: true, secret: true }),
    privateKeyPemPkcs8: string({ required: true, secret: true }),
    privateKeyOpenssh: string({ required: true, secret: true }),
    ...publicKeySchema,
  },
  check({ algorithm, ecdsaCurve }) {
    if (algorithm !== "ECDSA" || ecdsaCurve === UNKNOWN || (ecdsaCurve ?? "P224") !== "P224") return [];
    const given = ecdsaCurve === undefined ? "is not given, so it would be the provider's default, P224" : "is P224";
    return [
      {
        property: "ecdsaCurve",
        reason: `${given}. This stand-in cannot sign with that curve, and TLS 1.3 does not have it: say "P256"`,
      },
    ];
  },
  preview: ({ ecdsaCurve }) => ({ ecdsaCurve: ecdsaCurve ?? "P224" }),
  async create({ algorithm, ecdsaCurve = "P224", rsaBits }) {
    const key = await generatePrivateKey(algorithm as Algorithm, ecdsaCurve as Curve, rsaBits);
    return { id: keyId(key), outputs: { ecdsaCurve, ...privateKeyOutputs(key) } };
  },
});

export const certRequest = resource({
  inputs: { privateKeyPem, subject, ...subjectNames },
  outputs: { certRequestPem: string({ required: true }), keyAlgorithm: string({ required: true }) },
  async create(inputs) {
    const signer = parsePrivateKey(inputs.privateKeyPem, "privateKeyPem");
    const { id, certRequestPem } = await (await x509()).createRequest(signer, inputs.subject, inputs);
    return { id, outputs: { certRequestPem, keyAlgorithm: signer.algorithm } };
  },
});

export const selfSignedCert = resource({
  inputs: {
    ...certificateInputs,
    ...subjectNames,
    privateKeyPem,
    subject,
    setAuthorityKeyId: boolean({ assumed: false, replaceOnChange: true }),
  },
  outputs: { ...certificateOutputs, keyAlgorithm: string({ required: true }) },
  async create(inputs) {
    const signer = parsePrivateKey(inputs.privateKeyPem, "privateKeyPem");
    const { id, outputs } = await (await x509()).issueSelfSigned(inputs, signer);
    return { id, outputs: { ...outputs, keyAlgorithm: signer.algorithm } };
  },
  diff: ({ news, state, changes }) => withRenewal(changes, news, state),
  read: async ({ inputs, state }) => ({ outputs: renewed(inputs, state, { keyAlgorithm: state.keyAlgorithm ?? "" }) }),
  update: async ({ news, state }) => renewed(news, state, { keyAlgorithm: state.keyAlgorithm }),
});

export const locallySignedCert = resource({
  inputs: {
    ...certificateInputs,
    caCertPem: string({ required: true, replaceOnChange: true }),
    caPrivateKeyPem: privateKeyPem,
    certRequestPem: string({ required: true, replaceOnChange: true }),
  },
  outputs: { ...certificateOutputs, caKeyAlgorithm: string({ required: true }) },
  async create(inputs, { log }) {
    const signer = parsePrivateKey(inputs.caPrivateKeyPem, "caPrivateKeyPem");
    const { id, outputs, isAuthority } = await (await x509()).issueLocallySigned(inputs, signer);
    if (!isAuthority) await log("warning", "caCertPem is no certificate of an authority: what it signs may not verify");
    return { id, outputs: { ...outputs, caKeyAlgorithm: signer.algorithm } };
  },
  diff: ({ news, state, changes }) => withRenewal(changes, news, state),
  read: async ({ inputs, state }) => ({
    outputs: renewed(inputs, state, { caKeyAlgorithm: state.caKeyAlgorithm ?? "" }),
  }),
  update: async ({ news, state }) => renewed(news, state, { caKeyAlgorithm: state.caKeyAlgorithm }),
});

export const getPublicKey = invoke({
  inputs: { privateKeyPem: string({ required: true, secret: true }) },
  outputs: { algorithm: string({ required: true }), id: string({ required: true }), privateKeyPem, ...publicKeySchema },
  async invoke({ privateKeyPem: pem }) {
    const { key, algorithm } = parsePrivateKey(pem, "privateKeyPem");
    return { algorithm, id: keyId(key), privateKeyPem: pem, ...publicKeyOutputs(key) };
  },
});

type Renewal = Pick<CertificateInputs, "validityPeriodHours" | "earlyRenewalHours">;

/** Inside the time of early renewal an update replaces the certificate. */
function withRenewal(
  changes: Changes,
  news: { [K in keyof Renewal]: Renewal[K] | typeof UNKNOWN },
  state: CertificateOutputs,
): Changes {
  const { validityPeriodHours, earlyRenewalHours } = news;
  if (typeof validityPeriodHours !== "number" || typeof earlyRenewalHours !== "number") return changes;
  const ready = readyForRenewal({ validityPeriodHours, earlyRenewalHours }, new Date(state.validityEndTime));
  return ready ? new Map([...changes, ["readyForRenewal", { kind: "update", replace: true, input: false }]]) : changes;
}

/** The outputs on record, with a fresh word on renewal. */
function renewed<Extra extends object>(inputs: Partial<Renewal>, state: Partial<CertificateOutputs>, extra: Extra) {
  const { certPem = "", validityStartTime = "", validityEndTime = "", maxPathLength } = state;
  const { validityPeriodHours = 0, earlyRenewalHours = 0 } = inputs;
  if (certPem === "") throw new Error("a certificate cannot be imported: only its own state knows it");
  const outputs: Known<typeof certificateOutputs> = {
    certPem,
    validityStartTime,
    validityEndTime,
    ...(maxPathLength === undefined ? {} : { maxPathLength }),
    readyForRenewal: readyForRenewal({ validityPeriodHours, earlyRenewalHours }, new Date(validityEndTime)),
  };
  return { ...outputs, ...extra };
}
