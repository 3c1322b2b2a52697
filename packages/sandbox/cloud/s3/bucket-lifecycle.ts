import { boolean, integer, type Known, list, object, string } from "../../plugins/rpc/schema.ts";
import { awsResourceType } from "../aws-resource-type.ts";
import { known } from "../values.ts";
import { bucket } from "./bucket.ts";

const days = { validate: (value: number) => (value >= 1 ? undefined : `${value} is no positive number of days`) };

const inputs = {
  bucket: string({ required: true, replaceOnChange: true }),
  rules: list(
    object({
      abortIncompleteMultipartUpload: object({ daysAfterInitiation: integer(days) }),
      expiration: object({ days: integer(days), expiredObjectDeleteMarker: boolean() }),
      filter: object({ prefix: string() }),
      id: string({ required: true }),
      noncurrentVersionExpiration: object({
        newerNoncurrentVersions: integer(days),
        noncurrentDays: integer({ required: true, ...days }),
      }),
      status: string({ required: true, oneOf: ["Enabled", "Disabled"] }),
    }),
    { required: true },
  ),
};

/** Lifecycle rules. Checked and kept by the cloud; nothing expires in a sandbox's lifetime. */
export const bucketLifecycle = awsResourceType({
  type: "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  inputs,
  outputs: {},

  /** https://docs.aws.amazon.com/AmazonS3/latest/API/API_LifecycleRule.html */
  check(news) {
    const rules = known(news.rules);
    if (rules === undefined) return [];
    const failures = rules.flatMap((rule, index) => ruleFault(rule, `rules[${index}]`));
    const ids = rules.map((rule) => rule.id);
    const twice = ids.find((id, index) => ids.indexOf(id) !== index);
    if (twice !== undefined)
      failures.push({ property: "rules", reason: `Rule ID must be unique, and "${twice}" is not` });
    return failures;
  },

  async create(scope, news) {
    scope.get(bucket, news.bucket);
    return { id: news.bucket, outputs: {} };
  },

  async update() {
    return { outputs: {} };
  },
});

function ruleFault(
  rule: Known<typeof inputs>["rules"][number],
  property: string,
): { property: string; reason: string }[] {
  const actions = [rule.abortIncompleteMultipartUpload, rule.expiration, rule.noncurrentVersionExpiration];
  if (actions.every((action) => action === undefined)) {
    return [{ property, reason: "needs at least one action, such as expiration" }];
  }
  return rule.id.length <= 255 ? [] : [{ property: `${property}.id`, reason: "has more than 255 characters" }];
}
