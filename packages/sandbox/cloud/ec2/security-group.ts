import { boolean, string } from "../../plugins/rpc/schema.ts";
import { AwsError } from "../aws-error.ts";
import { atomically, awsResourceType, type Scope } from "../aws-resource-type.ts";
import { tagInput, tagOutput, tagSpecifications } from "../tags.ts";
import { retag } from "./retag.ts";
import { vpc } from "./vpc.ts";

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html, "Constraints" of both. */
const MAX_LENGTH = 255;
const ALLOWED = /^[\w .\-:/()#,@[\]+=&;{}!$*]*$/;

function textFault(text: string): string | undefined {
  if (text.length > MAX_LENGTH) return `has ${text.length} characters; at most ${MAX_LENGTH} are allowed`;
  if (!ALLOWED.test(text)) return `"${text}" may only have a-z, A-Z, 0-9, spaces and ._-:/()#,@[]+=&;{}!$*`;
  return undefined;
}

/** What is wrong with a rule's or a group's description, or undefined. */
export const descriptionFault = textFault;

function nameFault(name: string): string | undefined {
  return name.startsWith("sg-") ? `"${name}" must not begin with "sg-"` : textFault(name);
}

/** A group without rules of its own; they are SecurityGroupIngressRule and SecurityGroupEgressRule resources. */
export const securityGroup = awsResourceType({
  type: "aws:ec2/securityGroup:SecurityGroup",
  inputs: {
    description: string({ default: "Managed by Pulumi", replaceOnChange: true, validate: textFault }),
    name: string({ autoname: { maxLength: MAX_LENGTH }, replaceOnChange: true, validate: nameFault }),
    revokeRulesOnDelete: boolean({ assumed: false }),
    vpcId: string({ required: true, replaceOnChange: true }),
    ...tagInput,
  },
  outputs: { arn: string({ required: true }), ownerId: string({ required: true }), ...tagOutput },
  notFound: (id) => ({ code: "InvalidGroup.NotFound", message: `The security group '${id}' does not exist` }),
  // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSecurityGroup.html: "associated with an instance
  // or network interface, is referenced by another security group in the same VPC".
  blockedBy: {
    types: ["aws:ec2/instance:Instance", "aws:ec2/vpcEndpoint:VpcEndpoint", "aws:lb/loadBalancer:LoadBalancer"],
    code: "DependencyViolation",
    message: (id, by) => `resource ${id} has a dependent object: ${by}`,
  },

  async create(scope, inputs) {
    const { ec2 } = scope.aws;
    scope.get(vpc, inputs.vpcId);
    return atomically(async (undo) => {
      const made = await ec2.createSecurityGroup({
        GroupName: inputs.name,
        Description: inputs.description,
        VpcId: inputs.vpcId,
        TagSpecifications: tagSpecifications("security-group", inputs.tags),
      });
      const id = made.GroupId ?? "";
      undo(() => ec2.deleteSecurityGroup({ GroupId: id }));
      // EC2 adds "allow all outbound"; the real provider takes it away, so that what is allowed is what is written.
      await ec2.revokeSecurityGroupEgress({
        GroupId: id,
        IpPermissions: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
      });
      return {
        id,
        outputs: {
          arn: scope.arn("ec2", `security-group/${id}`),
          ownerId: scope.account,
          tagsAll: inputs.tags ?? {},
        },
      };
    });
  },

  async update(scope, { id, inputs, outputs }, news) {
    await retag(scope, id, inputs.tags, news.tags);
    return { outputs: { ...outputs, tagsAll: news.tags ?? {} } };
  },

  async delete(scope, { id }) {
    const referring = scope.rules().find((rule) => rule.groupId !== id && rule.referencedSecurityGroupId === id);
    if (referring !== undefined) {
      throw new AwsError(
        "DependencyViolation",
        `resource ${id} has a dependent object: rule ${referring.id} of ${referring.groupId}`,
      );
    }
    await scope.aws.ec2.deleteSecurityGroup({ GroupId: id });
  },
});

/** The VPC of a security group, which may be a VPC's default one. */
export function vpcOfSecurityGroup(scope: Scope, id: string): string {
  const owner = scope.list(vpc).find((network) => network.outputs.defaultSecurityGroupId === id);
  return owner?.id ?? scope.get(securityGroup, id).inputs.vpcId;
}

/** Refuses security groups of other VPCs, for whatever gets a network interface in `vpcId`. */
export function refuseForeignGroups(scope: Scope, ids: readonly string[], vpcId: string, what: string): void {
  for (const id of ids) {
    if (vpcOfSecurityGroup(scope, id) !== vpcId) {
      throw new AwsError("InvalidParameter", `Security group ${id} and ${what} belong to different networks.`);
    }
  }
  // https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html: 5 security groups a network interface.
  if (ids.length > 5) {
    throw new AwsError(
      "SecurityGroupsPerInterfaceLimitExceeded",
      `${what} has ${ids.length} security groups; at most 5 are allowed`,
    );
  }
}

/** Every group of the account that may have rules: the given ones and the VPCs' default ones. */
export function allGroupIds(scope: Scope): string[] {
  return [
    ...scope.list(vpc).map((network) => network.outputs.defaultSecurityGroupId),
    ...scope.list(securityGroup).map((group) => group.id),
  ];
}
