import { each, type StackRule } from "../model/policy.ts";
import { guardsOf, ofType } from "../model/stack.ts";

const blocks = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"] as const;

export const bucketIsPrivate: StackRule = {
  kind: "stack",
  name: "bucket-is-private",
  fence: "account",
  rule: "A bucket can never be public, and whoever writes into it, the account owns what is written.",
  reason: "Hosts run what lies there; whoever could write to it would run code on them.",
  remedy: "Give the bucket a BucketPublicAccessBlock with all four set, and BucketOwnerEnforced.",
  source: "CIS AWS Foundations 2.1.4; AWS Security Hub S3.8 and S3.12",
  *check(resources) {
    yield* each(ofType(resources, "bucket"), function* (bucket) {
      const [block] = guardsOf(resources, bucket, "bucketPublicAccessBlock");
      const open = blocks.filter((name) => block?.props[name] !== true);
      if (open.length > 0) yield `of its public access ${open.join(", ")} is not blocked`;
      const [ownership] = guardsOf(resources, bucket, "bucketOwnership");
      const owner = ownership?.props.rule?.objectOwnership;
      if (owner !== "BucketOwnerEnforced")
        yield `objectOwnership is ${owner ?? "not set"} instead of BucketOwnerEnforced`;
      if (bucket.props.forceDestroy === true) yield "forceDestroy is true: the bucket goes with all it holds";
    });
  },
};
