import { types } from "@metrics-link/policy/model/resources.ts";
import { resource } from "../support/example.ts";
import { specify, unknown } from "../support/specification.ts";

const bucket = (change = {}, options = {}) => resource(types.bucket, { bucket: "b", ...change }, options);
const block = (change: object) =>
  resource(types.bucketPublicAccessBlock, {
    bucket: "b",
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
    ...change,
  });
const ownership = resource(types.bucketOwnership, { bucket: "b", rule: { objectOwnership: "BucketOwnerEnforced" } });

specify("bucket-is-private", {
  passes: {
    "all four, and one owner": [bucket(), block({}), ownership],
    "a protected one that is deleted with all its objects": [
      bucket({ forceDestroy: true }, { protect: true }),
      block({}),
      ownership,
    ],
  },
  fails: {
    three: [[bucket(), block({ ignorePublicAcls: false }), ownership], /ignorePublicAcls is not blocked/],
    nothing: [[bucket(), ownership], /blockPublicAcls, blockPublicPolicy/],
    "separate owners": [[bucket(), block({})], /objectOwnership is not set/],
    "one that is deleted by mistake with all its objects": [
      [bucket({ forceDestroy: true }), block({}), ownership],
      /forceDestroy is true and the bucket is not protected/,
    ],
    "another bucket's": [[bucket(), block({ bucket: "c" }), ownership], /is not blocked/],
  },
  undecidable: {
    "a bucket that is not known": [bucket(), block({ bucket: unknown }), ownership],
  },
});
