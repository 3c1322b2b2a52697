/** A small estate in a fake cloud, made as the provider makes it: through checked inputs with their defaults. */
import assert from "node:assert/strict";
import { AWS_RESOURCE_TYPES } from "@metrics-link/sandbox/cloud/aws-resource-types.ts";
import type { Cloud } from "@metrics-link/sandbox/cloud/cloud.ts";
import { checkInputs, effective } from "@metrics-link/sandbox/plugins/rpc/operations.ts";
import type { Values } from "@metrics-link/sandbox/plugins/rpc/values.ts";
import { account, region } from "./fake-aws.ts";

export type Made = Awaited<ReturnType<Cloud["create"]>>;

/** What the provider would send for a program's inputs. */
export function inputsOf(type: string, news: Values): Values {
  const resourceType = AWS_RESOURCE_TYPES.get(type) ?? assert.fail(`no resource type ${type}`);
  const checked = checkInputs(resourceType.inputs, type, {
    name: "name",
    olds: {},
    news,
    seed: new Uint8Array([1, 2, 3, 4]),
  });
  assert.deepEqual(checked.failures, []);
  return effective(checked.inputs, resourceType.inputs);
}

/** What is wrong with a program's inputs, as `property: reason`. */
export function faultsOf(type: string, news: Values): string[] {
  const resourceType = AWS_RESOURCE_TYPES.get(type) ?? assert.fail(`no resource type ${type}`);
  const checked = checkInputs(resourceType.inputs, type, {
    name: "name",
    olds: {},
    news,
    seed: new Uint8Array([1, 2, 3, 4]),
  });
  const failures =
    checked.failures.length > 0
      ? checked.failures
      : (resourceType.check?.(effective(checked.inputs, resourceType.inputs) as never) ?? []);
  return failures.map(({ property, reason }) => `${property}: ${reason}`);
}

export function create(cloud: Cloud, type: string, inputs: Values, of: string = account): Promise<Made> {
  return cloud.create({ account: of, region, type, name: "name", inputs: inputsOf(type, inputs) });
}

export function remove(cloud: Cloud, type: string, { id }: { id: string }): Promise<void> {
  return cloud.delete({ account, region, type, id });
}

export const VPC = "aws:ec2/vpc:Vpc";
export const SUBNET = "aws:ec2/subnet:Subnet";
export const GATEWAY = "aws:ec2/internetGateway:InternetGateway";
export const EIP = "aws:ec2/eip:Eip";
export const NAT = "aws:ec2/natGateway:NatGateway";
export const TABLE = "aws:ec2/routeTable:RouteTable";
export const ROUTE = "aws:ec2/route:Route";
export const PEERING = "aws:ec2/vpcPeeringConnection:VpcPeeringConnection";
export const ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation";
export const GROUP = "aws:ec2/securityGroup:SecurityGroup";
export const INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
export const EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
export const ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint";
export const INSTANCE = "aws:ec2/instance:Instance";
export const VOLUME = "aws:ebs/volume:Volume";
export const ATTACHMENT = "aws:ec2/volumeAttachment:VolumeAttachment";
export const BALANCER = "aws:lb/loadBalancer:LoadBalancer";
export const TARGETS = "aws:lb/targetGroup:TargetGroup";
export const TARGET = "aws:lb/targetGroupAttachment:TargetGroupAttachment";
export const LISTENER = "aws:lb/listener:Listener";
export const ROLE = "aws:iam/role:Role";
export const PROFILE = "aws:iam/instanceProfile:InstanceProfile";

/** A VPC with one public and one private subnet in the first zone. */
export async function network(cloud: Cloud) {
  const vpc = await create(cloud, VPC, { cidrBlock: "10.0.0.0/16", enableDnsHostnames: true });
  const inVpc = { vpcId: vpc.id };
  const zone = { availabilityZone: "eu-west-1a" };
  const gateway = await create(cloud, GATEWAY, inVpc);
  const open = await create(cloud, SUBNET, { ...inVpc, ...zone, cidrBlock: "10.0.0.0/24" });
  const closed = await create(cloud, SUBNET, { ...inVpc, ...zone, cidrBlock: "10.0.1.0/24" });
  const group = await create(cloud, GROUP, { ...inVpc, name: "hosts" });
  return { vpc, gateway, open, closed, group };
}

/** What an instance needs at least. */
export const hostInputs = (subnet: Made, group: Made): Values => ({
  ami: "ami-0deb1a13000000001",
  instanceType: "t3.small",
  subnetId: subnet.id,
  vpcSecurityGroupIds: [group.id],
});
