/** EC2: network and addresses. Sources: terraform-provider-aws, internal/service/ec2. */
import { about, by, type Call, type Calls, call, created, type Kind, lists, own, type Subject, when } from "./call.ts";

const ec2 = (...names: readonly string[]) => lists("ec2", ...names);

/** A creation with tags: TagSpecifications ask for ec2:CreateTags on what is made (EC2 user guide, "Tag on creation"). */
export function makes(action: string, kind: Kind, ...others: readonly Subject[]): Call[] {
  const context = { "ec2:CreateAction": action };
  return [call(`ec2:${action}`, created(kind), ...others), { action: "ec2:CreateTags", on: [created(kind)], context }];
}

/** A change of tags (internal/service/ec2/tags_gen.go, updateTags). */
export const retags = (kind: Kind): Call[] => when(["tags"], ...about(own(kind), "ec2", "CreateTags", "DeleteTags"));

const group = by("securityGroupId", "security-group");

/** A rule of a security group (vpc_security_group_ingress_rule.go). */
const rule = (direction: "Ingress" | "Egress"): Calls => ({
  create: makes(`AuthorizeSecurityGroup${direction}`, "security-group-rule", group),
  read: ec2("DescribeSecurityGroupRules"),
  update: [
    ...when(
      ["cidrIpv4", "description", "fromPort", "ipProtocol", "prefixListId", "referencedSecurityGroupId", "toPort"],
      call("ec2:ModifySecurityGroupRules", group, own("security-group-rule")),
    ),
    ...retags("security-group-rule"),
  ],
  delete: [call(`ec2:RevokeSecurityGroup${direction}`, group)],
});

const vpc = by("vpcId", "vpc");
const routeTable = by("routeTableId", "route-table");

