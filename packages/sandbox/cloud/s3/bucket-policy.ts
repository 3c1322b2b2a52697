import { json, string } from "../../plugins/rpc/schema.ts";
import { AwsError, hasCode } from "../aws-error.ts";
import type { Scope } from "../aws-resource-type.ts";
import { awsResourceType } from "../aws-resource-type.ts";
import { type PolicyStatement, resourcePolicyFault, statementsOf } from "../iam/policy-syntax.ts";
import { bucket } from "./bucket.ts";
import { bucketPublicAccessBlock } from "./bucket-public-access-block.ts";

/** A bucket's policy. The AWS API enforces it: on hosts, on the deployer, and on the cloud's own uploads. */
export const bucketPolicy = awsResourceType({
  type: "aws:s3/bucketPolicy:BucketPolicy",
  inputs: {
    bucket: string({ required: true, replaceOnChange: true }),
    policy: json({ required: true, validate: resourcePolicyFault }),
  },
  outputs: {},

  async create(scope, inputs) {
    refuseUnfit(scope, inputs);
    await scope.aws.s3.putBucketPolicy({ Bucket: inputs.bucket, Policy: inputs.policy });
    return { id: inputs.bucket, outputs: {} };
  },

  async read(scope, { id, inputs, outputs }) {
    try {
      const { Policy } = await scope.aws.s3.getBucketPolicy({ Bucket: id });
      return Policy === undefined ? undefined : { inputs: { ...inputs, policy: Policy }, outputs };
    } catch (thrown) {
      if (hasCode(thrown, "NoSuchBucketPolicy", "NoSuchBucket")) return undefined;
      throw thrown;
    }
  },

  async update(scope, { id }, news) {
    refuseUnfit(scope, news);
    await scope.aws.s3.putBucketPolicy({ Bucket: id, Policy: news.policy });
    return { outputs: {} };
  },

  async delete(scope, { id }) {
    try {
      await scope.aws.s3.deleteBucketPolicy({ Bucket: id });
    } catch (thrown) {
      if (!hasCode(thrown, "NoSuchBucket")) throw thrown;
    }
  },
});

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html and access-control-block-public-access.html */
function refuseUnfit(scope: Scope, inputs: { bucket: string; policy: string }): void {
  const arn = scope.get(bucket, inputs.bucket).outputs.arn;
  const statements = statementsOf(inputs.policy);
  for (const statement of statements) {
    for (const resource of statement.Resource ?? statement.NotResource ?? []) {
      if (resource !== arn && !resource.startsWith(`${arn}/`) && !resource.startsWith(`${arn}*`)) {
        throw new AwsError(
          "MalformedPolicy",
          `Policy has invalid resource: ${resource} is not in bucket ${inputs.bucket}`,
        );
      }
    }
  }
  const block = scope.find(bucketPublicAccessBlock, inputs.bucket);
  if (block?.inputs.blockPublicPolicy === true && statements.some(isPublic)) {
    throw new AwsError(
      "AccessDenied",
      `The policy makes bucket ${inputs.bucket} public, which is prevented by its blockPublicPolicy setting`,
    );
  }
}

function isPublic(statement: PolicyStatement): boolean {
  const everybody = JSON.stringify(statement.Principal ?? "").includes('"*"');
  return statement.Effect === "Allow" && everybody && statement.Condition === undefined;
}
