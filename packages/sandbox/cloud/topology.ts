/** What the resources on record amount to: a pure function from the record to the topology that the realiser makes. */

import type {
  Instance,
  InterfaceEndpoint,
  LoadBalancer,
  LoadBalancerListener,
  NatGateway,
  Route,
  SecurityGroup,
  Subnet,
  Topology,
  Vpc,
} from "../model/topology.ts";
import type { Known, Properties } from "../plugins/rpc/schema.ts";
import { INTERNET_HOSTS, PREFIX_LISTS, S3_PREFIX_LIST } from "./catalogue.ts";
import { eip } from "./ec2/eip.ts";
import { type InstanceResource, instance } from "./ec2/instance.ts";
import { internetGateway } from "./ec2/internet-gateway.ts";
import { natGateway } from "./ec2/nat-gateway.ts";
import { type ObservedRule, toFirewallRule } from "./ec2/observed-rules.ts";
import { destinationOf, route } from "./ec2/route.ts";
import { routeTableAssociation } from "./ec2/route-table-association.ts";
import { securityGroup } from "./ec2/security-group.ts";
import { subnet } from "./ec2/subnet.ts";
import { volume } from "./ec2/volume.ts";
import { volumeAttachment } from "./ec2/volume-attachment.ts";
import { vpc } from "./ec2/vpc.ts";
import { serviceOf, vpcEndpoint } from "./ec2/vpc-endpoint.ts";
import { instanceProfile } from "./iam/instance-profile.ts";
import { role } from "./iam/role.ts";
import { listener, targetGroupArnOf } from "./lb/listener.ts";
import { type LoadBalancerResource, loadBalancer } from "./lb/load-balancer.ts";
import { DEFAULT_HEALTH_CHECK, type TargetGroup, targetGroup } from "./lb/target-group.ts";
import { targetGroupAttachment } from "./lb/target-group-attachment.ts";
import type { Noun } from "./noun.ts";
import type { Resource } from "./resource.ts";

type VpcResource = Resource<typeof vpc.inputs, typeof vpc.outputs>;

/** @param rules the rules of all security groups, as the AWS API tells them */
export function topologyOf(resources: readonly Resource[], rules: readonly ObservedRule[]): Topology {
  const record = new Record(resources, rules);
  return {
    vpcs: record.of(vpc).map((network) => vpcOf(record, network)),
    internetHosts: INTERNET_HOSTS,
    prefixLists: Object.fromEntries(PREFIX_LISTS.map((list) => [list.id, list.cidrs])),
  };
}

/** The record, with typed look-ups. */
class Record {
  readonly rules: readonly ObservedRule[];
  readonly #resources: readonly Resource[];

  constructor(resources: readonly Resource[], rules: readonly ObservedRule[]) {
    this.#resources = resources;
    this.rules = rules;
  }

  of<I extends Properties, O extends Properties>(noun: Noun<I, O>): Resource<I, O>[] {
    return this.#resources.filter((item) => item.type === noun.type) as unknown as Resource<I, O>[];
  }

  where<I extends Properties, O extends Properties>(noun: Noun<I, O>, matches: (inputs: Known<I>) => boolean) {
    return this.of(noun).filter((item) => matches(item.inputs));
  }

  find<I extends Properties, O extends Properties>(
    noun: Noun<I, O>,
    id: string | undefined,
  ): Resource<I, O> | undefined {
    return this.of(noun).find((item) => item.id === id);
  }
}

