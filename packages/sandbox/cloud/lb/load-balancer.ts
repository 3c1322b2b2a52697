import { randomBytes } from "node:crypto";
import { boolean, integer, type Known, object, set, string } from "../../plugins/rpc/schema.ts";
import { AwsError } from "../aws-error.ts";
import { awsResourceType, type Scope } from "../aws-resource-type.ts";
import { NLB_ZONE_ID } from "../catalogue.ts";
import { freeAddress } from "../ec2/eip.ts";
import { gatewayOf } from "../ec2/internet-gateway.ts";
import { refuseForeignGroups } from "../ec2/security-group.ts";
import { newInterfaces, subnet } from "../ec2/subnet.ts";
import type { NetworkInterface, Resource } from "../resource.ts";
import { tagInput, tagOutput } from "../tags.ts";
import { known } from "../values.ts";

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html, Name; same for groups. */
const MAX_NAME = 32;
/**
 * Where the official provider cuts an automatic name: pulumi-aws knows no limit of load balancers and target groups
 * (provider/autonaming.go), so a long name is not made to fit, but refused.
 */
export const MAX_AUTOMATIC_NAME = 255;

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

const subnetMapping = {
  allocationId: string(),
  privateIpv4Address: string(),
  subnetId: string({ required: true }),
};
type Mapping = Known<typeof subnetMapping>;
type Zones = { readonly subnetMappings: readonly Mapping[]; readonly internal?: boolean };

/** A Network Load Balancer. Kept by the cloud alone: moto drops its addresses and says that all targets are healthy. */
export const loadBalancer = awsResourceType({
  type: "aws:lb/loadBalancer:LoadBalancer",
  inputs: {
    // Of an application load balancer; the official provider writes them into the inputs of every one.
    clientKeepAlive: integer({ default: 3600, oneOf: [3600] }),
    desyncMitigationMode: string({ default: "defensive", oneOf: ["defensive"] }),
    dnsRecordClientRoutingPolicy: string({ default: "any_availability_zone", oneOf: ["any_availability_zone"] }),
    enableCrossZoneLoadBalancing: boolean({ assumed: false }),
    enableDeletionProtection: boolean({ assumed: false }),
    enableHttp2: boolean({ default: true, oneOf: [true] }),
    idleTimeout: integer({ default: 60, oneOf: [60] }),
    internal: boolean({ replaceOnChange: true }),
    ipAddressType: string({ oneOf: ["ipv4"] }),
    loadBalancerType: string({ required: true, oneOf: ["network"], replaceOnChange: true }),
    name: string({ autoname: { maxLength: MAX_AUTOMATIC_NAME }, replaceOnChange: true, validate: balancerNameFault }),
    securityGroups: set(string()),
    subnetMappings: set(object(subnetMapping), { required: true }),
    xffHeaderProcessingMode: string({ default: "append", oneOf: ["append"] }),
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
    const interfaces = newInterfaces(scope, inputs.subnetMappings.map(placeOf));
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

  /**
   * Zones come and go in place (SetSubnets; they go since February 2025: Network Load Balancers, "Update the Availability Zones"),
   * as the official provider previews it. Upstream means to replace when a mapping changes or goes
   * (elbv2/load_balancer.go, customizeDiffLoadBalancerNLB), which did not reach Pulumi.
   */
  async update(scope, { inputs, outputs, facts }, news) {
    refuseForeignGroups(scope, news.securityGroups ?? [], outputs.vpcId, `load balancer ${news.name}`);
    const [had, has] = [inputs.securityGroups?.length ?? 0, news.securityGroups?.length ?? 0];
    if (had > 0 !== has > 0) {
      throw new AwsError(
        "InvalidConfigurationRequest",
        "Security groups of a Network Load Balancer can neither be added later nor all be removed: replace it.",
      );
    }
    const interfaces = setSubnets(scope, inputs, news, facts.interfaces ?? []);
    return { outputs: { ...outputs, tagsAll: news.tags ?? {} }, facts: { ...facts, interfaces } };
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

export type LoadBalancerResource = Resource<typeof loadBalancer.inputs, typeof loadBalancer.outputs>;

/** The load balancer's interfaces after a change of its zones. */
function setSubnets(scope: Scope, olds: Zones, news: Zones, interfaces: readonly NetworkInterface[]) {
  const had = (subnetId: string) => olds.subnetMappings.find((mapping) => mapping.subnetId === subnetId);
  const stays = ({ subnetId, allocationId, privateIpv4Address }: Mapping) => {
    const before = had(subnetId);
    if (before === undefined) return false;
    if (before.allocationId === allocationId && before.privateIpv4Address === privateIpv4Address) return true;
    // Not measured on AWS; refusing is what no program can rely on.
    throw new AwsError(
      "InvalidConfigurationRequest",
      `The addresses in subnet ${subnetId} cannot be changed: replace it`,
    );
  };
  const added = news.subnetMappings.filter((mapping) => !stays(mapping));
  homesOf(scope, news);
  const zoneOf = ({ subnetId }: Mapping) => scope.get(subnet, subnetId).outputs.availabilityZone;
  const before = olds.subnetMappings.map(zoneOf);
  for (const mapping of added) {
    if (!before.includes(zoneOf(mapping))) continue;
    // The same page: subnets of one zone are changed in two steps.
    throw new AwsError(
      "InvalidConfigurationRequest",
      "You cannot specify an additional subnet from an Availability Zone that is already associated with the load balancer. " +
        `The Availability Zone '${zoneOf(mapping)}' corresponding to the new subnet '${mapping.subnetId}' is already associated`,
    );
  }
  for (const { allocationId } of added) if (allocationId !== undefined) freeAddress(scope, allocationId);
  const kept = interfaces.filter(({ subnetId }) => news.subnetMappings.some((one) => one.subnetId === subnetId));
  return [...kept, ...newInterfaces(scope, added.map(placeOf))];
}

function refuseName(scope: Scope, name: string): void {
  if (scope.list(loadBalancer).some((other) => other.inputs.name === name)) {
    throw new AwsError("DuplicateLoadBalancerName", `A load balancer with the same name '${name}' already exists`);
  }
}

/** The VPC of the subnets. https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html */
function refuseSubnets(scope: Scope, inputs: Zones): string {
  const vpcId = homesOf(scope, inputs);
  const allocations = inputs.subnetMappings.flatMap((mapping) => mapping.allocationId ?? []);
  const twice = allocations.find((id, index) => allocations.indexOf(id) !== index);
  if (twice !== undefined)
    throw new AwsError("AllocationIdNotFound", `The allocation ${twice} is given for two subnets`);
  for (const id of allocations) freeAddress(scope, id);
  return vpcId;
}

const placeOf = ({ subnetId, privateIpv4Address: wanted }: Mapping) => ({
  subnetId,
  ...(wanted === undefined ? {} : { wanted }),
});

function homesOf(scope: Scope, inputs: Zones): string {
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
  return vpcId;
}
