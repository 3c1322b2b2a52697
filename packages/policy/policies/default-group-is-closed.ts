import type { ResourceRule } from "../model/policy.ts";
import { types } from "../model/types.ts";

export const defaultGroupIsClosed: ResourceRule = {
  kind: "resource",
  name: "default-group-is-closed",
  fence: "address",
  rule: "The default security group of the VPC lets nothing in or out.",
  reason:
    "Whatever is made without a group gets this one, which as AWS makes it lets its members reach each other and everything.",
  remedy: "Adopt it as DefaultSecurityGroup without rules.",
  source: "CIS AWS Foundations 5.4; AWS Security Hub EC2.2",
  types: [types.defaultSecurityGroup],
  *check({ props }) {
    const rules = [...(props.ingress ?? []), ...(props.egress ?? [])];
    if (rules.length > 0) yield `it has ${rules.length} rules`;
  },
};
