import { refusesClearText } from "../known/rights.ts";
import { each, type Policy, stackRule } from "../model/policy.ts";
import { ofType, settingsOf } from "../model/resources.ts";
import { hasStatement } from "../model/statements.ts";

const blocks = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"] as const;

/** The bucket of releases. */
export const buckets: readonly Policy[] = [
  stackRule(
    {
      name: "bucket-is-private",
      fence: "account",
      rule: "A bucket can never be public, and the account owns every object in it.",
      reason: "Hosts run what the bucket holds; whoever can write to it runs code on them.",
      remedy: "Give the bucket a BucketPublicAccessBlock with all four set, and BucketOwnerEnforced.",
      source: "CIS AWS Foundations 2.1.4; AWS Security Hub S3.8 and S3.12",
    },
    function* (resources) {
      yield* each(ofType(resources, "bucket"), function* (bucket) {
        const [block] = settingsOf(resources, bucket, "bucketPublicAccessBlock");
        const open = blocks.filter((name) => block?.props[name] !== true);
        if (open.length > 0) yield `of its public access ${open.join(", ")} is not blocked`;
        const [ownership] = settingsOf(resources, bucket, "bucketOwnership");
        const owner = ownership?.props.rule?.objectOwnership;
        if (owner !== "BucketOwnerEnforced") {
          yield `objectOwnership is ${owner ?? "not set"} instead of BucketOwnerEnforced`;
        }
        if (bucket.props.forceDestroy === true && !bucket.opts.protect) {
          yield "forceDestroy is true and the bucket is not protected: deleting it by mistake deletes its objects";
        }
      });
    },
  ),

  stackRule(
    {
      name: "bucket-is-tls-only",
      fence: "account",
      rule: "A bucket refuses requests without TLS.",
      reason: "Anyone on the path can read and change what is sent in clear text.",
      remedy: "Give the bucket the policy of packages/host/cloud/policies.ts.",
      source: "CIS AWS Foundations 2.1.1; AWS Security Hub S3.5",
    },
    function* (resources) {
      yield* each(ofType(resources, "bucket"), function* (bucket) {
        const [policy] = settingsOf(resources, bucket, "bucketPolicy");
        const refuses =
          policy !== undefined && hasStatement(policy.props.policy, refusesClearText(bucket.props.bucket ?? ""));
        if (!refuses) yield "nothing refuses requests without TLS";
      });
    },
  ),

  stackRule(
    {
      name: "bucket-is-versioned",
      fence: "account",
      rule: "A bucket keeps earlier versions of its objects, and encrypts them.",
      reason: "Without versions an overwritten release is lost, and with it the record of what a host ran.",
      remedy: "Give the bucket a BucketVersioning that is Enabled, and an encryption.",
      source: "CIS AWS Foundations 2.1; AWS Security Hub S3.14 and S3.17",
    },
    function* (resources) {
      yield* each(ofType(resources, "bucket"), function* (bucket) {
        const [versioning] = settingsOf(resources, bucket, "bucketVersioning");
        const status = versioning?.props.versioningConfiguration?.status;
        if (status !== "Enabled") yield `versioning is ${status ?? "not set"} instead of Enabled`;
        const [encryption] = settingsOf(resources, bucket, "bucketEncryption");
        const algorithms = [...(encryption?.props.rules ?? [])].map(
          (rule) => rule.applyServerSideEncryptionByDefault?.sseAlgorithm,
        );
        if (!algorithms.some((one) => one === "AES256" || one === "aws:kms")) yield "no encryption is set";
      });
    },
  ),
];
