import { each, type StackRule } from "../model/policy.ts";
import { guardsOf, ofType } from "../model/stack.ts";

export const bucketIsVersioned: StackRule = {
  kind: "stack",
  name: "bucket-is-versioned",
  fence: "account",
  rule: "A bucket keeps what it held before, and encrypts what it holds.",
  reason: "Without versions a release that was overwritten is gone, and with it what a host was told to run.",
  remedy: "Give the bucket a BucketVersioning that is Enabled, and an encryption.",
  source: "CIS AWS Foundations 2.1; AWS Security Hub S3.14 and S3.17",
  *check(resources) {
    yield* each(ofType(resources, "bucket"), function* (bucket) {
      const [versioning] = guardsOf(resources, bucket, "bucketVersioning");
      const status = versioning?.props.versioningConfiguration?.status;
      if (status !== "Enabled") yield `versioning is ${status ?? "not set"} instead of Enabled`;
      const [encryption] = guardsOf(resources, bucket, "bucketEncryption");
      const rules = [...(encryption?.props.rules ?? [])];
      const algorithms = rules.map((rule) => rule.applyServerSideEncryptionByDefault?.sseAlgorithm);
      if (!algorithms.some((one) => one === "AES256" || one === "aws:kms")) yield "no encryption is set";
    });
  },
};
