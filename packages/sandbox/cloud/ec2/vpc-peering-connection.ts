import { boolean, string } from "../../plugins/rpc/schema.ts";
import { blockOf, overlaps } from "../addresses.ts";
import { AwsError } from "../aws-error.ts";
import { awsResourceType } from "../aws-resource-type.ts";
import { tagInput, tagOutput } from "../tags.ts";
import { vpc } from "./vpc.ts";

/**
 * A connection between two VPCs of one account, accepted by whoever asks for it. No stack makes one: people do, and a stack has
 * routes to it (docs/decisions/0821). Kept by the cloud alone.
 */
export const peeringConnection = awsResourceType({
  type: "aws:ec2/vpcPeeringConnection:VpcPeeringConnection",
  inputs: {
    vpcId: string({ required: true, replaceOnChange: true }),
    peerVpcId: string({ required: true, replaceOnChange: true }),
    autoAccept: boolean({ oneOf: [true] }),
    ...tagInput,
  },
  outputs: { acceptStatus: string({ required: true }), peerOwnerId: string({ required: true }), ...tagOutput },
  notFound: (id) => ({
    code: "InvalidVpcPeeringConnectionID.NotFound",
    message: `The vpcPeeringConnection ID '${id}' does not exist`,
  }),

  async create(scope, inputs) {
    const [own, other] = [scope.get(vpc, inputs.vpcId), scope.get(vpc, inputs.peerVpcId)];
    // https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html: the request fails, whoever accepts it.
    if (own.id === other.id || overlaps(blockOf(own.inputs.cidrBlock), blockOf(other.inputs.cidrBlock))) {
      throw new AwsError("failed", "Failed due to incorrect VPC-ID, Account ID, or overlapping CIDR range");
    }
    return {
      id: scope.newId("pcx"),
      outputs: { acceptStatus: "active", peerOwnerId: scope.account, tagsAll: inputs.tags ?? {} },
    };
  },
});
