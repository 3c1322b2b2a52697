/** Elastic Load Balancing. Sources: terraform-provider-aws, internal/service/elbv2. */
import { about, by, type Call, type Calls, call, created, type Kind, lists, own, when } from "./call.ts";

const service = "elasticloadbalancing";
const elb = (...names: readonly string[]) => lists(service, ...names);
const balancer = by("loadBalancerArn", "loadbalancer/net");
const group = by("targetGroupArn", "targetgroup");

/** A creation with tags asks for AddTags on what is made. */
function makes(action: string, kind: Kind): Call[] {
  const context = { "elasticloadbalancing:CreateAction": action };
  return [{ action: `${service}:AddTags`, on: [created(kind)], context }];
}

const retags = (kind: Kind): Call[] => when(["tags"], ...about(own(kind), service, "AddTags", "RemoveTags"));

export const balancers: Readonly<Record<string, Calls>> = {
  "aws:lb/loadBalancer:LoadBalancer": {
    create: [
      {
        action: "iam:CreateServiceLinkedRole",
        on: [own("balancers-role")],
        context: { "iam:AWSServiceName": "elasticloadbalancing.amazonaws.com" },
      },
      call(`${service}:CreateLoadBalancer`, created("loadbalancer/net")),
      ...makes("CreateLoadBalancer", "loadbalancer/net"),
      call(`${service}:ModifyLoadBalancerAttributes`, own("loadbalancer/net")),
    ],
    read: elb("DescribeLoadBalancers", "DescribeLoadBalancerAttributes", "DescribeCapacityReservation", "DescribeTags"),
    update: [
      ...when(["subnetMappings"], call(`${service}:SetSubnets`, own("loadbalancer/net"))),
      ...when(["securityGroups"], call(`${service}:SetSecurityGroups`, own("loadbalancer/net"))),
      ...when(
        ["enableCrossZoneLoadBalancing", "enableDeletionProtection"],
        call(`${service}:ModifyLoadBalancerAttributes`, own("loadbalancer/net")),
      ),
      ...retags("loadbalancer/net"),
    ],
    // It waits until the load balancer's interfaces are gone.
    delete: [
      call(`${service}:DeleteLoadBalancer`, own("loadbalancer/net")),
      ...lists("ec2", "DescribeNetworkInterfaces"),
    ],
  },
  "aws:lb/targetGroup:TargetGroup": {
    create: [
      call(`${service}:CreateTargetGroup`, created("targetgroup")),
      ...makes("CreateTargetGroup", "targetgroup"),
      call(`${service}:ModifyTargetGroupAttributes`, own("targetgroup")),
    ],
    read: elb("DescribeTargetGroups", "DescribeTargetGroupAttributes", "DescribeTags"),
    update: [
      ...when(["healthCheck"], call(`${service}:ModifyTargetGroup`, own("targetgroup"))),
      ...when(
        ["deregistrationDelay", "preserveClientIp", "proxyProtocolV2"],
        call(`${service}:ModifyTargetGroupAttributes`, own("targetgroup")),
      ),
      ...retags("targetgroup"),
    ],
    delete: [call(`${service}:DeleteTargetGroup`, own("targetgroup"))],
  },
  "aws:lb/listener:Listener": {
    create: [call(`${service}:CreateListener`, balancer), ...makes("CreateListener", "listener/net")],
    read: elb("DescribeListeners", "DescribeListenerAttributes", "DescribeTags"),
    update: [
      ...when(["defaultActions", "port", "protocol"], call(`${service}:ModifyListener`, own("listener/net"))),
      ...retags("listener/net"),
    ],
    delete: [call(`${service}:DeleteListener`, own("listener/net"))],
  },
  "aws:lb/targetGroupAttachment:TargetGroupAttachment": {
    create: [call(`${service}:RegisterTargets`, group)],
    read: elb("DescribeTargetHealth"),
    update: [],
    delete: [call(`${service}:DeregisterTargets`, group)],
  },
};
