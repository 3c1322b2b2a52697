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
    (it) =>
      it.edit("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", (props) => {
        props.blockPublicPolicy = false;
      }),
  ],
  [
    "sender",
    "nothing keeps the bucket private",
    ["bucket-is-private"],
    (it) => it.remove("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"),
  ],
  [
    "sender",
    "the bucket goes with all it holds",
    ["bucket-is-private"],
    (it) =>
      it.edit("aws:s3/bucket:Bucket", (props) => {
        props.forceDestroy = true;
      }),
  ],
  [
    "sender",
    "the bucket keeps no versions",
    ["bucket-is-versioned"],
    (it) =>
      it.edit("aws:s3/bucketVersioning:BucketVersioning", (props) => {
        props.versioningConfiguration.status = "Suspended";
      }),
  ],
  [
    "sender",
    "the bucket encrypts nothing",
    ["bucket-is-versioned"],
    (it) => it.remove("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"),
  ],
  [
    "sender",
    "the bucket answers in clear",
    ["bucket-is-tls-only", "changes-are-the-deployers"],
    (it) =>
      it.edit(
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
    (it) => it.remove("aws:s3/bucketPolicy:BucketPolicy"),
  ],
];
