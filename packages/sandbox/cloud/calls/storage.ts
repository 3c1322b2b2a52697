/** S3. Sources: terraform-provider-aws, internal/service/s3; names of actions: S3 user guide, "Required permissions". */
import { about, type Calls, own, when } from "./call.ts";

const bucket = (...names: readonly string[]) => about(own("bucket"), "s3", ...names);
const object = (...names: readonly string[]) => about(own("object"), "s3", ...names);

/** A setting of a bucket that the provider writes and reads by one call each. */
const setting = (read: string, write: string, inputs: readonly string[], remove = write): Calls => ({
  create: bucket(write),
  read: bucket(read),
  update: when(inputs, ...bucket(write)),
  delete: bucket(remove),
});

export const storage: Readonly<Record<string, Calls>> = {
  "aws:s3/bucket:Bucket": {
    create: bucket("CreateBucket", "TagResource"),
    // HeadBucket is s3:ListBucket.
    read: bucket(
      ...["ListBucket", "GetBucketPolicy", "GetBucketAcl", "GetBucketCORS", "GetBucketWebsite", "GetBucketVersioning"],
      ...["GetAccelerateConfiguration", "GetBucketRequestPayment", "GetBucketLogging", "GetLifecycleConfiguration"],
      ...["GetReplicationConfiguration", "GetEncryptionConfiguration", "GetBucketObjectLockConfiguration"],
      "ListTagsForResource",
    ),
    update: when(["tags"], ...bucket("TagResource", "UntagResource")),
    // With `forceDestroy` it empties the bucket first, and deletes every version by its id.
    delete: [...bucket("ListBucketVersions", "DeleteBucket"), ...object("DeleteObjectVersion")],
  },
  "aws:s3/bucketVersioning:BucketVersioning": setting("GetBucketVersioning", "PutBucketVersioning", [
    "versioningConfiguration",
  ]),
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": setting(
    "GetBucketOwnershipControls",
    "PutBucketOwnershipControls",
    ["rule"],
  ),
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": setting(
    "GetBucketPublicAccessBlock",
    "PutBucketPublicAccessBlock",
    ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"],
  ),
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": setting(
    "GetEncryptionConfiguration",
    "PutEncryptionConfiguration",
    ["rules"],
  ),
  "aws:s3/bucketPolicy:BucketPolicy": setting("GetBucketPolicy", "PutBucketPolicy", ["policy"], "DeleteBucketPolicy"),
  "aws:s3/bucketObjectv2:BucketObjectv2": {
    create: object("PutObject", "PutObjectTagging"),
    // HeadObject is s3:GetObject.
    read: object("GetObject", "GetObjectTagging"),
    update: [
      // hasObjectContentChanges in internal/service/s3/object.go.
      ...when(
        [
          ...["bucketKeyEnabled", "cacheControl", "content", "contentBase64", "contentType", "etag", "kmsKeyId"],
          ...["metadata", "serverSideEncryption", "source", "sourceHash"],
        ],
        ...object("PutObject"),
      ),
      ...when(["tags"], ...object("PutObjectTagging")),
    ],
    // All versions of the key (deleteAllObjectVersions).
    delete: [...bucket("ListBucketVersions"), ...object("DeleteObjectVersion")],
  },
};
