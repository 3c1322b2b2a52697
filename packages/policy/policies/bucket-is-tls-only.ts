import { refusesClearText } from "../model/known-rights.ts";
import { each, type StackRule } from "../model/policy.ts";
import { hasStatement } from "../model/rights.ts";
import { guardsOf, ofType } from "../model/stack.ts";

export const bucketIsTlsOnly: StackRule = {
  kind: "stack",
  name: "bucket-is-tls-only",
  fence: "account",
  rule: "A bucket refuses whatever does not come by TLS.",
  reason: "What comes in clear can be read and changed on the way.",
  remedy: "Give the bucket the policy of packages/host/cloud/policies.ts.",
  source: "CIS AWS Foundations 2.1.1; AWS Security Hub S3.5",
  *check(resources) {
    yield* each(ofType(resources, "bucket"), function* (bucket) {
      const [policy] = guardsOf(resources, bucket, "bucketPolicy");
      const refused = policy !== undefined && hasStatement(policy.props.policy, refusesClearText(bucket.props.bucket));
      if (!refused) yield "nothing refuses requests without TLS";
    });
  },
};
