import {
  DescribeRouteTablesCommand,
  DescribeVpcEndpointServiceConfigurationsCommand,
  EC2Client,
  type Route,
} from "@aws-sdk/client-ec2";
import {
  DescribeListenersCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  type LoadBalancer,
  type TargetGroup,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Facts } from "@metrics-link/audit";
import { type ClientConfiguration, whole } from "./aws.ts";
import type { Places } from "./declared-facts.ts";
import {
  associationText,
  balancerTexts,
  endpointServiceText,
  routeText,
  targetGroupAttributes,
  targetGroupTexts,
} from "./fact-texts.ts";

/** Every route and association of the network but those that each table has by itself. */
export async function routesNow(configuration: ClientConfiguration, { vpcId }: Places): Promise<Facts> {
  const Filters = [{ Name: "vpc-id", Values: [vpcId] }];
  const { RouteTables: tables = [], NextToken } = await new EC2Client(configuration).send(
    new DescribeRouteTablesCommand({ Filters, MaxResults: 100 }),
  );
  whole("route tables", NextToken);
  return tables.flatMap(({ RouteTableId: table = "", Routes = [], Associations = [] }) => [
    ...Routes.filter(({ GatewayId }) => GatewayId !== "local").map((route) =>
      routeText(table, destinationOf(route), targetOf(route)),
    ),
    ...Associations.flatMap(({ SubnetId, GatewayId }) => {
      const user = SubnetId ?? GatewayId;
      return user === undefined ? [] : [associationText(user, table)];
    }),
  ]);
}

const destinationOf = ({ DestinationCidrBlock, DestinationIpv6CidrBlock, DestinationPrefixListId }: Route) =>
  DestinationCidrBlock ?? DestinationIpv6CidrBlock ?? DestinationPrefixListId ?? "somewhere unknown";

const targetOf = (route: Route) =>
  route.GatewayId ??
  route.NatGatewayId ??
  route.VpcPeeringConnectionId ??
  route.TransitGatewayId ??
  route.NetworkInterfaceId ??
  route.EgressOnlyInternetGatewayId ??
  route.CarrierGatewayId ??
  route.LocalGatewayId ??
  route.CoreNetworkArn ??
  "something unknown";

/** Every load balancer of the network with its listeners and targets, and the services that lead to it by PrivateLink. */
export async function balancersNow(configuration: ClientConfiguration, { vpcId }: Places): Promise<Facts> {
  const client = new ElasticLoadBalancingV2Client(configuration);
  const all = await client.send(new DescribeLoadBalancersCommand({}));
  whole("load balancers", all.NextMarker);
  const balancers = (all.LoadBalancers ?? []).filter(({ VpcId }) => VpcId === vpcId);
  const found = await client.send(new DescribeTargetGroupsCommand({}));
  whole("target groups", found.NextMarker);
  const groups = (found.TargetGroups ?? []).filter(({ VpcId }) => VpcId === vpcId);
  const facts = await Promise.all([
    ...balancers.map((balancer) => balancerFacts(client, balancer, groups)),
    ...groups.map((group) => groupFacts(client, group)),
    endpointServices(configuration, balancers),
  ]);
  return facts.flat();
}

async function balancerFacts(
  client: ElasticLoadBalancingV2Client,
  balancer: LoadBalancer,
  groups: readonly TargetGroup[],
): Promise<Facts> {
  const {
    LoadBalancerArn,
    LoadBalancerName = "",
    Scheme = "",
    EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic,
  } = balancer;
  const texts = balancerTexts(LoadBalancerName);
  const { Attributes = [] } = await client.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn }));
  const { Listeners = [], NextMarker } = await client.send(new DescribeListenersCommand({ LoadBalancerArn }));
  whole("listeners", NextMarker);
  const nameOf = (arn = "") => groups.find(({ TargetGroupArn }) => TargetGroupArn === arn)?.TargetGroupName ?? arn;
  return [
    texts.scheme(Scheme),
    texts.privateLink(EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic ?? "not told"),
    ...Attributes.filter(({ Value = "" }) => !isOff(Value)).map(({ Key = "", Value = "" }) =>
      texts.attribute(Key, Value),
    ),
    ...Listeners.flatMap(({ Protocol = "", Port, DefaultActions = [] }) =>
      DefaultActions.map(({ TargetGroupArn, Type = "" }) =>
        texts.listener(Protocol, Port, TargetGroupArn === undefined ? Type : nameOf(TargetGroupArn)),
      ),
    ),
  ];
}

/** The values that attributes of a network load balancer have where nobody sets them (ELB API, LoadBalancerAttribute). */
const isOff = (value: string) => ["", "0", "false", "any_availability_zone"].includes(value);

async function groupFacts(client: ElasticLoadBalancingV2Client, group: TargetGroup): Promise<Facts> {
  const { TargetGroupArn, TargetGroupName = "", Protocol = "", Port, TargetType = "" } = group;
  const texts = targetGroupTexts(TargetGroupName);
  const { Attributes = [] } = await client.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn }));
  const { TargetHealthDescriptions: targets = [] } = await client.send(
    new DescribeTargetHealthCommand({ TargetGroupArn }),
  );
  const attributeOf = (key: string) => Attributes.find(({ Key }) => Key === key)?.Value ?? "not told";
  return [
    texts.kind(Protocol, Port, TargetType),
    texts.health(group.HealthCheckProtocol ?? "", group.HealthCheckPort ?? "", group.HealthCheckPath ?? ""),
    ...targetGroupAttributes.map((key) => texts.attribute(key, attributeOf(key))),
    // A target that is being deregistered is still listed.
    ...targets
      .filter(({ TargetHealth }) => TargetHealth?.State !== "draining")
      .map(({ Target }) => texts.target(Target?.Id ?? "", Target?.Port)),
  ];
}

/** Traffic by PrivateLink has no sender's address, so a service that leads to a load balancer of ours is a way in. */
async function endpointServices(
  configuration: ClientConfiguration,
  balancers: readonly LoadBalancer[],
): Promise<Facts> {
  if (balancers.length === 0) return [];
  const { ServiceConfigurations: services = [], NextToken } = await new EC2Client(configuration).send(
    new DescribeVpcEndpointServiceConfigurationsCommand({}),
  );
  whole("endpoint services", NextToken);
  const arns = balancers.map(({ LoadBalancerArn }) => LoadBalancerArn);
  return services
    .filter(({ NetworkLoadBalancerArns = [] }) => NetworkLoadBalancerArns.some((arn) => arns.includes(arn)))
    .map(({ ServiceId = "" }) => endpointServiceText(ServiceId));
}
