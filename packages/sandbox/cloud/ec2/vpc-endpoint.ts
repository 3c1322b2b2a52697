import type { VpcEndpointType } from "@aws-sdk/client-ec2";
import { boolean, json, type Known, list, object, set, string } from "../../plugins/rpc/schema.ts";
import { AwsError } from "../aws-error.ts";
import { awsResourceType, type Scope } from "../aws-resource-type.ts";
import { ENDPOINT_SERVICES, GATEWAY_SERVICES, INTERFACE_SERVICES, REGION, S3_PREFIX_LIST } from "../catalogue.ts";
import { policyFault } from "../iam/policy-syntax.ts";
import type { NetworkInterface, Resource } from "../resource.ts";
import { tagInput, tagOutput, tagSpecifications } from "../tags.ts";
import { given, known } from "../values.ts";
import { retag } from "./retag.ts";
import { refuseForeignTable } from "./route-table.ts";
import { refuseForeignGroups } from "./security-group.ts";
import { newInterfaces, subnet } from "./subnet.ts";
import { vpc } from "./vpc.ts";

const PREFIX = `com.amazonaws.${REGION}.`;
/** Names of services that are not AWS's own. */
const OF_OTHERS = "com.amazonaws.vpce.";

/** https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html: full access unless said otherwise. */
export const FULL_ACCESS = JSON.stringify({
  Version: "2008-10-17",
  Statement: [{ Action: "*", Effect: "Allow", Principal: "*", Resource: "*" }],
});

const inputs = {
  ipAddressType: string({ oneOf: ["ipv4"] }),
  policy: json({ validate: policyFault }),
  privateDnsEnabled: boolean(),
  routeTableIds: set(string()),
  securityGroupIds: set(string()),
  serviceName: string({ required: true, replaceOnChange: true }),
  subnetIds: set(string()),
  vpcEndpointType: string({ default: "Gateway", oneOf: ["Gateway", "Interface"], replaceOnChange: true }),
  vpcId: string({ required: true, replaceOnChange: true }),
  ...tagInput,
};
type Inputs = Known<typeof inputs>;

/**
 * A gateway endpoint (S3), or an interface endpoint for AWS or for a service of somebody else. The AWS API lists it and
 * enforces its policy; its addresses are the cloud's own.
 */
