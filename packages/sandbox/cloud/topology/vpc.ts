/** VPCs of the topology, with everything in them. */
import type {
  InterfaceEndpoint,
  NatGateway,
  Peering,
  Route,
  SecurityGroup,
  Subnet,
  Vpc,
} from "../../model/topology.ts";
import { S3_PREFIX_LIST } from "../catalogue.ts";
import { instance } from "../ec2/instance.ts";
import { internetGateway } from "../ec2/internet-gateway.ts";
import { natGateway } from "../ec2/nat-gateway.ts";
import { toFirewallRule } from "../ec2/observed-rules.ts";
import { destinationOf, route } from "../ec2/route.ts";
import { routeTableAssociation } from "../ec2/route-table-association.ts";
import { securityGroup } from "../ec2/security-group.ts";
import { subnet } from "../ec2/subnet.ts";
import type { vpc } from "../ec2/vpc.ts";
import { privateDnsName, serviceOf, vpcEndpoint } from "../ec2/vpc-endpoint.ts";
import { peeringConnection } from "../ec2/vpc-peering-connection.ts";
import { loadBalancer } from "../lb/load-balancer.ts";
import type { Resource } from "../resource.ts";
import { dnsRulesOf } from "./dns-firewall.ts";
import { instanceOf } from "./instance.ts";
import { loadBalancerOf } from "./load-balancer.ts";
import type { Record } from "./record.ts";

type VpcResource = Resource<typeof vpc.inputs, typeof vpc.outputs>;

export function vpcOf(record: Record, network: VpcResource): Vpc {
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
  const dnsRules = dnsRulesOf(record, network.id);
  const peerings = peeringsOf(record, network.id);
  return {
    ...(dnsRules.length === 0 ? {} : { dnsRules }),
    ...(peerings.length === 0 ? {} : { peerings }),
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
          privateDnsNames: item.outputs.privateDnsEnabled ? [privateDnsName(item.inputs)] : [],
          policy: item.outputs.policy,
        };
      }),
    gatewayEndpoints: endpoints
      .filter((item) => item.inputs.vpcEndpointType === "Gateway")
      .map((item) => ({
        id: item.id,
        service: serviceOf(item.inputs),
        prefixListId: S3_PREFIX_LIST.id,
        policy: item.outputs.policy,
      })),
    loadBalancers: balancers.map((item) => loadBalancerOf(record, item)),
    instances: record
      .where(instance, (inputs) => subnetIds.has(inputs.subnetId))
      .map((item) => instanceOf(record, item)),
  };
}

const peeringsOf = (record: Record, vpcId: string): Peering[] =>
  record.of(peeringConnection).flatMap(({ id, inputs }): Peering[] => {
    if (inputs.vpcId === vpcId) return [{ id, end: "requester", peerVpcId: inputs.peerVpcId }];
    return inputs.peerVpcId === vpcId ? [{ id, end: "accepter", peerVpcId: inputs.vpcId }] : [];
  });

function routesOf(record: Record, network: VpcResource, subnetId: string): Route[] {
  const association = record.where(routeTableAssociation, (inputs) => inputs.subnetId === subnetId)[0];
  const table = association?.inputs.routeTableId ?? network.outputs.mainRouteTableId;
  const routes = record
    .where(route, (inputs) => inputs.routeTableId === table)
    .map((item): Route => {
      const { gatewayId, natGatewayId, vpcPeeringConnectionId } = item.inputs;
      return {
        destination: destinationOf(item.inputs),
        target:
          gatewayId !== undefined
            ? { kind: "internet-gateway", id: gatewayId }
            : vpcPeeringConnectionId !== undefined
              ? { kind: "peering-connection", id: vpcPeeringConnectionId }
              : { kind: "nat-gateway", id: natGatewayId ?? "" },
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
