import { randomBytes } from "node:crypto";
import { boolean, type Known, object, set, string } from "../../plugins/rpc/schema.ts";
import { AwsError } from "../aws-error.ts";
import { awsResourceType, type Scope } from "../aws-resource-type.ts";
import { NLB_ZONE_ID } from "../catalogue.ts";
import { freeAddress } from "../ec2/eip.ts";
import { gatewayOf } from "../ec2/internet-gateway.ts";
import { refuseForeignGroups } from "../ec2/security-group.ts";
import { newInterfaces, subnet } from "../ec2/subnet.ts";
import type { Resource } from "../resource.ts";
import { tagInput, tagOutput } from "../tags.ts";
import { known } from "../values.ts";

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html, Name; same for groups. */
export const MAX_NAME = 32;

/** What is wrong with the name of a load balancer or target group, or undefined. */
export function nameFault(name: string): string | undefined {
  if (name.length > MAX_NAME) return `"${name}" has ${name.length} characters; at most ${MAX_NAME} are allowed`;
  if (!/^[A-Za-z0-9-]+$/.test(name)) return `"${name}" may only have letters, digits and hyphens`;
  if (name.startsWith("-") || name.endsWith("-")) return `"${name}" must not begin or end with a hyphen`;
  return undefined;
}

function balancerNameFault(name: string): string | undefined {
  return name.startsWith("internal-") ? `"${name}" must not begin with "internal-"` : nameFault(name);
}

/** A Network Load Balancer. Kept by the cloud alone: moto drops its addresses and says that all targets are healthy. */
export const loadBalancer = awsResourceType({
  type: "aws:lb/loadBalancer:LoadBalancer",
  inputs: {
    dnsRecordClientRoutingPolicy: string({ oneOf: ["any_availability_zone"] }),
    enableCrossZoneLoadBalancing: boolean({ default: false }),
    enableDeletionProtection: boolean({ default: false }),
    internal: boolean({ replaceOnChange: true }),
    ipAddressType: string({ oneOf: ["ipv4"] }),
    loadBalancerType: string({ required: true, oneOf: ["network"], replaceOnChange: true }),
    name: string({ autoname: { maxLength: MAX_NAME }, replaceOnChange: true, validate: balancerNameFault }),
    securityGroups: set(string()),
    subnetMappings: set(
      object({
        allocationId: string({ replaceOnChange: true }),
        privateIpv4Address: string({ replaceOnChange: true }),
        subnetId: string({ required: true, replaceOnChange: true }),
      }),
      { required: true, replaceOnChange: true },
    ),
    ...tagInput,
  },
  outputs: {
    arn: string({ required: true }),
    arnSuffix: string({ required: true }),
    dnsName: string({ required: true }),
    internal: boolean({ required: true }),
    ipAddressType: string({ required: true }),
    vpcId: string({ required: true }),
    zoneId: string({ required: true }),
    ...tagOutput,
  },
  notFound: (id) => ({ code: "LoadBalancerNotFound", message: `Load balancer '${id}' not found` }),

  check(inputs) {
    const mappings = known(inputs.subnetMappings);
    if (mappings === undefined) return [];
    const failures = [];
    if (mappings.length === 0) failures.push({ property: "subnetMappings", reason: "needs at least one subnet" });
    const internal = known(inputs.internal) ?? false;
    for (const [index, mapping] of mappings.entries()) {
      const property = `subnetMappings[${index}]`;
      if (internal && mapping.allocationId !== undefined) {
        failures.push({ property, reason: "has an allocationId, which is not for an internal load balancer" });
      }
      if (!internal && mapping.allocationId === undefined) {
        failures.push({ property, reason: "needs an allocationId: the sandbox models pinned public addresses only" });
      }
      if (!internal && mapping.privateIpv4Address !== undefined) {
        failures.push({ property, reason: "has a privateIpv4Address, which is for an internal load balancer" });
      }
    }
    return failures;
  },

  /**
   * "If you don't associate a security group when you create the load balancer, you can't later":
   * https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-security-groups.html
   */
  diff(olds, news, changes) {
    const now = known(news.securityGroups);
    const had = (olds.securityGroups ?? []).length > 0;
    const has = now === undefined ? news.securityGroups !== undefined : now.length > 0;
    if (had === has) return changes;
    for (const [path, change] of changes) {
      if (path.startsWith("securityGroups")) changes.set(path, { ...change, replace: true });
    }
    return changes;
  },

  async create(scope, inputs) {
    refuseName(scope, inputs.name);
    const vpcId = refuseSubnets(scope, inputs);
    refuseForeignGroups(scope, inputs.securityGroups ?? [], vpcId, `load balancer ${inputs.name}`);
    const interfaces = newInterfaces(
      scope,
      inputs.subnetMappings.map(({ subnetId, privateIpv4Address: wanted }) => ({
        subnetId,
        ...(wanted === undefined ? {} : { wanted }),
      })),
    );
    const arnSuffix = `net/${inputs.name}/${randomBytes(8).toString("hex")}`;
    const arn = scope.arn("elasticloadbalancing", `loadbalancer/${arnSuffix}`);
    return {
      id: arn,
      outputs: {
        arn,
        arnSuffix,
        dnsName: `${arnSuffix.split("/").slice(1).join("-")}.elb.${scope.region}.amazonaws.com`,
        internal: inputs.internal ?? false,
        ipAddressType: "ipv4",
        vpcId,
        zoneId: NLB_ZONE_ID,
        tagsAll: inputs.tags ?? {},
      },
      facts: { interfaces },
    };
  },

  async update(scope, { inputs, outputs }, news) {
    refuseForeignGroups(scope, news.securityGroups ?? [], outputs.vpcId, `load balancer ${news.name}`);
    const [had, has] = [inputs.securityGroups?.length ?? 0, news.securityGroups?.length ?? 0];
    if (had > 0 !== has > 0) {
      throw new AwsError(
        "InvalidConfigurationRequest",
        "Security groups of a Network Load Balancer can neither be added later nor all be removed: replace it.",
      );
    }
    return { outputs: { ...outputs, tagsAll: news.tags ?? {} } };
  },

  async delete(_scope, { id, inputs }) {
    if (inputs.enableDeletionProtection) {
      throw new AwsError(
        "OperationNotPermitted",
        `Load balancer '${id}' cannot be deleted because deletion protection is enabled`,
      );
    }
  },
});

