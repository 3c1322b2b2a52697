import type { ObjectOwnership } from "@aws-sdk/client-s3";
import { object, string } from "../../plugins/rpc/schema.ts";
import { hasCode } from "../aws-error.ts";
import type { Scope } from "../aws-resource-type.ts";
import { awsResourceType } from "../aws-resource-type.ts";
import { bucket } from "./bucket.ts";

export const bucketOwnershipControls = awsResourceType({
  type: "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
  inputs: {
    bucket: string({ required: true, replaceOnChange: true }),
    rule: object(
      {
        objectOwnership: string({
          required: true,
          oneOf: ["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"],
        }),
      },
      { required: true },
    ),
  },
  outputs: {},

  async create(scope, inputs) {
    scope.get(bucket, inputs.bucket);
    await put(scope, inputs.bucket, inputs.rule.objectOwnership);
    return { id: inputs.bucket, outputs: {} };
  },

  async read(scope, { id, inputs, outputs }) {
    try {
      const { OwnershipControls } = await scope.aws.s3.getBucketOwnershipControls({ Bucket: id });
      const objectOwnership = OwnershipControls?.Rules?.[0]?.ObjectOwnership ?? "ObjectWriter";
      return { inputs: { ...inputs, rule: { objectOwnership } }, outputs };
    } catch (thrown) {
      if (hasCode(thrown, "OwnershipControlsNotFoundError", "NoSuchBucket")) return undefined;
      throw thrown;
    }
  },

  async update(scope, { id }, news) {
    await put(scope, id, news.rule.objectOwnership);
    return { outputs: {} };
  },

  async delete(scope, { id }) {
    await scope.aws.s3.deleteBucketOwnershipControls({ Bucket: id });
  },
});

async function put({ aws: { s3 } }: Scope, Bucket: string, ownership: string): Promise<void> {
  await s3.putBucketOwnershipControls({
    Bucket,
    OwnershipControls: { Rules: [{ ObjectOwnership: ownership as ObjectOwnership }] },
  });
}
