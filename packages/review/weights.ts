import { partsOf } from "./events.ts";

/** How much a resource's going would cost. */
export type Weight = "kept" | "fence" | "other";

/** Why a resource must not go, by its type: what is lost does not come back with the next update. */
const kept: Readonly<Record<string, string>> = {
  "aws:ec2/eip:Eip": "a peer admits, or dials, this very address; AWS gives no released address back",
  "aws:ebs/volume:Volume": "TSDB and WAL are on it",
  "aws:s3/bucket:Bucket": "hosts fetch their releases from it, and its versions are the record of what ran",
  "aws:kms/key:Key": "what is encrypted under it can never be read again",
  "aws:secretsmanager/secret:Secret": "releases name its versions, also those that a host rolls back to",
};

/** The same for keys and certificates, by the authority that they belong to. */
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