export const vpcEndpoint = awsResourceType({
  type: "aws:ec2/vpcEndpoint:VpcEndpoint",
  inputs,
  outputs: {
    arn: string({ required: true }),
    cidrBlocks: list(string(), { required: true }),
    dnsEntries: list(object({ dnsName: string({ required: true }), hostedZoneId: string({ required: true }) }), {
      required: true,
    }),
    ipAddressType: string({ required: true }),
    networkInterfaceIds: list(string(), { required: true, changesOnUpdate: true }),
    ownerId: string({ required: true }),
    policy: json({ required: true }),
    prefixListId: string(),
    privateDnsEnabled: boolean({ required: true }),
    requesterManaged: boolean({ required: true }),
    securityGroupIds: set(string(), { required: true }),
    state: string({ required: true }),
    ...tagOutput,
  },

  check(inputs) {
    const type = known(inputs.vpcEndpointType);
    const name = known(inputs.serviceName);
    const ofOthers = type === "Interface" && name?.startsWith(OF_OTHERS);
    const service = name?.replace(PREFIX, "");
    const failures = [];
    const services = type === "Interface" ? INTERFACE_SERVICES : GATEWAY_SERVICES;
    if (service !== undefined && type !== undefined && !ofOthers && !services.includes(service)) {
      const reason = `"${service}" has no ${type} endpoint in the sandbox; there are: ${services.map((name) => PREFIX + name).join(", ")}`;
      failures.push({ property: "serviceName", reason });
    }
    // https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html: only where a service supports them.
    if (ofOthers && given(inputs.policy)) {
      failures.push({ property: "policy", reason: "is not for endpoint services of others" });
    }
    const foreign = type === "Interface" ? (["routeTableIds"] as const) : (["subnetIds", "securityGroupIds"] as const);
    for (const property of foreign) {
      if (given(inputs[property])) failures.push({ property, reason: `is not for endpoints of type ${type}` });
    }
    if (type === "Gateway" && inputs.privateDnsEnabled === true) {
      failures.push({ property: "privateDnsEnabled", reason: "is not for endpoints of type Gateway" });
    }
    return failures;
  },

  async create(scope, inputs) {
    const network = scope.get(vpc, inputs.vpcId);
    refuseParts(scope, inputs);
    const made = await scope.aws.ec2.createVpcEndpoint({
      VpcId: inputs.vpcId,
      ServiceName: inputs.serviceName,
      VpcEndpointType: inputs.vpcEndpointType as VpcEndpointType,
      PolicyDocument: inputs.policy,
      TagSpecifications: tagSpecifications("vpc-endpoint", inputs.tags),
    });
    const id = made.VpcEndpoint?.VpcEndpointId ?? "";
    const interfaces = inputs.vpcEndpointType === "Interface" ? interfacesFor(scope, inputs, []) : [];
    const gateway = inputs.vpcEndpointType === "Gateway";
    return {
      id,
      outputs: {
        arn: scope.arn("ec2", `vpc-endpoint/${id}`),
        cidrBlocks: gateway ? [...S3_PREFIX_LIST.cidrs] : [],
        dnsEntries: gateway ? [] : dnsEntries(id, inputs),
        ownerId: scope.account,
        ...(gateway ? { prefixListId: S3_PREFIX_LIST.id } : {}),
        requesterManaged: false,
        state: "available",
        ...shown(inputs, interfaces, network.outputs.defaultSecurityGroupId),
      },
      facts: { interfaces },
    };
  },

  async update(scope, resource, news) {
    refuseParts(scope, news, resource.id);
    if (news.policy !== resource.inputs.policy) {
      await scope.aws.ec2.modifyVpcEndpoint({
        VpcEndpointId: resource.id,
        ...(news.policy === undefined ? { ResetPolicy: true } : { PolicyDocument: news.policy }),
      });
    }
    await retag(scope, resource.id, resource.inputs.tags, news.tags);
    const interfaces = interfacesFor(scope, news, resource.facts.interfaces ?? []);
    const fallback = scope.get(vpc, news.vpcId).outputs.defaultSecurityGroupId;
    return { outputs: { ...resource.outputs, ...shown(news, interfaces, fallback) }, facts: { interfaces } };
  },

  async delete(scope, { id }) {
    await scope.aws.ec2.deleteVpcEndpoints({ VpcEndpointIds: [id] });
  },
});

type VpcEndpoint = Resource<typeof vpcEndpoint.inputs, typeof vpcEndpoint.outputs>;

/** The short name of the endpoint's service: "s3", "ssm", ..., or "vpce-svc-..." of somebody else's. */
export function serviceOf({ serviceName }: Pick<Inputs, "serviceName">): string {
  return serviceName.startsWith(OF_OTHERS) ? (serviceName.split(".").at(-1) ?? "") : serviceName.replace(PREFIX, "");
}

/** The name that the VPC's resolver knows the service by, once private DNS is enabled. */
export function privateDnsName(inputs: Pick<Inputs, "serviceName">): string {
  const offered = ENDPOINT_SERVICES.find(({ name }) => name === inputs.serviceName);
  return offered?.privateDnsName ?? `${serviceOf(inputs)}.${REGION}.amazonaws.com`;
}

/** The outputs that an update may change. */
function shown(inputs: Inputs, interfaces: readonly NetworkInterface[], defaultGroup: string) {
  const groups = inputs.vpcEndpointType === "Interface" ? [defaultGroup] : [];
  return {
    ipAddressType: "ipv4",
    networkInterfaceIds: interfaces.map((item) => item.id),
    policy: inputs.policy ?? FULL_ACCESS,
    privateDnsEnabled: inputs.privateDnsEnabled ?? false,
    securityGroupIds: inputs.securityGroupIds ?? groups,
    tagsAll: inputs.tags ?? {},
  };
}

