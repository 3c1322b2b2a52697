/**
 * Answers to calls that describe what the cloud alone keeps: moto has no routes of ours, no load balancers, no DNS firewalls and no policies of snapshots. As AWS's API
 * returns them, in plain objects; a list is an array.
 */
import type { Answer, Call } from "../services/front/query.ts";
import { AwsError } from "./aws-error.ts";
import type { Scope } from "./aws-resource-type.ts";
import { lifecycleCalls } from "./dlm/lifecycle-policy.ts";
import { eip } from "./ec2/eip.ts";
import { destinationOf, route } from "./ec2/route.ts";
import { routeTable } from "./ec2/route-table.ts";
import { routeTableAssociation } from "./ec2/route-table-association.ts";
import { vpc } from "./ec2/vpc.ts";
import { vpcEndpoint } from "./ec2/vpc-endpoint.ts";
import { peeringConnection } from "./ec2/vpc-peering-connection.ts";
import { listener } from "./lb/listener.ts";
import { loadBalancer } from "./lb/load-balancer.ts";
import { DEFAULT_HEALTH_CHECK, targetGroup } from "./lb/target-group.ts";
import { targetGroupAttachment } from "./lb/target-group-attachment.ts";
import { resolverCalls } from "./route53/described.ts";

type Describe = (scope: Scope, parameters: Call["parameters"]) => Answer;

/** The calls that are answered from the record, by the service that signs them. */
export const DESCRIBED: Readonly<Record<string, Readonly<Record<string, Describe>>>> = {
  ec2: {
    DescribeAddresses: (scope, parameters) => ({ addressesSet: addresses(scope, parameters) }),
    DescribeVpcPeeringConnections: peeringConnections,
    DescribeRouteTables: (scope, parameters) => ({ routeTableSet: routeTables(scope, filterOf(parameters)) }),
  },
  dlm: lifecycleCalls,
  route53resolver: resolverCalls,
  elasticloadbalancing: {
    DescribeLoadBalancers: (scope) => ({ LoadBalancers: loadBalancers(scope) }),
    DescribeLoadBalancerAttributes: balancerAttributes,
    // After the change, which `changed.ts` has made.
    ModifyLoadBalancerAttributes: balancerAttributes,
    DescribeListeners: (scope, { LoadBalancerArn = "" }) => ({
      Listeners: scope
        .list(listener)
        .filter(({ inputs }) => inputs.loadBalancerArn === LoadBalancerArn)
        .map(({ id, inputs }) => ({
          ListenerArn: id,
          LoadBalancerArn,
          Port: inputs.port,
          Protocol: inputs.protocol,
          DefaultActions: inputs.defaultActions.map(({ type, targetGroupArn }) => ({
            Type: type,
            TargetGroupArn: targetGroupArn,
          })),
        })),
    }),
    DescribeTargetGroups: (scope) => ({ TargetGroups: targetGroups(scope) }),
    DescribeTargetGroupAttributes: (scope, { TargetGroupArn = "" }) => {
      const { inputs, outputs } = scope.get(targetGroup, TargetGroupArn);
      return {
        Attributes: attributes({
          "deregistration_delay.timeout_seconds": inputs.deregistrationDelay,
          "preserve_client_ip.enabled": outputs.preserveClientIp,
          "proxy_protocol_v2.enabled": inputs.proxyProtocolV2,
        }),
      };
    },
    // Health is the realiser's: here a target is only registered.
    DescribeTargetHealth: (scope, { TargetGroupArn = "" }) => ({
      TargetHealthDescriptions: scope
        .list(targetGroupAttachment)
        .filter(({ inputs }) => inputs.targetGroupArn === TargetGroupArn)
        .map(({ inputs }) => ({
          Target: { Id: inputs.targetId, Port: scope.get(targetGroup, TargetGroupArn).inputs.port },
          TargetHealth: { State: "initial" },
        })),
    }),
  },
};

/** Elastic IPs of the account, by one filter of a tag if there is one; `*` stands for any characters. */
function addresses(scope: Scope, parameters: Call["parameters"]): Answer[] {
  const [, tag] = /^tag:(.+)$/.exec(parameters["Filter.1.Name"] ?? "") ?? [];
  const others = Object.keys(parameters).filter((name) => !/^(Action|Version|Filter\.1\.(Name|Value\.1))$/.test(name));
  if (others.length > 0 || (tag === undefined && "Filter.1.Name" in parameters)) {
    throw new AwsError("NotModelled", `of DescribeAddresses only one filter of a tag, not ${others.join(", ")}`);
  }
  const wanted = (parameters["Filter.1.Value.1"] ?? "").replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  return scope
    .list(eip)
    .filter(({ outputs }) => tag === undefined || new RegExp(`^${wanted}$`).test(outputs.tagsAll[tag] ?? ""))
    .map(({ id, outputs }) => ({
      publicIp: outputs.publicIp,
      allocationId: id,
      domain: outputs.domain,
      tagSet: Object.entries(outputs.tagsAll).map(([key, value]) => ({ key, value })),
    }));
}

