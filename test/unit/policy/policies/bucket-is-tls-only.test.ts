import { types } from "@metrics-link/policy/model/types.ts";
import { bucketIsTlsOnly } from "@metrics-link/policy/policies/bucket-is-tls-only.ts";
import { resource } from "../support/example.ts";
import { specify, unknown } from "../support/specification.ts";

const bucket = () => resource(types.bucket, { bucket: "b" });
const deny = { Effect: "Deny", Principal: "*" };
const tls = {
  ...deny,
  Action: "s3:*",
  Resource: ["arn:aws:s3:::b", "arn:aws:s3:::b/*"],
  Condition: { Bool: { "aws:SecureTransport": "false" } },
};
const deployer = {
  ...deny,
  Action: ["s3:PutObject", "s3:DeleteObject"],
  Resource: "arn:aws:s3:::b/*",
  Condition: { ArnNotEquals: { "aws:PrincipalArn": "arn:aws:iam::111111111111:role/deploy" } },
};
const policy = (...Statement: object[]) =>
  resource(types.bucketPolicy, { bucket: "b", policy: JSON.stringify({ Statement }) });

specify(bucketIsTlsOnly, {
  passes: {
    "both refusals": [bucket(), policy(tls, deployer)],
  },
  fails: {
    "no policy": [[bucket()], /nothing refuses requests without TLS/],
    "clear text": [[bucket(), policy(deployer)], /nothing refuses requests without TLS/],
    "changes by anybody": [[bucket(), policy(tls)], /nothing refuses changes by others/],
    "a refusal of some": [[bucket(), policy({ ...tls, Principal: { AWS: "arn" } }, deployer)], /without TLS/],
  },
  undecidable: {
    "a policy that is not known": [bucket(), resource(types.bucketPolicy, { bucket: "b", policy: unknown })],
  },
});
