import type { ResourceRule } from "../model/policy.ts";
import { types } from "../model/types.ts";

/** Types about which there is nothing to ask, each with what makes it harmless. */
const harmless: Readonly<Record<string, string>> = {
  "aws:ec2/vpc:Vpc": "reached by nothing but its gateways",
  "aws:ec2/internetGateway:InternetGateway": "leads nowhere without a route",
  "aws:ec2/routeTable:RouteTable": "its routes are resources of their own, see one-egress-address",
  "aws:ec2/volumeAttachment:VolumeAttachment": "its ends are looked at",
  "aws:lb/targetGroupAttachment:TargetGroupAttachment": "leads from the balancer to the host",
  "aws:iam/instanceProfile:InstanceProfile": "carries the one role, which is looked at",
  "aws:kms/alias:Alias": "a name",
  "command:local:Command": "asks the host to converge; see no-key-material",
};

export const typesAreKnown: ResourceRule = {
  kind: "resource",
  name: "types-are-known",
  fence: "account",
  rule: "A stack holds no kind of resource that no policy knows.",
  reason: "What nobody thought of is looked at by nobody: an IAM user, a peering, a public function.",
  remedy: "Write the policy that it needs, and add the type to packages/policy/model/types.ts.",
  source: "Saltzer and Schroeder, The Protection of Information in Computer Systems: fail-safe defaults",
  *check({ type }) {
    if (/^(metrics-link:|pulumi:)/.test(type)) return;
    if (type in harmless || Object.values<string>(types).includes(type)) return;
    yield `${type} is known to no policy`;
  },
};
