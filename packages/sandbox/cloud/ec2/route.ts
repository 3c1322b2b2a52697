import { crc32 } from "node:zlib";
import { type Known, string } from "../../plugins/rpc/schema.ts";
import { blockOf, cidrFault, contains } from "../addresses.ts";
import { AwsError } from "../aws-error.ts";
import { awsResourceType, type Scope } from "../aws-resource-type.ts";
import { PREFIX_LISTS } from "../catalogue.ts";
import { given } from "../values.ts";
import { internetGateway } from "./internet-gateway.ts";
import { natGateway } from "./nat-gateway.ts";
import { vpcOfRouteTable } from "./route-table.ts";
import { subnet } from "./subnet.ts";
import { peeringConnection } from "./vpc-peering-connection.ts";

/** One route, to an internet gateway, a NAT gateway or another VPC. Gateway endpoints make theirs themselves. */
export const route = awsResourceType({
  type: "aws:ec2/route:Route",
  inputs: {
    routeTableId: string({ required: true, replaceOnChange: true }),
    destinationCidrBlock: string({ replaceOnChange: true, validate: cidrFault }),
    destinationPrefixListId: string({ replaceOnChange: true }),
    gatewayId: string(),
    natGatewayId: string(),
    vpcPeeringConnectionId: string(),
  },
  outputs: { origin: string({ required: true }), state: string({ required: true }) },

  check(inputs) {
    const targets = [inputs.gatewayId, inputs.natGatewayId, inputs.vpcPeeringConnectionId].filter(given).length;
    const destinations = [inputs.destinationCidrBlock, inputs.destinationPrefixListId].filter(given).length;
    const failures = [];
    if (targets !== 1) {
      failures.push({
        property: "",
        reason: "needs exactly one of gatewayId, natGatewayId, vpcPeeringConnectionId",
      });
    }
    if (destinations !== 1) {
      failures.push({ property: "", reason: "needs exactly one of destinationCidrBlock, destinationPrefixListId" });
    }
    return failures;
  },

  async create(scope, inputs) {
    const destination = destinationOf(inputs);
    refuseDestination(scope, inputs, destination);
    refuseTarget(scope, inputs);
    // As the real provider makes it: internal/service/ec2/vpc_route.go, routeCreateID.
    return {
      id: `r-${inputs.routeTableId}${crc32(destination)}`,
      outputs: { origin: "CreateRoute", state: "active" },
    };
  },

  async update(scope, { outputs }, news) {
    refuseTarget(scope, news);
    return { outputs };
  },
});

type Inputs = Known<typeof route.inputs>;

export function destinationOf(inputs: Inputs): string {
  return inputs.destinationCidrBlock ?? inputs.destinationPrefixListId ?? "";
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateRoute.html */
function refuseDestination(scope: Scope, inputs: Inputs, destination: string): void {
  const network = vpcOfRouteTable(scope, inputs.routeTableId);
  const rival = scope
    .list(route)
    .find((other) => other.inputs.routeTableId === inputs.routeTableId && destinationOf(other.inputs) === destination);
  if (rival !== undefined || destination === network.cidr) {
    throw new AwsError("RouteAlreadyExists", `The route identified by ${destination} already exists.`);
  }
  if (destination.startsWith("pl-") && !PREFIX_LISTS.some((list) => list.id === destination)) {
    throw new AwsError("InvalidPrefixListID.NotFound", `The prefix list ID '${destination}' does not exist`);
  }
  if (!destination.startsWith("pl-") && contains(blockOf(network.cidr), blockOf(destination))) {
    throw new AwsError(
      "InvalidParameterValue",
      `${destination} is more specific than the local route ${network.cidr}; the sandbox does not model routes inside a VPC`,
    );
  }
}

function refuseTarget(scope: Scope, inputs: Inputs): void {
  const network = vpcOfRouteTable(scope, inputs.routeTableId);
  const target = inputs.gatewayId ?? inputs.natGatewayId ?? inputs.vpcPeeringConnectionId;
  if (!homesOf(scope, inputs).includes(network.id)) {
    throw new AwsError(
      "InvalidParameterValue",
      `route table ${inputs.routeTableId} and ${target} belong to different networks`,
    );
  }
}

/** The networks that may have a route to a target. */
function homesOf(scope: Scope, { gatewayId, natGatewayId = "", vpcPeeringConnectionId }: Inputs): string[] {
  if (gatewayId !== undefined) return [scope.get(internetGateway, gatewayId).inputs.vpcId ?? ""];
  if (vpcPeeringConnectionId !== undefined) {
    const { vpcId, peerVpcId } = scope.get(peeringConnection, vpcPeeringConnectionId).inputs;
    return [vpcId, peerVpcId];
  }
  return [scope.get(subnet, scope.get(natGateway, natGatewayId).inputs.subnetId).inputs.vpcId];
}
