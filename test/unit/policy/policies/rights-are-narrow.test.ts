import { types } from "@metrics-link/policy/model/types.ts";
import { rightsAreNarrow } from "@metrics-link/policy/policies/rights-are-narrow.ts";
import { resource } from "../support/example.ts";
import { specify, unknown } from "../support/specification.ts";

const home = { StringEquals: { "aws:SourceVpc": "vpc-1" } };
const document = (change: object) =>
  JSON.stringify({
    Statement: [
      { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::bucket/*", Condition: home, ...change },
    ],
  });
const policy = (change: object) => resource(types.rolePolicy, { policy: document(change) });
const role = (principal: object) =>
  resource(types.role, { assumeRolePolicy: document({ Action: "sts:AssumeRole", Principal: principal }) });

specify(rightsAreNarrow, {
  passes: {
    "one action on one bucket": policy({}),
    "what knows no resources": policy({ Action: "ssmmessages:OpenControlChannel", Resource: "*" }),
    EC2: role({ Service: "ec2.amazonaws.com" }),
    "a refusal": resource(types.bucketPolicy, { policy: document({ Effect: "Deny", Principal: "*", Action: "s3:*" }) }),
  },
  fails: {
    "every action": [policy({ Action: "s3:*" }), /allows the action s3:\*/],
    "every resource": [policy({ Resource: "*" }), /allows s3:GetObject on \*/],
    "all but one": [policy({ NotAction: "iam:CreateUser" }), /has NotAction/],
    "rights that travel": [policy({ Condition: undefined }), /bound neither to the host's network/],
    "another account": [role({ AWS: "arn:aws:iam::333333333333:root" }), /instead of EC2 alone/],
    "an endpoint without a policy": [resource(types.vpcEndpoint, {}), /lets through everything/],
    "an endpoint for everybody": [
      resource(types.vpcEndpoint, { policy: document({ Principal: "*", Condition: undefined }) }),
      /not bound to account 111111111111/,
    ],
    everybody: [resource(types.bucketPolicy, { policy: document({ Principal: { AWS: "*" } }) }), /lets in everybody/],
  },
  undecidable: {
    "a document that is not known": resource(types.rolePolicy, { policy: unknown }),
  },
});
