import { partsOf } from "./events.ts";

/** How much the loss of a resource would cost. */
export type Weight = "kept" | "fence" | "other";

/** Why a resource must not go, by its type: the next update would not bring back what is lost. */
const kept: Readonly<Record<string, string>> = {
  "aws:ec2/eip:Eip": "a peer admits or dials this very address, and AWS never returns a released address",
  "aws:ebs/volume:Volume": "it holds the TSDB and the WAL",
  "aws:s3/bucket:Bucket": "hosts fetch their releases from it, and its versions record what ran",
  "aws:kms/key:Key": "nobody can read again what is encrypted with it",
  "aws:secretsmanager/secret:Secret": "releases name its versions, including those that a host rolls back to",
};

/** The same for keys and certificates, by their authority. */
const keptAuthorities: Readonly<Record<string, string>> = {
  "metrics-link:pki:RootAuthority": "peers pin this root; without its key nothing can be signed under it",
};

/** Types, or beginnings of types, that are part of a fence or of the way through it. */
const fences: readonly string[] = [
  "pulumi:providers:",
  "aws:ec2/",
  "aws:vpc/",
  "aws:lb/",
  "aws:ebs/",
  "aws:dlm/",
  "aws:iam/",
  "aws:kms/",
  "aws:secretsmanager/",
  "aws:s3/bucketPolicy:",
  "aws:s3/bucketPublicAccessBlock:",
  "aws:s3/bucketOwnershipControls:",
  "aws:s3/bucketServerSideEncryptionConfiguration:",
  "aws:s3/bucketVersioning:",
  "tls:",
];

/** The weight of a resource and, of one that is kept, why. */
export function weightOf(urn: string): { readonly weight: Weight; readonly why?: string } {
  const { type, parents } = partsOf(urn);
  const authority = parents.map((parent) => keptAuthorities[parent]).find((why) => why !== undefined);
  const why = kept[type] ?? authority;
  if (why !== undefined) return { weight: "kept", why };
  return { weight: fences.some((prefix) => type.startsWith(prefix)) ? "fence" : "other" };
}
