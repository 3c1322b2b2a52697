import { add, edit, set } from "../policy/support/mutate.ts";
import type { Malicious } from "./table.ts";

const group = "aws:ec2/securityGroup:SecurityGroup";
const ingress = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const egress = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
const instance = "aws:ec2/instance:Instance";

/** Changes of networks, fences and the instance. */
export const network: readonly Malicious[] = [
  [
    "receiver",
    "a route table has an inline route",
    "receiver-private-a",
    /routes.*igw-evil/s,
    set(
      "aws:ec2/routeTable:RouteTable",
      { routes: [{ cidrBlock: "0.0.0.0/0", gatewayId: "igw-evil" }] },
      "receiver-private-a",
    ),
  ],
  [
    "receiver",
    "the instance has a second security group",
    "receiver-instance",
    /vpcSecurityGroupIds|networkInterfaces|securityGroups/,
    edit(instance, (props) => {
      props.vpcSecurityGroupIds = [...(props.vpcSecurityGroupIds ?? []), "sg-evil"];
    }),
  ],
  [
    "receiver",
    "a rule admits another account's security group",
    "receiver-host-from-balancer-ingest",
    /referencedSecurityGroupId.*666666666666/,
    set(ingress, { referencedSecurityGroupId: "666666666666/sg-evil" }, "receiver-host-from-balancer-ingest"),
  ],
  [
    "receiver",
    "a rule admits a network instead of a sender's address",
    "receiver-from-203.0.113.10",
    /cidrIpv4.*\/8/,
    set(ingress, { cidrIpv4: "203.0.0.0/8" }, "receiver-from-203.0.113.10"),
  ],
  [
    "receiver",
    "a rule admits one more address",
    "added",
    /cidrIpv4.*198\.18/,
    add(ingress, {
      cidrIpv4: "198.18.0.1/32",
      fromPort: 443,
      toPort: 443,
      ipProtocol: "tcp",
      securityGroupId: "receiver-balancer-id",
    }),
  ],
  [
    "receiver",
    "a rule admits every IPv6 address",
    "receiver-from-203.0.113.10",
    /cidrIpv6/,
    set(ingress, { cidrIpv6: "::/0" }, "receiver-from-203.0.113.10"),
  ],
  [
    "receiver",
    "an egress rule allows another prefix list",
    "receiver-host-to-s3",
    /prefixListId.*pl-evil/,
    set(egress, { prefixListId: "pl-evil" }, "receiver-host-to-s3"),
  ],
  [
    "receiver",
    "a security group has an inline rule",
    "receiver-host",
    /ingress.*0\.0\.0\.0/s,
    set(group, { ingress: [{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] }] }, "receiver-host"),
  ],
  [
    "receiver",
    "the host has a public address",
    "receiver-instance",
    /associatePublicIpAddress.*true/s,
    set(instance, { associatePublicIpAddress: true }),
  ],
  ["receiver", "the host has a key pair", "receiver-instance", /keyName/, set(instance, { keyName: "debug" })],
  [
    "receiver",
    "the metadata service answers without a token",
    "receiver-instance",
    /httpTokens.*optional/s,
    set(instance, { "metadataOptions.httpTokens": "optional" }),
  ],
  [
    "receiver",
    "the metadata service answers across two hops",
    "receiver-instance",
    /httpPutResponseHopLimit/,
    set(instance, { "metadataOptions.httpPutResponseHopLimit": 2 }),
  ],
  ["receiver", "the host has another image", "receiver-instance", /ami.*ami-evil/, set(instance, { ami: "ami-evil" })],
  [
    "receiver",
    "the load balancer hides client addresses",
    "receiver-ingest",
    /preserveClientIp/,
    set("aws:lb/targetGroup:TargetGroup", { preserveClientIp: "false" }),
  ],
  [
    "receiver",
    "the load balancer uses the proxy protocol",
    "receiver-ingest",
    /proxyProtocolV2/,
    set("aws:lb/targetGroup:TargetGroup", { proxyProtocolV2: true }),
  ],
  [
    "receiver",
    "the load balancer has no security group",
    "receiver-nlb",
    /securityGroups/,
    set("aws:lb/loadBalancer:LoadBalancer", { securityGroups: undefined }),
  ],
  [
    "receiver",
    "the load balancer writes access logs to a foreign bucket",
    "receiver-nlb",
    /accessLogs.*evil/s,
    set("aws:lb/loadBalancer:LoadBalancer", { accessLogs: { enabled: true, bucket: "evil" } }),
  ],
  [
    "receiver",
    "the load balancer terminates TLS",
    "receiver-https",
    /protocol.*TLS/s,
    set("aws:lb/listener:Listener", {
      protocol: "TLS",
      certificateArn: "arn:aws:acm:eu-west-1:222222222222:certificate/1",
    }),
  ],
  [
    "receiver",
    "the target group has another instance",
    "receiver-target",
    /targetId.*i-evil/,
    set("aws:lb/targetGroupAttachment:TargetGroupAttachment", { targetId: "i-evil" }),
  ],
  [
    "receiver",
    "a traffic mirror is added",
    "added",
    /trafficMirrorTargetId/,
    add("aws:ec2/trafficMirrorSession:TrafficMirrorSession", {
      networkInterfaceId: "eni-1",
      trafficMirrorTargetId: "tmt-evil",
      trafficMirrorFilterId: "tmf-1",
      sessionNumber: 1,
    }),
  ],
  [
    "sender",
    "the NAT gateway uses another address",
    "sender-nat",
    /allocationId/,
    set("aws:ec2/natGateway:NatGateway", { allocationId: "eipalloc-evil" }),
  ],
  [
    "sender",
    "subnets assign public addresses",
    "sender-private-a",
    /mapPublicIpOnLaunch/,
    set("aws:ec2/subnet:Subnet", { mapPublicIpOnLaunch: true }, "sender-private-a"),
  ],
];