type Inputs = Known<typeof loadBalancer.inputs>;
export type LoadBalancerResource = Resource<typeof loadBalancer.inputs, typeof loadBalancer.outputs>;

function refuseName(scope: Scope, name: string): void {
  if (scope.list(loadBalancer).some((other) => other.inputs.name === name)) {
    throw new AwsError("DuplicateLoadBalancerName", `A load balancer with the same name '${name}' already exists`);
  }
}

/** The VPC of the subnets. https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html */
function refuseSubnets(scope: Scope, inputs: Inputs): string {
  const homes = inputs.subnetMappings.map((mapping) => scope.get(subnet, mapping.subnetId));
  const vpcs = new Set(homes.map((home) => home.inputs.vpcId));
  const zones = new Set(homes.map((home) => home.outputs.availabilityZone));
  const [vpcId = ""] = vpcs;
  if (vpcs.size > 1) throw new AwsError("InvalidSubnet", `The subnets are in different VPCs: ${[...vpcs].join(", ")}`);
  if (zones.size < homes.length) {
    throw new AwsError(
      "InvalidConfigurationRequest",
      "A load balancer cannot be attached to multiple subnets in the same Availability Zone",
    );
  }
  if (inputs.internal !== true && gatewayOf(scope, vpcId) === undefined) {
    throw new AwsError("InvalidSubnet", `VPC ${vpcId} has no internet gateway`);
  }
  const allocations = inputs.subnetMappings.flatMap((mapping) => mapping.allocationId ?? []);
  const twice = allocations.find((id, index) => allocations.indexOf(id) !== index);
  if (twice !== undefined)
    throw new AwsError("AllocationIdNotFound", `The allocation ${twice} is given for two subnets`);
  for (const id of allocations) freeAddress(scope, id);
  return vpcId;
}
