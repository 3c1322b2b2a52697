import { types } from "@metrics-link/policy/model/resources.ts";
import { resource } from "../support/example.ts";
import { specify, unknown } from "../support/specification.ts";

specify("default-group-is-closed", {
  passes: {
    "a group without rules": resource(types.defaultSecurityGroup, { vpcId: "vpc-1" }),
  },
  fails: {
    "a rule": [resource(types.defaultSecurityGroup, { ingress: [{ self: true }] }), /has 1 rules/],
    "a way out": [resource(types.defaultSecurityGroup, { egress: [{}] }), /has 1 rules/],
  },
  undecidable: {
    "rules that are not known": resource(types.defaultSecurityGroup, { ingress: unknown }),
  },
});
