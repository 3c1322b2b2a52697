import { string } from "../../plugins/rpc/schema.ts";
import { formatAddress, parseAddress } from "../addresses.ts";
import { AwsError } from "../aws-error.ts";
import { awsResourceType, type Scope } from "../aws-resource-type.ts";
import { ELASTIC_ADDRESSES_PER_ACCOUNT, elasticAddressPool } from "../catalogue.ts";
import type { Resource } from "../resource.ts";
import { tagInput, tagOutput } from "../tags.ts";
import { names } from "../values.ts";

/**
 * An Elastic IP. Kept by the cloud alone: moto gives addresses of 127.0.0.0/8 and releases those in use.
 * Who uses it follows from who names its allocation: a NAT gateway, a load balancer, or itself by `instance`.
 */
export const eip = awsResourceType({
  type: "aws:ec2/eip:Eip",
  inputs: {
    domain: string({ oneOf: ["vpc"], replaceOnChange: true }),
    instance: string(),
    ...tagInput,
  },
  outputs: {
    allocationId: string({ required: true }),
    arn: string({ required: true }),
    domain: string({ required: true }),
    publicDns: string({ required: true }),
    publicIp: string({ required: true }),
    ...tagOutput,
  },
  notFound: (id) => ({ code: "InvalidAllocationID.NotFound", message: `The allocation ID '${id}' does not exist` }),

  async create(scope, inputs) {
    const publicIp = allocate(scope);
    if (inputs.instance !== undefined) refuseInstance(scope, inputs.instance);
    const id = scope.newId("eipalloc");
    return {
      id,
      outputs: {
        allocationId: id,
        arn: scope.arn("ec2", `elastic-ip/${id}`),
        domain: "vpc",
        // https://docs.aws.amazon.com/vpc/latest/userguide/vpc-dns.html
        publicDns: `ec2-${publicIp.replaceAll(".", "-")}.${scope.region}.compute.amazonaws.com`,
        publicIp,
        tagsAll: inputs.tags ?? {},
      },
    };
  },

  async update(scope, resource, news) {
    if (news.instance !== undefined && news.instance !== resource.inputs.instance) {
      refuseInstance(scope, news.instance);
      refuseUsed(scope, resource);
    }
    return { outputs: { ...resource.outputs, tagsAll: news.tags ?? {} } };
  },

  async delete(scope, resource) {
    refuseUsed(scope, resource);
  },
});

type Eip = Resource<typeof eip.inputs, typeof eip.outputs>;

function allocate(scope: Scope): string {
  if (scope.list(eip).length >= ELASTIC_ADDRESSES_PER_ACCOUNT) {
    throw new AwsError("AddressLimitExceeded", "The maximum number of addresses has been reached.");
  }
  const pool = elasticAddressPool(scope.account);
  const taken = new Set(scope.listEverywhere(eip).map((address) => address.outputs.publicIp));
  const last = parseAddress(pool.last) ?? 0;
  for (let address = parseAddress(pool.first) ?? 0; address <= last; address++) {
    const text = formatAddress(address);
    if (!taken.has(text)) return text;
  }
  throw new AwsError("InsufficientAddressCapacity", `${pool.first} to ${pool.last} are all allocated.`);
}

function refuseInstance(scope: Scope, id: string): void {
  const instance = scope.everything().find((item) => item.type === "aws:ec2/instance:Instance" && item.id === id);
  if (instance === undefined) {
    throw new AwsError("InvalidInstanceID.NotFound", `The instance ID '${id}' does not exist`);
  }
}

/** What the address is associated with. */
export function addressUser(scope: Scope, address: Eip): Resource | undefined {
  return scope
    .everything()
    .find((item) => item.id === address.inputs.instance || (item.id !== address.id && names(item.inputs, address.id)));
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReleaseAddress.html: disassociate first. */
function refuseUsed(scope: Scope, address: Eip): void {
  const user = addressUser(scope, address);
  if (user === undefined || user.id === address.inputs.instance) return;
  throw new AwsError(
    "InvalidIPAddress.InUse",
    `Address ${address.outputs.publicIp} is in use by ${user.type.split(":").at(-1)} ${user.id}.`,
  );
}

/**
 * The address of an allocation that is free to be associated.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssociateAddress.html, Resource.AlreadyAssociated
 */
export function freeAddress(scope: Scope, allocationId: string): string {
  const address = scope.get(eip, allocationId);
  const user = addressUser(scope, address);
  if (user !== undefined) {
    throw new AwsError(
      "Resource.AlreadyAssociated",
      `Elastic IP address [${allocationId}] is already associated with ${user.id}`,
    );
  }
  return address.outputs.publicIp;
}