/** Peering connections by their ids. */
function peeringConnections(scope: Scope, parameters: Call["parameters"]): Answer {
  const others = Object.keys(parameters).filter((name) => !/^(Action|Version|VpcPeeringConnectionId\.\d+)$/.test(name));
  if (others.length > 0) {
    throw new AwsError("NotModelled", `of DescribeVpcPeeringConnections only ids, not ${others.join(", ")}`);
  }
  const ids = Object.entries(parameters).flatMap(([name, id]) => (name.startsWith("VpcPeering") ? [id] : []));
  const end = (vpcId: string) => ({ vpcId, cidrBlock: scope.get(vpc, vpcId).inputs.cidrBlock, ownerId: scope.account });
  return {
    vpcPeeringConnectionSet: ids
      .map((id) => scope.get(peeringConnection, id))
      .map(({ id, inputs, outputs }) => ({
        vpcPeeringConnectionId: id,
        requesterVpcInfo: end(inputs.vpcId),
        accepterVpcInfo: end(inputs.peerVpcId),
        status: { code: outputs.acceptStatus, message: "Active" },
      })),
  };
}

function balancerAttributes(scope: Scope, { LoadBalancerArn = "" }: Call["parameters"]): Answer {
  const { inputs } = scope.get(loadBalancer, LoadBalancerArn);
  return {
    Attributes: attributes({
      "access_logs.s3.enabled": false,
      "deletion_protection.enabled": inputs.enableDeletionProtection,
      "dns_record.client_routing_policy": inputs.dnsRecordClientRoutingPolicy,
      "load_balancing.cross_zone.enabled": inputs.enableCrossZoneLoadBalancing,
    }),
  };
}

/** The VPC of the one filter that is modelled. */
function filterOf(parameters: Call["parameters"]): string | undefined {
  return parameters["Filter.1.Name"] === "vpc-id" ? parameters["Filter.1.Value.1"] : undefined;
}

function routeTables(scope: Scope, vpcId: string | undefined): Answer[] {
  const ours = scope.list(routeTable).map(({ id, inputs }) => ({ id, vpcId: inputs.vpcId, isMain: false }));
  const main = scope.list(vpc).map(({ id, outputs }) => ({ id: outputs.mainRouteTableId, vpcId: id, isMain: true }));
  return [...main, ...ours]
    .filter((table) => vpcId === undefined || table.vpcId === vpcId)
    .map((table) => ({
      routeTableId: table.id,
      vpcId: table.vpcId,
      routeSet: [
        { destinationCidrBlock: scope.get(vpc, table.vpcId).inputs.cidrBlock, gatewayId: "local", state: "active" },
        ...scope
          .list(route)
          .filter(({ inputs }) => inputs.routeTableId === table.id)
          .map(({ inputs }) => ({
            [inputs.destinationCidrBlock === undefined ? "destinationPrefixListId" : "destinationCidrBlock"]:
              destinationOf(inputs),
            gatewayId: inputs.gatewayId,
            natGatewayId: inputs.natGatewayId,
            vpcPeeringConnectionId: inputs.vpcPeeringConnectionId,
            state: "active",
          })),
        ...scope
          .list(vpcEndpoint)
          .filter(({ inputs }) => inputs.routeTableIds?.includes(table.id))
          .map(({ id, outputs }) => ({
            destinationPrefixListId: outputs.prefixListId,
            gatewayId: id,
            state: "active",
          })),
      ],
      associationSet: [
        ...(table.isMain ? [{ routeTableId: table.id, main: true }] : []),
        ...scope
          .list(routeTableAssociation)
          .filter(({ inputs }) => inputs.routeTableId === table.id)
          .map(({ id, inputs }) => ({
            routeTableAssociationId: id,
            routeTableId: table.id,
            subnetId: inputs.subnetId,
            main: false,
          })),
      ],
    }));
}

const loadBalancers = (scope: Scope): Answer[] =>
  scope.list(loadBalancer).map(({ id, inputs, outputs }) => ({
    LoadBalancerArn: id,
    LoadBalancerName: inputs.name,
    DNSName: outputs.dnsName,
    Scheme: outputs.internal ? "internal" : "internet-facing",
    VpcId: outputs.vpcId,
    Type: inputs.loadBalancerType,
    EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: "on",
  }));

const targetGroups = (scope: Scope): Answer[] =>
  scope.list(targetGroup).map(({ id, inputs }) => {
    const health = inputs.healthCheck ?? DEFAULT_HEALTH_CHECK;
    return {
      TargetGroupArn: id,
      TargetGroupName: inputs.name,
      Protocol: inputs.protocol,
      Port: inputs.port,
      VpcId: inputs.vpcId,
      TargetType: inputs.targetType,
      HealthCheckProtocol: health.protocol,
      HealthCheckPort: health.port,
      HealthCheckPath: health.path,
    };
  });

const attributes = (values: Readonly<Record<string, string | number | boolean>>): Answer[] =>
  Object.entries(values).map(([Key, Value]) => ({ Key, Value: String(Value) }));
