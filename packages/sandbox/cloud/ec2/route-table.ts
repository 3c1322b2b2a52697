import { string } from "../../plugins/rpc/schema.ts";
import { AwsError } from "../aws-error.ts";
import type { Scope } from "../aws-resource-type.ts";
import { awsResourceType } from "../aws-resource-type.ts";
import { tagInput, tagOutput } from "../tags.ts";
import { vpc } from "./vpc.ts";

/** A route table without routes of its own; they are `Route` resources. Kept by the cloud alone. */
export const routeTable = awsResourceType({
  type: "aws:ec2/routeTable:RouteTable",
  inputs: { vpcId: string({ required: true, replaceOnChange: true }), ...tagInput },
  outputs: { arn: string({ required: true }), ownerId: string({ required: true }), ...tagOutput },
  notFound: (id) => ({ code: "InvalidRouteTableID.NotFound", message: `The routeTable ID '${id}' does not exist` }),
  // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteRouteTable.html: subnets first, routes go with it.
  blockedBy: {
    types: ["aws:ec2/routeTableAssociation:RouteTableAssociation"],
    code: "DependencyViolation",
    message: (id, by) => `The routeTable '${id}' has dependencies and cannot be deleted: ${by}`,
  },

  async create(scope, inputs) {
    scope.get(vpc, inputs.vpcId);
    const id = scope.newId("rtb");
    return {
      id,
      outputs: { arn: scope.arn("ec2", `route-table/${id}`), ownerId: scope.account, tagsAll: inputs.tags ?? {} },
    };
  },

  async update(_scope, { outputs }, news) {
    return { outputs: { ...outputs, tagsAll: news.tags ?? {} } };
  },
});

/** The VPC of a route table, which may be a VPC's main one. */
export function vpcOfRouteTable(scope: Scope, id: string): { id: string; cidr: string } {
  const main = scope.list(vpc).find((network) => network.outputs.mainRouteTableId === id);
  const network = main ?? scope.get(vpc, scope.get(routeTable, id).inputs.vpcId);
  return { id: network.id, cidr: network.inputs.cidrBlock };
}

/** Refuses a route table of another VPC. */
export function refuseForeignTable(scope: Scope, id: string, vpcId: string, what: string): void {
  const owner = vpcOfRouteTable(scope, id);
  if (owner.id !== vpcId) {
    throw new AwsError("InvalidParameterValue", `route table ${id} and ${what} belong to different networks`);
  }
}
