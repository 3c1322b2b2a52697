import { boolean, string } from "../../plugins/rpc/schema.ts";
import {
  blockOf,
  contains,
  formatAddress,
  isUsable,
  lowestFree,
  networkFault,
  overlaps,
  parseAddress,
} from "../addresses.ts";
import { AwsError } from "../aws-error.ts";
import type { Scope } from "../aws-resource-type.ts";
import { awsResourceType } from "../aws-resource-type.ts";
import { ZONES, zoneFault, zoneId } from "../catalogue.ts";
import type { NetworkInterface } from "../resource.ts";
import { tagInput, tagOutput, tagSpecifications } from "../tags.ts";
import { retag } from "./retag.ts";
import { vpc } from "./vpc.ts";

export const subnet = awsResourceType({
  type: "aws:ec2/subnet:Subnet",
  inputs: {
    vpcId: string({ required: true, replaceOnChange: true }),
    cidrBlock: string({ required: true, replaceOnChange: true, validate: networkFault }),
    availabilityZone: string({ replaceOnChange: true, validate: zoneFault }),
    mapPublicIpOnLaunch: boolean({ assumed: false, oneOf: [false] }),
    ...tagInput,
  },
  outputs: {
    arn: string({ required: true }),
    availabilityZone: string({ required: true }),
    availabilityZoneId: string({ required: true }),
    ownerId: string({ required: true }),
    ...tagOutput,
  },
  notFound: (id) => ({ code: "InvalidSubnetID.NotFound", message: `The subnet ID '${id}' does not exist` }),
  // https://docs.aws.amazon.com/vpc/latest/userguide/subnet-deleting.html: whatever has a network interface in it.
  blockedBy: {
    types: [
      "aws:ec2/instance:Instance",
      "aws:ec2/natGateway:NatGateway",
      "aws:ec2/vpcEndpoint:VpcEndpoint",
      "aws:lb/loadBalancer:LoadBalancer",
    ],
    code: "DependencyViolation",
    message: (id, by) => `The subnet '${id}' has dependencies and cannot be deleted: ${by}`,
  },

  async create(scope, inputs) {
    const network = scope.get(vpc, inputs.vpcId);
    refuseConflict(scope, network.id, network.inputs.cidrBlock, inputs.cidrBlock);
    const zone = inputs.availabilityZone ?? ZONES[0].name;
    const made = await scope.aws.ec2.createSubnet({
      VpcId: network.id,
      CidrBlock: inputs.cidrBlock,
      AvailabilityZone: zone,
      TagSpecifications: tagSpecifications("subnet", inputs.tags),
    });
    const id = made.Subnet?.SubnetId ?? "";
    return {
      id,
      outputs: {
        arn: scope.arn("ec2", `subnet/${id}`),
        availabilityZone: zone,
        availabilityZoneId: zoneId(zone),
        ownerId: scope.account,
        tagsAll: inputs.tags ?? {},
      },
    };
  },

  async update(scope, { id, inputs, outputs }, news) {
    await retag(scope, id, inputs.tags, news.tags);
    return { outputs: { ...outputs, tagsAll: news.tags ?? {} } };
  },

  async delete(scope, { id }) {
    await scope.aws.ec2.deleteSubnet({ SubnetId: id });
  },
});

/** https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html: within the VPC, and no overlap. */
function refuseConflict(scope: Scope, vpcId: string, vpcCidr: string, cidr: string): void {
  if (!contains(blockOf(vpcCidr), blockOf(cidr))) {
    throw new AwsError("InvalidSubnet.Range", `The CIDR '${cidr}' is invalid: it is not within ${vpcCidr} of ${vpcId}`);
  }
  const siblings = scope.list(subnet).filter((other) => other.inputs.vpcId === vpcId);
  const rival = siblings.find((other) => overlaps(blockOf(other.inputs.cidrBlock), blockOf(cidr)));
  if (rival !== undefined) {
    throw new AwsError(
      "InvalidSubnet.Conflict",
      `The CIDR '${cidr}' conflicts with another subnet: ${rival.id}, ${rival.inputs.cidrBlock}`,
    );
  }
}

/** A network interface with a free address of the subnet: the wanted one, or else the lowest. */
export function newInterface(scope: Scope, subnetId: string, wanted?: string): NetworkInterface {
  return newInterfaces(scope, [{ subnetId, ...(wanted === undefined ? {} : { wanted }) }])[0] as NetworkInterface;
}

/** Network interfaces for one request, none of which is on record yet. */
export function newInterfaces(
  scope: Scope,
  places: readonly { readonly subnetId: string; readonly wanted?: string }[],
): NetworkInterface[] {
  const onRecord = scope.everything().flatMap(({ facts }) => facts.interfaces ?? []);
  const made: NetworkInterface[] = [];
  for (const { subnetId, wanted } of places) {
    const cidr = scope.get(subnet, subnetId).inputs.cidrBlock;
    const neighbours = [...onRecord, ...made].filter((item) => item.subnetId === subnetId);
    const taken = new Set(neighbours.map((item) => item.privateAddress));
    if (wanted !== undefined) refuseUnlessFree(wanted, cidr, taken);
    const privateAddress = wanted ?? lowestFree(blockOf(cidr), taken);
    if (privateAddress === undefined) {
      throw new AwsError("InsufficientFreeAddressesInSubnet", `${subnetId} (${cidr}) has no free address`);
    }
    made.push({ id: scope.newId("eni"), subnetId, privateAddress });
  }
  return made;
}

function refuseUnlessFree(wanted: string, cidr: string, taken: ReadonlySet<string>): void {
  const address = parseAddress(wanted);
  const block = blockOf(cidr);
  if (address === undefined || !contains(block, { first: address, last: address, prefix: 32 })) {
    throw new AwsError(
      "InvalidParameterValue",
      `Address ${wanted} does not fall within the subnet's address range ${cidr}`,
    );
  }
  if (!isUsable(block, address)) {
    const first = formatAddress(block.first + 4);
    throw new AwsError(
      "InvalidParameterValue",
      `Address ${wanted} is in subnet's reserved address range: ${cidr} is free from ${first}`,
    );
  }
  if (taken.has(wanted)) throw new AwsError("InvalidIPAddress.InUse", `Address ${wanted} is in use.`);
}
