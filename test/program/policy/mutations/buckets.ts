import { edit, remove, set } from "../support/mutate.ts";
import type { Mutation } from "../support/table.ts";

const statement = (change: (one: Record<string, unknown>) => void) => (props: { policy: string }) => {
  const document = JSON.parse(props.policy);
  change(document.Statement[0]);
  props.policy = JSON.stringify(document);
};

/** The bucket of releases. */
export const buckets: readonly Mutation[] = [
  [
    "sender",
    "the bucket may be public",
    ["bucket-is-private"],
    set("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", { blockPublicPolicy: false }),
  ],
  [
    "sender",
    "the bucket has no public access block",
    ["bucket-is-private"],
    remove("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"),
  ],
  [
    "sender",
    "the bucket is deleted by mistake with all its objects",
    ["bucket-is-private"],
    edit("aws:s3/bucket:Bucket", (_props, resource) => {
      resource.opts = { ...resource.opts, protect: false };
    }),
  ],
  [
    "sender",
    "the bucket keeps no versions",
    ["bucket-is-versioned"],
    set("aws:s3/bucketVersioning:BucketVersioning", { "versioningConfiguration.status": "Suspended" }),
  ],
  [
    "sender",
    "the bucket does not encrypt objects",
    ["bucket-is-versioned"],
    remove("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"),
  ],
  [
    "sender",
    "the bucket answers without TLS",
    ["bucket-is-tls-only", "changes-are-the-deployers"],
    edit(
      "aws:s3/bucketPolicy:BucketPolicy",
      statement((one) => {
        one.Condition = { Bool: { "aws:SecureTransport": "true" } };
      }),
    ),
  ],
  [
    "sender",
    "the bucket has no policy",
    ["bucket-is-tls-only", "changes-are-the-deployers"],
    remove("aws:s3/bucketPolicy:BucketPolicy"),
  ],
];