export const network: Readonly<Record<string, Calls>> = {
  "aws:ec2/vpc:Vpc": {
    create: [...makes("CreateVpc", "vpc"), call("ec2:ModifyVpcAttribute", own("vpc"))],
    read: [
      ...ec2("DescribeVpcs", "DescribeNetworkAcls", "DescribeRouteTables", "DescribeSecurityGroups"),
      call("ec2:DescribeVpcAttribute", own("vpc")),
    ],
    update: [
      ...when(["enableDnsSupport", "enableDnsHostnames"], call("ec2:ModifyVpcAttribute", own("vpc"))),
      ...retags("vpc"),
    ],
    delete: [call("ec2:DeleteVpc", own("vpc"))],
  },
  "aws:ec2/subnet:Subnet": {
    create: makes("CreateSubnet", "subnet", vpc),
    read: ec2("DescribeSubnets"),
    update: [...when(["mapPublicIpOnLaunch"], call("ec2:ModifySubnetAttribute", own("subnet"))), ...retags("subnet")],
    // Interfaces that a load balancer or an endpoint left behind.
    delete: [...ec2("DescribeNetworkInterfaces"), call("ec2:DeleteSubnet", own("subnet"))],
  },
  "aws:ec2/internetGateway:InternetGateway": {
    create: [
      ...makes("CreateInternetGateway", "internet-gateway"),
      call("ec2:AttachInternetGateway", own("internet-gateway"), vpc),
    ],
    read: ec2("DescribeInternetGateways"),
    update: retags("internet-gateway"),
    delete: [
      call("ec2:DetachInternetGateway", own("internet-gateway"), vpc),
      call("ec2:DeleteInternetGateway", own("internet-gateway")),
    ],
  },
  "aws:ec2/routeTable:RouteTable": {
    create: makes("CreateRouteTable", "route-table", vpc),
    read: ec2("DescribeRouteTables"),
    update: retags("route-table"),
    delete: [call("ec2:DeleteRouteTable", own("route-table"))],
  },
  "aws:ec2/route:Route": {
    create: [call("ec2:CreateRoute", routeTable)],
    read: ec2("DescribeRouteTables"),
    update: when(
      ["gatewayId", "natGatewayId", "transitGatewayId", "vpcPeeringConnectionId"],
      call("ec2:ReplaceRoute", routeTable),
    ),
    delete: [call("ec2:DeleteRoute", routeTable)],
  },
  "aws:ec2/routeTableAssociation:RouteTableAssociation": {
    create: [call("ec2:AssociateRouteTable", routeTable, by("subnetId", "subnet"))],
    read: ec2("DescribeRouteTables"),
    update: when(["routeTableId"], call("ec2:ReplaceRouteTableAssociation", routeTable, by("subnetId", "subnet"))),
    delete: [call("ec2:DisassociateRouteTable", routeTable, by("subnetId", "subnet"))],
  },
  // No stack makes one: people of both networks do.
  "aws:ec2/vpcPeeringConnection:VpcPeeringConnection": {
    create: [
      ...makes("CreateVpcPeeringConnection", "vpc-peering-connection", vpc, by("peerVpcId", "vpc")),
      call("ec2:AcceptVpcPeeringConnection", own("vpc-peering-connection"), vpc),
    ],
    read: ec2("DescribeVpcPeeringConnections"),
    update: [],
    delete: [call("ec2:DeleteVpcPeeringConnection", own("vpc-peering-connection"))],
  },
  "aws:ec2/eip:Eip": {
    create: makes("AllocateAddress", "elastic-ip"),
    read: ec2("DescribeAddresses", "DescribeAddressesAttribute"),
    update: retags("elastic-ip"),
    delete: [call("ec2:ReleaseAddress", own("elastic-ip"))],
  },
  "aws:ec2/natGateway:NatGateway": {
    create: makes("CreateNatGateway", "natgateway", by("subnetId", "subnet"), by("allocationId", "elastic-ip")),
    read: ec2("DescribeNatGateways"),
    update: retags("natgateway"),
    delete: [call("ec2:DeleteNatGateway", own("natgateway"))],
  },
  "aws:ec2/securityGroup:SecurityGroup": {
    // AWS gives each new group a rule that lets everything out; the provider takes it away.
    create: [
      ...makes("CreateSecurityGroup", "security-group", vpc),
      call("ec2:RevokeSecurityGroupEgress", own("security-group")),
    ],
    read: ec2("DescribeSecurityGroups"),
    update: retags("security-group"),
    delete: [...ec2("DescribeNetworkInterfaces"), call("ec2:DeleteSecurityGroup", own("security-group"))],
  },
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": {
    // It came with the network: the provider tags it first, and then takes its rules away.
    create: [
      ...ec2("DescribeSecurityGroups"),
      call("ec2:CreateTags", { kind: "security-group", of: "adopted" }),
      ...about(own("security-group"), "ec2", "RevokeSecurityGroupIngress", "RevokeSecurityGroupEgress"),
    ],
    read: ec2("DescribeSecurityGroups"),
    update: [
      ...when(["ingress"], call("ec2:RevokeSecurityGroupIngress", own("security-group"))),
      ...when(["egress"], call("ec2:RevokeSecurityGroupEgress", own("security-group"))),
      ...retags("security-group"),
    ],
    delete: [],
  },
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": rule("Ingress"),
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": rule("Egress"),
  "aws:ec2/vpcEndpoint:VpcEndpoint": {
    create: makes(
      "CreateVpcEndpoint",
      "vpc-endpoint",
      vpc,
      by("subnetIds", "subnet"),
      by("securityGroupIds", "security-group"),
      by("routeTableIds", "route-table"),
    ),
    // A gateway's prefix list, an interface's addresses (vpc_endpoint.go, resourceVPCEndpointRead).
    read: ec2("DescribeVpcEndpoints", "DescribePrefixLists", "DescribeNetworkInterfaces"),
    update: [
      ...when(
        ["policy", "privateDnsEnabled", "routeTableIds", "securityGroupIds", "subnetIds"],
        call(
          "ec2:ModifyVpcEndpoint",
          own("vpc-endpoint"),
          by("subnetIds", "subnet"),
          by("securityGroupIds", "security-group"),
          by("routeTableIds", "route-table"),
        ),
      ),
      ...retags("vpc-endpoint"),
    ],
    delete: [call("ec2:DeleteVpcEndpoints", own("vpc-endpoint"))],
  },
};
