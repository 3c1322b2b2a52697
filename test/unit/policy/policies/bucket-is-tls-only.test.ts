import { bucketPolicy } from "@metrics-link/host/cloud/policies.ts";
import { types } from "@metrics-link/policy/model/resources.ts";
import { resource } from "../support/example.ts";
import { specify, unknown } from "../support/specification.ts";

const bucket = () => resource(types.bucket, { bucket: "b" });
const document = bucketPolicy("arn:aws:s3:::b", undefined);
const changed = (change: object) => {
  const Statement = document.Statement.map((one) => ({ ...one, ...change }));
  return resource(types.bucketPolicy, { bucket: "b", policy: JSON.stringify({ ...document, Statement }) });
};

specify("bucket-is-tls-only", {
  passes: {
    "the refusal": [bucket(), changed({})],
  },
  fails: {
    "no policy": [[bucket()], /nothing refuses requests without TLS/],
    "a refusal of others": [[bucket(), changed({ Principal: { AWS: "arn" } })], /without TLS/],
    "a refusal of some actions": [[bucket(), changed({ Action: "s3:PutObject" })], /without TLS/],
    "a refusal for objects alone": [[bucket(), changed({ Resource: "arn:aws:s3:::b/*" })], /without TLS/],
    "an allowance": [[bucket(), changed({ Effect: "Allow" })], /without TLS/],
  },
  undecidable: {
    "a policy that is not known": [bucket(), resource(types.bucketPolicy, { bucket: "b", policy: unknown })],
  },
});
