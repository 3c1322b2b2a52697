/** A VPC of two zones: public subnets, private ones behind a NAT gateway, endpoints. */
import * as aws from "@pulumi/aws";
import type { CustomResourceOptions } from "@pulumi/pulumi";

export const zones = ["eu-west-1a", "eu-west-1b"] as const;
const SERVICES = ["ssm", "ssmmessages", "secretsmanager", "kms", "sts"];

export function network(account: CustomResourceOptions) {
  const vpc = new aws.ec2.Vpc(
    "vpc",
    { cidrBlock: "10.10.0.0/16", enableDnsHostnames: true, tags: { Name: "example" } },
    account,
  );
  const vpcId = vpc.id;
  new aws.ec2.DefaultSecurityGroup("default", { vpcId, ingress: [], egress: [] }, account);
  const gateway = new aws.ec2.InternetGateway("internet", { vpcId }, account);
  const subnets = (kind: string, offset: number) =>
    zones.map((availabilityZone, index) => {
      const cidrBlock = `10.10.${offset + index}.0/24`;
      return new aws.ec2.Subnet(`${kind}-${index}`, { vpcId, cidrBlock, availabilityZone }, account);
    });
  const table = (
    kind: string,
    members: aws.ec2.Subnet[],
    target: Pick<aws.ec2.RouteArgs, "gatewayId" | "natGatewayId">,
  ) => {
    const routes = new aws.ec2.RouteTable(kind, { vpcId }, account);
    new aws.ec2.Route(kind, { routeTableId: routes.id, destinationCidrBlock: "0.0.0.0/0", ...target }, account);
    for (const [index, { id: subnetId }] of members.entries()) {
      new aws.ec2.RouteTableAssociation(`${kind}-${index}`, { routeTableId: routes.id, subnetId }, account);
    }
    return routes;
  };
  const publicSubnets = subnets("public", 0);
  const privateSubnets = subnets("private", 10);
  table("public", publicSubnets, { gatewayId: gateway.id });
  const egress = new aws.ec2.Eip("egress", { domain: "vpc" }, account);
  const [first = { id: "" }] = publicSubnets;
  const nat = new aws.ec2.NatGateway(
    "nat",
    { allocationId: egress.id, subnetId: first.id },
    { ...account, dependsOn: [gateway] },
  );
  const privateRoutes = table("private", privateSubnets, { natGatewayId: nat.id });

  const endpoints = new aws.ec2.SecurityGroup("endpoints", { vpcId }, account);
  new aws.ec2.VpcEndpoint(
    "s3",
    { vpcId, serviceName: "com.amazonaws.eu-west-1.s3", routeTableIds: [privateRoutes.id] },
    account,
  );
  for (const service of SERVICES) {
    new aws.ec2.VpcEndpoint(
      service,
      {
        vpcId,
        serviceName: `com.amazonaws.eu-west-1.${service}`,
        vpcEndpointType: "Interface",
        subnetIds: privateSubnets.map(({ id }) => id),
        securityGroupIds: [endpoints.id],
        privateDnsEnabled: true,
      },
      account,
    );
  }
  return { vpcId, tags: vpc.tagsAll, gateway, publicSubnets, privateSubnets, egressAddress: egress.publicIp };
}