/** https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-access-aws-services.html */
function dnsEntries(id: string, inputs: Inputs): { dnsName: string; hostedZoneId: string }[] {
  // The hosted zone of the service's own domain in eu-west-1 (endpoint names are made in it).
  const names = [`${id}.${serviceOf(inputs)}.${REGION}.vpce.amazonaws.com`];
  if (inputs.privateDnsEnabled === true) names.push(privateDnsName(inputs));
  return names.map((dnsName) => ({ dnsName, hostedZoneId: "Z38GZ743OKFT7T" }));
}

function interfacesFor(scope: Scope, inputs: Inputs, existing: readonly NetworkInterface[]): NetworkInterface[] {
  const kept = existing.filter((item) => inputs.subnetIds?.includes(item.subnetId));
  const added = (inputs.subnetIds ?? []).filter((id) => !kept.some((item) => item.subnetId === id));
  return [
    ...kept,
    ...newInterfaces(
      scope,
      added.map((subnetId) => ({ subnetId })),
    ),
  ];
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcEndpoint.html */
function refuseParts(scope: Scope, inputs: Inputs, ownId?: string): void {
  if (inputs.serviceName.startsWith(OF_OTHERS) && !ENDPOINT_SERVICES.some(({ name }) => name === inputs.serviceName)) {
    throw new AwsError("InvalidServiceName", `The Vpc Endpoint Service '${inputs.serviceName}' does not exist`);
  }
  for (const id of inputs.routeTableIds ?? []) refuseForeignTable(scope, id, inputs.vpcId, "the endpoint");
  refuseForeignGroups(scope, inputs.securityGroupIds ?? [], inputs.vpcId, "the endpoint");
  const zones = new Set<string>();
  for (const id of inputs.subnetIds ?? []) {
    const home = scope.get(subnet, id);
    if (home.inputs.vpcId !== inputs.vpcId) {
      throw new AwsError("InvalidParameter", `Subnet ${id} is not in the endpoint's VPC ${inputs.vpcId}`);
    }
    if (zones.has(home.outputs.availabilityZone)) {
      throw new AwsError(
        "DuplicateSubnetsInSameZone",
        `Found another subnet in the same zone as ${id}: ${home.outputs.availabilityZone}`,
      );
    }
    zones.add(home.outputs.availabilityZone);
  }
  const rivals = scope.list(vpcEndpoint).filter((other) => other.id !== ownId && other.inputs.vpcId === inputs.vpcId);
  refusePrivateDns(scope, inputs, rivals);
  refuseSecondRoute(inputs, rivals);
}

function refusePrivateDns(scope: Scope, inputs: Inputs, rivals: VpcEndpoint[]): void {
  if (inputs.privateDnsEnabled !== true) return;
  // The words are ours; that it fails until the owner has accepted: crossplane-contrib/provider-aws#1363.
  if (ENDPOINT_SERVICES.find(({ name }) => name === inputs.serviceName)?.acceptanceRequired === true) {
    throw new AwsError(
      "InvalidParameter",
      `Private DNS can't be enabled because the owner of ${inputs.serviceName} has not accepted the endpoint`,
    );
  }
  const { enableDnsSupport, enableDnsHostnames } = scope.get(vpc, inputs.vpcId).inputs;
  if (!enableDnsSupport || enableDnsHostnames !== true) {
    throw new AwsError(
      "InvalidParameter",
      `Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for ${inputs.vpcId}`,
    );
  }
  const rival = rivals.find(
    (other) => other.outputs.privateDnsEnabled && other.inputs.serviceName === inputs.serviceName,
  );
  if (rival !== undefined) {
    throw new AwsError(
      "InvalidParameter",
      `private-dns-enabled cannot be set because there is already a conflicting DNS domain for ${inputs.serviceName} in the VPC ${inputs.vpcId}: ${rival.id}`,
    );
  }
}

function refuseSecondRoute(inputs: Inputs, rivals: VpcEndpoint[]): void {
  for (const id of inputs.routeTableIds ?? []) {
    const rival = rivals.find((other) => other.inputs.routeTableIds?.includes(id));
    if (rival !== undefined) {
      throw new AwsError(
        "RouteAlreadyExists",
        `route table ${id} already has a route with destination-prefix-list-id ${S3_PREFIX_LIST.id}: ${rival.id}`,
      );
    }
  }
}
