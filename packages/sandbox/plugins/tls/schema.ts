/** Properties that several resources of @pulumi/tls 5.6.1 share (its schema.json). */
import { boolean, integer, type Known, list, object, string } from "../rpc/index.ts";
import { ALLOWED_USES } from "./uses.ts";

const replacing = { replaceOnChange: true } as const;

export const subject = object(
  {
    commonName: string(),
    country: string(),
    emailAddress: string(),
    locality: string(),
    organization: string(),
    organizationalUnit: string(),
    postalCode: string(),
    province: string(),
    serialNumber: string(),
    streetAddresses: list(string()),
  },
  replacing,
);

export const subjectNames = {
  dnsNames: list(string(), replacing),
  ipAddresses: list(string(), replacing),
  uris: list(string(), replacing),
};

export const privateKeyPem = string({ required: true, secret: true, replaceOnChange: true });

const atLeast = (least: number) => (value: number) =>
  value < least ? `is ${value}, but must be at least ${least}` : undefined;

/** Inputs of both kinds of certificate. */
export const certificateInputs = {
  allowedUses: list(string({ oneOf: ALLOWED_USES }), { required: true, replaceOnChange: true }),
  validityPeriodHours: integer({ required: true, replaceOnChange: true, validate: atLeast(0) }),
  earlyRenewalHours: integer({ assumed: 0, validate: atLeast(0) }),
  isCaCertificate: boolean({ assumed: false, replaceOnChange: true }),
  maxPathLength: integer({ replaceOnChange: true, validate: atLeast(-1) }),
  setSubjectKeyId: boolean({ assumed: false, replaceOnChange: true }),
};

/** Outputs of both kinds of certificate. */
export const certificateOutputs = {
  certPem: string({ required: true }),
  maxPathLength: integer(),
  readyForRenewal: boolean({ required: true, changesOnUpdate: true }),
  validityStartTime: string({ required: true }),
  validityEndTime: string({ required: true }),
};

export type Subject = NonNullable<Known<{ subject: typeof subject }>["subject"]>;
export type SubjectNames = Known<typeof subjectNames>;
export type CertificateInputs = Known<typeof certificateInputs>;
export type CertificateOutputs = Known<typeof certificateOutputs>;
