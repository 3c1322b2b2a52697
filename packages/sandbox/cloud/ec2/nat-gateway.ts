import { string } from "../../plugins/rpc/schema.ts";
import { AwsError } from "../aws-error.ts";
import { awsResourceType } from "../aws-resource-type.ts";
import { tagInput, tagOutput } from "../tags.ts";
import { freeAddress } from "./eip.ts";
import { gatewayOf } from "./internet-gateway.ts";
import { newInterface, subnet } from "./subnet.ts";

/** A public, zonal NAT gateway with one pinned address. Kept by the cloud alone. */
export const natGateway = awsResourceType({
  type: "aws:ec2/natGateway:NatGateway",
  inputs: {
    allocationId: string({ required: true, replaceOnChange: true }),
    availabilityMode: string({ oneOf: ["zonal"], replaceOnChange: true }),
    connectivityType: string({ default: "public", oneOf: ["public"], replaceOnChange: true }),
    privateIp: string({ replaceOnChange: true }),
    subnetId: string({ required: true, replaceOnChange: true }),
    ...tagInput,
  },
  outputs: {
    associationId: string({ required: true }),
    availabilityMode: string({ required: true }),
    networkInterfaceId: string({ required: true }),
    privateIp: string({ required: true }),
    publicIp: string({ required: true }),
    ...tagOutput,
  },
  notFound: (id) => ({ code: "NatGatewayNotFound", message: `NAT gateway ${id} was not found` }),
  blockedBy: {
    types: ["aws:ec2/route:Route"],
    code: "DependencyViolation",
    message: (id, by) => `The NAT gateway '${id}' is still the target of ${by}`,
  },

  async create(scope, inputs) {
    const home = scope.get(subnet, inputs.subnetId);
    // https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html, "failed" state. A route from
    // the subnet to the gateway is not asked for: without one the NAT gateway is made and passes nothing on.
    if (gatewayOf(scope, home.inputs.vpcId) === undefined) {
      throw new AwsError("Gateway.NotAttached", `Network ${home.inputs.vpcId} has no Internet gateway attached`);
    }
    const publicIp = freeAddress(scope, inputs.allocationId);
    const made = newInterface(scope, home.id, inputs.privateIp);
    return {
      id: scope.newId("nat"),
      outputs: {
        associationId: scope.newId("eipassoc"),
        availabilityMode: "zonal",
        networkInterfaceId: made.id,
        privateIp: made.privateAddress,
        publicIp,
        tagsAll: inputs.tags ?? {},
      },
      facts: { interfaces: [made] },
    };
  },

  async update(_scope, { outputs }, news) {
    return { outputs: { ...outputs, tagsAll: news.tags ?? {} } };
  },
});