function vpcOf(record: Record, network: VpcResource): Vpc {
  const here = (inputs: { vpcId?: string }) => inputs.vpcId === network.id;
  const subnets = record.where(subnet, here);
  const subnetIds = new Set(subnets.map((item) => item.id));
  const gateway = record.where(internetGateway, here)[0];
  const endpoints = record.where(vpcEndpoint, here);
  const balancers = record.of(loadBalancer).filter((item) => item.outputs.vpcId === network.id);
  const groupIds = [
    network.outputs.defaultSecurityGroupId,
    ...record.where(securityGroup, here).map((item) => item.id),
  ];
  return {
    id: network.id,
    account: network.account,
    region: network.region,
    cidr: network.inputs.cidrBlock,
    ...(gateway === undefined ? {} : { internetGatewayId: gateway.id }),
    subnets: subnets.map((item): Subnet => {
      return {
        id: item.id,
        cidr: item.inputs.cidrBlock,
        zone: item.outputs.availabilityZone,
        routes: routesOf(record, network, item.id),
      };
    }),
    securityGroups: groupIds.map((id) => securityGroupOf(record, id)),
    natGateways: record
      .where(natGateway, (inputs) => subnetIds.has(inputs.subnetId))
      .map((item): NatGateway => {
        return {
          id: item.id,
          subnetId: item.inputs.subnetId,
          privateAddress: item.outputs.privateIp,
          publicAddress: item.outputs.publicIp,
        };
      }),
    interfaceEndpoints: endpoints
      .filter((item) => item.inputs.vpcEndpointType === "Interface")
      .map((item): InterfaceEndpoint => {
        return {
          id: item.id,
          service: serviceOf(item.inputs),
          addresses: (item.facts.interfaces ?? []).map(({ subnetId, privateAddress }) => ({
            subnetId,
            address: privateAddress,
          })),
          securityGroupIds: item.outputs.securityGroupIds,
          privateDnsNames: item.outputs.privateDnsEnabled
            ? [`${serviceOf(item.inputs)}.${item.region}.amazonaws.com`]
            : [],
        };
      }),
    gatewayEndpoints: endpoints
      .filter((item) => item.inputs.vpcEndpointType === "Gateway")
      .map((item) => ({ id: item.id, service: serviceOf(item.inputs), prefixListId: S3_PREFIX_LIST.id })),
    loadBalancers: balancers.map((item) => loadBalancerOf(record, item)),
    instances: record
      .where(instance, (inputs) => subnetIds.has(inputs.subnetId))
      .map((item) => instanceOf(record, item)),
  };
}

function routesOf(record: Record, network: VpcResource, subnetId: string): Route[] {
  const association = record.where(routeTableAssociation, (inputs) => inputs.subnetId === subnetId)[0];
  const table = association?.inputs.routeTableId ?? network.outputs.mainRouteTableId;
  const routes = record
    .where(route, (inputs) => inputs.routeTableId === table)
    .map((item): Route => {
      const { gatewayId, natGatewayId } = item.inputs;
      return {
        destination: destinationOf(item.inputs),
        target:
          gatewayId === undefined
            ? { kind: "nat-gateway", id: natGatewayId ?? "" }
            : { kind: "internet-gateway", id: gatewayId },
      };
    });
  const endpoints = record.where(vpcEndpoint, (inputs) => inputs.routeTableIds?.includes(table) ?? false);
  return [
    { destination: network.inputs.cidrBlock, target: { kind: "local" } },
    ...routes,
    ...endpoints.map((item): Route => {
      return { destination: S3_PREFIX_LIST.id, target: { kind: "gateway-endpoint", id: item.id } };
    }),
  ];
}

function securityGroupOf(record: Record, id: string): SecurityGroup {
  const own = record.rules.filter((rule) => rule.groupId === id).sort((a, b) => a.id.localeCompare(b.id));
  return {
    id,
    ingress: own.filter((rule) => !rule.egress).map(toFirewallRule),
    egress: own.filter((rule) => rule.egress).map(toFirewallRule),
  };
}

