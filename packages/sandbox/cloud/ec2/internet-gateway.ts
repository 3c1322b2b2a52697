import { string } from "../../plugins/rpc/schema.ts";
import { AwsError } from "../aws-error.ts";
import type { Scope } from "../aws-resource-type.ts";
import { awsResourceType } from "../aws-resource-type.ts";
import { tagInput, tagOutput } from "../tags.ts";
import { addressUser, eip } from "./eip.ts";
import { subnet } from "./subnet.ts";
import { vpc } from "./vpc.ts";

export const internetGateway = awsResourceType({
  type: "aws:ec2/internetGateway:InternetGateway",
  inputs: { vpcId: string(), ...tagInput },
  outputs: { arn: string({ required: true }), ownerId: string({ required: true }), ...tagOutput },
  notFound: (id) => ({
    code: "InvalidInternetGatewayID.NotFound",
    message: `The internetGateway ID '${id}' does not exist`,
  }),
  // EC2 lets a route to a deleted gateway stand as a black hole; the sandbox has no black holes and refuses.
  blockedBy: {
    types: ["aws:ec2/route:Route"],
    code: "DependencyViolation",
    message: (id, by) => `The internet gateway '${id}' is still the target of ${by}`,
  },

  async create(scope, inputs) {
    if (inputs.vpcId !== undefined) refuseAttaching(scope, inputs.vpcId);
    const id = scope.newId("igw");
    return {
      id,
      outputs: {
        arn: scope.arn("ec2", `internet-gateway/${id}`),
        ownerId: scope.account,
        tagsAll: inputs.tags ?? {},
      },
    };
  },

  async update(scope, { inputs, outputs }, news) {
    if (inputs.vpcId !== news.vpcId) {
      if (inputs.vpcId !== undefined) refuseDetaching(scope, inputs.vpcId);
      if (news.vpcId !== undefined) refuseAttaching(scope, news.vpcId);
    }
    return { outputs: { ...outputs, tagsAll: news.tags ?? {} } };
  },

  async delete(scope, { inputs }) {
    if (inputs.vpcId !== undefined) refuseDetaching(scope, inputs.vpcId);
  },
});

/** The internet gateway attached to a VPC. */
export function gatewayOf(scope: Scope, vpcId: string): { id: string } | undefined {
  return scope.list(internetGateway).find((gateway) => gateway.inputs.vpcId === vpcId);
}

/** https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html: one a VPC. */
function refuseAttaching(scope: Scope, vpcId: string): void {
  scope.get(vpc, vpcId);
  const attached = gatewayOf(scope, vpcId);
  if (attached !== undefined) {
    throw new AwsError(
      "InvalidParameterValue",
      `Network ${vpcId} already has an internet gateway attached: ${attached.id}`,
    );
  }
}

function refuseDetaching(scope: Scope, vpcId: string): void {
  const subnets = scope.list(subnet).filter((item) => item.inputs.vpcId === vpcId);
  const ids = new Set(subnets.map((item) => item.id));
  const mapped = scope.list(eip).find((address) => {
    const user = addressUser(scope, address);
    return user?.facts.interfaces?.some((item) => ids.has(item.subnetId));
  });
  if (mapped !== undefined) {
    throw new AwsError(
      "DependencyViolation",
      `Network ${vpcId} has some mapped public address(es). Please unmap those public address(es) before detaching the ` +
        `gateway: ${mapped.outputs.publicIp}`,
    );
  }
}
