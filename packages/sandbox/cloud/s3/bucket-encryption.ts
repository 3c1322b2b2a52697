import type { ServerSideEncryption } from "@aws-sdk/client-s3";
import { boolean, type Known, list, object, string } from "../../plugins/rpc/schema.ts";
import { hasCode } from "../aws-error.ts";
import { awsResourceType, type Scope } from "../aws-resource-type.ts";
import { keyNamed } from "../kms/key.ts";
import { known } from "../values.ts";
import { bucket } from "./bucket.ts";

export const ALGORITHMS = ["AES256", "aws:kms"];

const inputs = {
  bucket: string({ required: true, replaceOnChange: true }),
  rules: list(
    object({
      applyServerSideEncryptionByDefault: object(
        { kmsMasterKeyId: string(), sseAlgorithm: string({ required: true, oneOf: ALGORITHMS }) },
        { required: true },
      ),
      bucketKeyEnabled: boolean(),
    }),
    { required: true },
  ),
};

export const bucketEncryption = awsResourceType({
  type: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  inputs,
  outputs: {},

  check(news) {
    const rules = known(news.rules);
    if (rules === undefined) return [];
    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_ServerSideEncryptionConfiguration.html: one rule in effect.
    if (rules.length !== 1) return [{ property: "rules", reason: `has ${rules.length} rules; exactly one is allowed` }];
    const [rule] = rules;
    const wrong =
      rule?.applyServerSideEncryptionByDefault.sseAlgorithm === "AES256" &&
      rule.applyServerSideEncryptionByDefault.kmsMasterKeyId !== undefined;
    return wrong ? [{ property: "rules[0]", reason: "has a kmsMasterKeyId, which is for sseAlgorithm aws:kms" }] : [];
  },

  async create(scope, news) {
    scope.get(bucket, news.bucket);
    await put(scope, news);
    return { id: news.bucket, outputs: {} };
  },

  async read(scope, { id, inputs: olds, outputs }) {
    try {
      const answer = await scope.aws.s3.getBucketEncryption({ Bucket: id });
      const rules = (answer.ServerSideEncryptionConfiguration?.Rules ?? []).map((rule, index) => {
        const now = rule.ApplyServerSideEncryptionByDefault;
        // moto does not keep whether bucket keys are on.
        const bucketKey = olds.rules[index]?.bucketKeyEnabled;
        return {
          applyServerSideEncryptionByDefault: {
            sseAlgorithm: now?.SSEAlgorithm ?? "AES256",
            ...(now?.KMSMasterKeyID === undefined ? {} : { kmsMasterKeyId: now.KMSMasterKeyID }),
          },
          ...(bucketKey === undefined ? {} : { bucketKeyEnabled: bucketKey }),
        };
      });
      return { inputs: { bucket: olds.bucket, rules }, outputs };
    } catch (thrown) {
      if (hasCode(thrown, "ServerSideEncryptionConfigurationNotFoundError", "NoSuchBucket")) return undefined;
      throw thrown;
    }
  },

  async update(scope, _resource, news) {
    await put(scope, news);
    return { outputs: {} };
  },

  async delete(scope, { id }) {
    await scope.aws.s3.deleteBucketEncryption({ Bucket: id });
  },
});

async function put(scope: Scope, news: Known<typeof inputs>): Promise<void> {
  await scope.aws.s3.putBucketEncryption({
    Bucket: news.bucket,
    ServerSideEncryptionConfiguration: {
      Rules: news.rules.map(({ applyServerSideEncryptionByDefault: wanted, bucketKeyEnabled }) => {
        if (wanted.kmsMasterKeyId !== undefined) keyNamed(scope, wanted.kmsMasterKeyId);
        return {
          ApplyServerSideEncryptionByDefault: {
            SSEAlgorithm: wanted.sseAlgorithm as ServerSideEncryption,
            KMSMasterKeyID: wanted.kmsMasterKeyId,
          },
          BucketKeyEnabled: bucketKeyEnabled,
        };
      }),
    },
  });
}