function loadBalancerOf(record: Record, balancer: LoadBalancerResource): LoadBalancer {
  return {
    id: balancer.id,
    name: balancer.inputs.name,
    dnsName: balancer.outputs.dnsName,
    nodes: (balancer.facts.interfaces ?? []).map(({ subnetId, privateAddress }) => {
      const mapping = balancer.inputs.subnetMappings.find((item) => item.subnetId === subnetId);
      const address = record.find(eip, mapping?.allocationId)?.outputs.publicIp;
      return {
        subnetId,
        zone: record.find(subnet, subnetId)?.outputs.availabilityZone ?? "",
        privateAddress,
        ...(address === undefined ? {} : { publicAddress: address }),
      };
    }),
    crossZone: balancer.inputs.enableCrossZoneLoadBalancing,
    securityGroupIds: balancer.inputs.securityGroups ?? [],
    listeners: record
      .where(listener, (inputs) => inputs.loadBalancerArn === balancer.id)
      .flatMap((item) => {
        const group = record.find(targetGroup, targetGroupArnOf(item.inputs));
        return group === undefined ? [] : [{ port: item.inputs.port, target: targetOf(record, group) }];
      }),
  };
}

function targetOf(record: Record, group: TargetGroup): LoadBalancerListener["target"] {
  const health = group.inputs.healthCheck ?? DEFAULT_HEALTH_CHECK;
  const targets = record.where(targetGroupAttachment, (inputs) => inputs.targetGroupArn === group.id);
  const ids = targets.map((item) => item.inputs.targetId);
  const byAddress = group.inputs.targetType === "ip";
  return {
    id: group.id,
    port: group.inputs.port,
    preserveClientAddress: group.outputs.preserveClientIp === "true",
    healthCheck: {
      protocol: health.protocol === "HTTP" ? "HTTP" : "TCP",
      port: health.port === "traffic-port" ? group.inputs.port : Number(health.port),
      ...(health.protocol === "HTTP" ? { path: health.path ?? "/" } : {}),
      intervalSeconds: health.interval,
      healthyThreshold: health.healthyThreshold,
      unhealthyThreshold: health.unhealthyThreshold,
    },
    instanceIds: record
      .of(instance)
      .filter((item) => ids.includes(byAddress ? item.outputs.privateIp : item.id))
      .map((item) => item.id),
  };
}

function instanceOf(record: Record, item: InstanceResource): Instance {
  const profile = record.find(instanceProfile, item.inputs.iamInstanceProfile);
  const roleArn = record.of(role).find((one) => one.account === item.account && one.id === profile?.inputs.role)
    ?.outputs.arn;
  const address = record.where(eip, (inputs) => inputs.instance === item.id)[0]?.outputs.publicIp;
  const { inputs, outputs } = item;
  return {
    id: item.id,
    name: inputs.tags?.Name ?? item.id,
    imageId: inputs.ami,
    instanceType: inputs.instanceType,
    subnetId: inputs.subnetId,
    privateAddress: outputs.privateIp,
    ...(address === undefined ? {} : { publicAddress: address }),
    securityGroupIds: outputs.vpcSecurityGroupIds,
    sourceDestinationCheck: inputs.sourceDestCheck,
    power: item.facts.power ?? "running",
    ...(inputs.userDataBase64 === undefined ? {} : { userData: inputs.userDataBase64 }),
    metadata: {
      tokensRequired: inputs.metadataOptions?.httpTokens === "required",
      hopLimit: inputs.metadataOptions?.httpPutResponseHopLimit ?? 1,
      tagsEnabled: inputs.metadataOptions?.instanceMetadataTags === "enabled",
    },
    ...(roleArn === undefined ? {} : { roleArn }),
    ...(profile === undefined ? {} : { instanceProfileArn: profile.outputs.arn }),
    tags: inputs.tags ?? {},
    volumes: record
      .where(volumeAttachment, (attachment) => attachment.instanceId === item.id)
      .map(({ inputs: attachment }) => ({
        volumeId: attachment.volumeId,
        deviceName: attachment.deviceName,
        sizeGiB: record.find(volume, attachment.volumeId)?.inputs.size ?? 0,
      })),
  };
}
