import { integer, string } from "../../plugins/rpc/schema.ts";
import { AwsError } from "../aws-error.ts";
import type { Scope } from "../aws-resource-type.ts";
import { awsResourceType } from "../aws-resource-type.ts";
import { type InstanceResource, instance } from "../ec2/instance.ts";
import { subnet } from "../ec2/subnet.ts";
import { targetGroup } from "./target-group.ts";

export const targetGroupAttachment = awsResourceType({
  type: "aws:lb/targetGroupAttachment:TargetGroupAttachment",
  inputs: {
    port: integer({ replaceOnChange: true }),
    targetGroupArn: string({ required: true, replaceOnChange: true }),
    targetId: string({ required: true, replaceOnChange: true }),
  },
  outputs: {},

  async create(scope, inputs) {
    const group = scope.get(targetGroup, inputs.targetGroupArn);
    if (inputs.port !== undefined && inputs.port !== group.inputs.port) {
      throw new AwsError(
        "ValidationError",
        `Target ${inputs.targetId} has port ${inputs.port} and its group ${group.inputs.port}; the sandbox gives all targets the group's`,
      );
    }
    const target = targetOf(scope, inputs.targetId, group.inputs.targetType);
    // https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RegisterTargets.html, InvalidTarget
    if (target === undefined || scope.get(subnet, target.inputs.subnetId).inputs.vpcId !== group.inputs.vpcId) {
      throw new AwsError(
        "InvalidTarget",
        `The following targets are not ${group.inputs.targetType === "ip" ? "addresses of instances" : "instances"} in the target group VPC '${group.inputs.vpcId}': '${inputs.targetId}'`,
      );
    }
    return { id: `${inputs.targetGroupArn}-${inputs.targetId}`, outputs: {} };
  },
});

/** The instance that a target is, given by id or by address. */
function targetOf(scope: Scope, targetId: string, targetType: string): InstanceResource | undefined {
  return scope
    .list(instance)
    .find((item) => (targetType === "ip" ? item.outputs.privateIp === targetId : item.id === targetId));
}
