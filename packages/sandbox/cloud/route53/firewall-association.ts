import { integer, string } from "../../plugins/rpc/schema.ts";
import { AwsError } from "../aws-error.ts";
import { awsResourceType, type Scope } from "../aws-resource-type.ts";
import { vpc } from "../ec2/vpc.ts";
import { tagInput, tagOutput } from "../tags.ts";
import { firewallNameFault } from "./firewall-domain-list.ts";
import { firewallRuleGroup } from "./firewall-rule-group.ts";

/** https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html: 5 rule groups for each VPC. */
const MOST_GROUPS = 5;

/** 100 and 9900 are Firewall Manager's, which filters before and after everybody else (AssociateFirewallRuleGroup). */
function priorityFault(priority: number): string | undefined {
  return priority > 100 && priority < 9900 ? undefined : `is ${priority}, but must be above 100 and below 9900`;
}

/** A rule group at work in a VPC. */
export const firewallAssociation = awsResourceType({
  type: "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation",
  inputs: {
    firewallRuleGroupId: string({ required: true, replaceOnChange: true }),
    mutationProtection: string({ assumed: "DISABLED", oneOf: ["DISABLED", "ENABLED"] }),
    name: string({ autoname: { maxLength: 64 }, validate: firewallNameFault }),
    priority: integer({ required: true, validate: priorityFault }),
    vpcId: string({ required: true, replaceOnChange: true }),
    ...tagInput,
  },
  outputs: { arn: string({ required: true }), ...tagOutput },

  async create(scope, inputs) {
    scope.get(vpc, inputs.vpcId);
    scope.get(firewallRuleGroup, inputs.firewallRuleGroupId);
    refuseBeside(scope, inputs);
    const id = scope.newId("rslvr-frgassoc");
    const arn = scope.arn("route53resolver", `firewall-rule-group-association/${id}`);
    return { id, outputs: { arn, tagsAll: inputs.tags ?? {} } };
  },

  async update(scope, { id, inputs, outputs }, news) {
    const changes = inputs.name !== news.name || inputs.priority !== news.priority;
    if (changes && inputs.mutationProtection === "ENABLED") refuseProtected(id);
    refuseBeside(scope, news, id);
    return { outputs: { ...outputs, tagsAll: news.tags ?? {} } };
  },

  async delete(_scope, { id, inputs }) {
    if (inputs.mutationProtection === "ENABLED") refuseProtected(id);
  },
});

/** The code is not measured on AWS. */
function refuseProtected(id: string): never {
  throw new AwsError(
    "ValidationException",
    `The association '${id}' can be neither changed nor removed while its mutation protection is enabled`,
  );
}

function refuseBeside(
  scope: Scope,
  inputs: { readonly vpcId: string; readonly priority: number; readonly firewallRuleGroupId: string },
  ownId?: string,
): void {
  const others = scope
    .list(firewallAssociation)
    .filter((other) => other.id !== ownId && other.inputs.vpcId === inputs.vpcId);
  if (others.some((other) => other.inputs.priority === inputs.priority)) {
    throw new AwsError(
      "ConflictException",
      `${inputs.vpcId} has an association of priority ${inputs.priority} already`,
    );
  }
  if (others.some((other) => other.inputs.firewallRuleGroupId === inputs.firewallRuleGroupId)) {
    throw new AwsError("ConflictException", `${inputs.firewallRuleGroupId} is associated with ${inputs.vpcId} already`);
  }
  if (others.length >= MOST_GROUPS) {
    throw new AwsError("LimitExceededException", `${inputs.vpcId} has ${MOST_GROUPS} rule groups already`);
  }
}

/** What a VPC's firewall does with queries that it cannot judge. AWS has one for each VPC, and deleting it resets it. */
export const firewallConfig = awsResourceType({
  type: "aws:route53/resolverFirewallConfig:ResolverFirewallConfig",
  inputs: {
    firewallFailOpen: string({ assumed: "DISABLED", oneOf: ["DISABLED", "ENABLED"] }),
    resourceId: string({ required: true, replaceOnChange: true }),
  },
  outputs: { ownerId: string({ required: true }) },

  async create(scope, inputs) {
    scope.get(vpc, inputs.resourceId);
    return { id: scope.newId("rslvr-fc"), outputs: { ownerId: scope.account } };
  },

  async update(_scope, { outputs }) {
    return { outputs };
  },
});
