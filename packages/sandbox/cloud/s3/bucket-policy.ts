import { json, string } from "../../plugins/rpc/schema.ts";
import { AwsError } from "../aws-error.ts";
import { resourcePolicyFault } from "../iam/policy-syntax.ts";
import { noun } from "../noun.ts";
import type { Scope } from "../scope.ts";
import { bucket } from "./bucket.ts";
import { bucketPublicAccessBlock } from "./bucket-public-access-block.ts";

/**
 * A bucket's policy. Checked and kept by the cloud, not enforced: moto would take any Deny, whatever its condition or
 * principal, as one for everybody, so that a policy that only asks for TLS would shut the bucket.
 */
export const bucketPolicy = noun({
  type: "aws:s3/bucketPolicy:BucketPolicy",
  inputs: {
    bucket: string({ required: true, replaceOnChange: true }),
    policy: json({ required: true, validate: resourcePolicyFault }),
  },
  outputs: {},

  async create(scope, inputs) {
    refuseUnfit(scope, inputs);
    return { id: inputs.bucket, outputs: {} };
  },

  async update(scope, _resource, news) {
    refuseUnfit(scope, news);
    return { outputs: {} };
  },
});

interface Statement {
  readonly Effect: string;
  readonly Principal?: unknown;
  readonly Resource?: string | string[];
  readonly NotResource?: string | string[];
  readonly Condition?: unknown;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html and access-control-block-public-access.html */
function refuseUnfit(scope: Scope, inputs: { bucket: string; policy: string }): void {
  const arn = scope.get(bucket, inputs.bucket).outputs.arn;
  const statements = [(JSON.parse(inputs.policy) as { Statement: Statement | Statement[] }).Statement].flat();
  for (const statement of statements) {
    for (const resource of [statement.Resource ?? statement.NotResource ?? []].flat()) {
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

function isPublic(statement: Statement): boolean {
  const everybody = JSON.stringify(statement.Principal ?? "").includes('"*"');
  return statement.Effect === "Allow" && everybody && statement.Condition === undefined;
}
