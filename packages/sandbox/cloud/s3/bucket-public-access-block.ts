import { boolean, type Known, string } from "../../plugins/rpc/schema.ts";
import { hasCode } from "../aws-error.ts";
import type { Scope } from "../aws-resource-type.ts";
import { awsResourceType } from "../aws-resource-type.ts";
import { bucket } from "./bucket.ts";

const inputs = {
  blockPublicAcls: boolean({ assumed: false }),
  blockPublicPolicy: boolean({ assumed: false }),
  bucket: string({ required: true, replaceOnChange: true }),
  ignorePublicAcls: boolean({ assumed: false }),
  restrictPublicBuckets: boolean({ assumed: false }),
};

export const bucketPublicAccessBlock = awsResourceType({
  type: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
  inputs,
  outputs: {},

  async create(scope, news) {
    scope.get(bucket, news.bucket);
    await put(scope, news);
    return { id: news.bucket, outputs: {} };
  },

  async read(scope, { id, inputs: olds, outputs }) {
    try {
      const { PublicAccessBlockConfiguration: now = {} } = await scope.aws.s3.getPublicAccessBlock({ Bucket: id });
      return {
        inputs: {
          bucket: olds.bucket,
          blockPublicAcls: now.BlockPublicAcls ?? false,
          blockPublicPolicy: now.BlockPublicPolicy ?? false,
          ignorePublicAcls: now.IgnorePublicAcls ?? false,
          restrictPublicBuckets: now.RestrictPublicBuckets ?? false,
        },
        outputs,
      };
    } catch (thrown) {
      if (hasCode(thrown, "NoSuchPublicAccessBlockConfiguration", "NoSuchBucket")) return undefined;
      throw thrown;
    }
  },

  async update(scope, _resource, news) {
    await put(scope, news);
    return { outputs: {} };
  },

  async delete(scope, { id }) {
    await scope.aws.s3.deletePublicAccessBlock({ Bucket: id });
  },
});

async function put({ aws: { s3 } }: Scope, news: Known<typeof inputs>): Promise<void> {
  await s3.putPublicAccessBlock({
    Bucket: news.bucket,
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: news.blockPublicAcls,
      BlockPublicPolicy: news.blockPublicPolicy,
      IgnorePublicAcls: news.ignorePublicAcls,
      RestrictPublicBuckets: news.restrictPublicBuckets,
    },
  });
}
