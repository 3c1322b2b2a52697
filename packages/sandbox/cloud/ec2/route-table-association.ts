import { string } from "../../plugins/rpc/schema.ts";
import { AwsError } from "../aws-error.ts";
import type { Scope } from "../aws-resource-type.ts";
import { awsResourceType } from "../aws-resource-type.ts";
import { refuseForeignTable } from "./route-table.ts";
import { subnet } from "./subnet.ts";

/** Which route table a subnet uses instead of the VPC's main one. */
export const routeTableAssociation = awsResourceType({
  type: "aws:ec2/routeTableAssociation:RouteTableAssociation",
  inputs: {
    routeTableId: string({ required: true }),
    subnetId: string({ required: true, replaceOnChange: true }),
  },
  outputs: {},

  async create(scope, inputs) {
    refuseForeignTable(scope, inputs.routeTableId, scope.get(subnet, inputs.subnetId).inputs.vpcId, inputs.subnetId);
    refuseSecond(scope, inputs.subnetId);
    return { id: scope.newId("rtbassoc"), outputs: {} };
  },

  async update(scope, _resource, news) {
    refuseForeignTable(scope, news.routeTableId, scope.get(subnet, news.subnetId).inputs.vpcId, news.subnetId);
    return { outputs: {} };
  },
});

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssociateRouteTable.html */
function refuseSecond(scope: Scope, subnetId: string): void {
  const other = scope.list(routeTableAssociation).find((item) => item.inputs.subnetId === subnetId);
  if (other !== undefined) {
    throw new AwsError(
      "Resource.AlreadyAssociated",
      `the specified association for subnet ${subnetId} conflicts with an existing association ${other.id}`,
    );
  }
}
