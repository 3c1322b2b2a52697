import { object, string } from "../../plugins/rpc/schema.ts";
import type { Scope } from "../aws-resource-type.ts";
import { awsResourceType } from "../aws-resource-type.ts";
import { bucket } from "./bucket.ts";

export const bucketVersioning = awsResourceType({
  type: "aws:s3/bucketVersioning:BucketVersioning",
  inputs: {
    bucket: string({ required: true, replaceOnChange: true }),
    versioningConfiguration: object(
      { status: string({ required: true, oneOf: ["Enabled", "Suspended"] }) },
      { required: true },
    ),
  },
  outputs: {},

  async create(scope, inputs) {
    scope.get(bucket, inputs.bucket);
    await put(scope, inputs.bucket, inputs.versioningConfiguration.status);
    return { id: inputs.bucket, outputs: {} };
  },

  async read(scope, { id, inputs, outputs }) {
    const { Status } = await scope.aws.s3.getBucketVersioning({ Bucket: id });
    return Status === undefined
      ? undefined
      : { inputs: { ...inputs, versioningConfiguration: { status: Status } }, outputs };
  },

  async update(scope, { id }, news) {
    await put(scope, id, news.versioningConfiguration.status);
    return { outputs: {} };
  },

  /** "you can never return it to an unversioned state": https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html */
  async delete(scope, { id }) {
    await put(scope, id, "Suspended");
  },
});

async function put({ aws: { s3 } }: Scope, Bucket: string, status: string): Promise<void> {
  await s3.putBucketVersioning({
    Bucket,
    VersioningConfiguration: { Status: status === "Enabled" ? "Enabled" : "Suspended" },
  });
}
