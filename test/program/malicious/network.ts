import type { Malicious } from "./table.ts";

const group = "aws:ec2/securityGroup:SecurityGroup";
const ingress = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const egress = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
const instance = "aws:ec2/instance:Instance";

/** Networks, fences and the machine. */
export const network: readonly Malicious[] = [
  [
    "receiver",
    "an inline route",
    "receiver-private-a",
    /routes.*igw-evil/s,
    (it) =>
      it.edit(
        "aws:ec2/routeTable:RouteTable",
        (props) => {
          props.routes = [{ cidrBlock: "0.0.0.0/0", gatewayId: "igw-evil" }];
        },
        "receiver-private-a",
      ),
  ],
  [
    "receiver",
    "a second security group on the instance",
    "receiver-instance",
    /vpcSecurityGroupIds|networkInterfaces|securityGroups/,
    (it) =>
      it.edit(instance, (props) => {
        props.vpcSecurityGroupIds = [...(props.vpcSecurityGroupIds ?? []), "sg-evil"];
      }),
  ],
  [
    "receiver",
    "a rule for another account's group",
    "receiver-host-from-balancer-ingest",
    /referencedSecurityGroupId.*666666666666/,
    (it) =>
      it.edit(
        ingress,
        (props) => {
          props.referencedSecurityGroupId = "666666666666/sg-evil";
        },
        "receiver-host-from-balancer-ingest",
      ),
  ],
  [
    "receiver",
    "a sender's address is a network",
    "receiver-from-account-a-203.0.113.10",
    /cidrIpv4.*\/8/,
    (it) =>
      it.edit(
        ingress,
        (props) => {
          props.cidrIpv4 = "203.0.0.0/8";
        },
        "receiver-from-account-a-203.0.113.10",
      ),
  ],
  [
    "receiver",
    "one more address is let in",
    "added",
    /cidrIpv4.*198\.18/,
    (it) =>
      it.add(ingress, {
        cidrIpv4: "198.18.0.1/32",
        fromPort: 443,
        toPort: 443,
        ipProtocol: "tcp",
        securityGroupId: "receiver-balancer-id",
      }),
  ],
  [
    "receiver",
    "the same by IPv6",
    "receiver-from-account-a-203.0.113.10",
    /cidrIpv6/,
    (it) =>
      it.edit(
        ingress,
        (props) => {
          props.cidrIpv6 = "::/0";
        },
        "receiver-from-account-a-203.0.113.10",
      ),
  ],
  [
    "receiver",
    "a prefix list that somebody else writes",
    "receiver-host-to-s3",
    /prefixListId.*pl-evil/,
    (it) =>
      it.edit(
        egress,
        (props) => {
          props.prefixListId = "pl-evil";
        },
        "receiver-host-to-s3",
      ),
  ],
  [
    "receiver",
    "an inline rule in the group",
    "receiver-host",
    /ingress.*0\.0\.0\.0/s,
    (it) =>
      it.edit(
        group,
        (props) => {
          props.ingress = [{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] }];
        },
        "receiver-host",
      ),
  ],
  [
    "receiver",
    "a public address for the host",
    "receiver-instance",
    /associatePublicIpAddress.*true/s,
    (it) =>
      it.edit(instance, (props) => {
        props.associatePublicIpAddress = true;
      }),
  ],
  [
    "receiver",
    "a key pair for the host",
    "receiver-instance",
    /keyName/,
    (it) =>
      it.edit(instance, (props) => {
        props.keyName = "debug";
      }),
  ],
  [
    "receiver",
    "the metadata service without tokens",
    "receiver-instance",
    /httpTokens.*optional/s,
    (it) =>
      it.edit(instance, (props) => {
        props.metadataOptions.httpTokens = "optional";
      }),
  ],
  [
    "receiver",
    "the metadata service for containers, two hops away",
    "receiver-instance",
    /httpPutResponseHopLimit/,
    (it) =>
      it.edit(instance, (props) => {
        props.metadataOptions.httpPutResponseHopLimit = 2;
      }),
  ],
  [
    "receiver",
    "another image",
    "receiver-instance",
    /ami.*ami-evil/,
    (it) =>
      it.edit(instance, (props) => {
        props.ami = "ami-evil";
      }),
  ],
  [
    "receiver",
    "the load balancer hides who connects",
    "receiver-ingest",
    /preserveClientIp/,
    (it) =>
      it.edit("aws:lb/targetGroup:TargetGroup", (props) => {
        props.preserveClientIp = "false";
      }),
  ],
  [
    "receiver",
    "the load balancer speaks the proxy protocol",
    "receiver-ingest",
    /proxyProtocolV2/,
    (it) =>
      it.edit("aws:lb/targetGroup:TargetGroup", (props) => {
        props.proxyProtocolV2 = true;
      }),
  ],
  [
    "receiver",
    "the load balancer without a group",
    "receiver-nlb",
    /securityGroups/,
    (it) =>
      it.edit("aws:lb/loadBalancer:LoadBalancer", (props) => {
        delete props.securityGroups;
      }),
  ],
  [
    "receiver",
    "the load balancer writes to a stranger's bucket",
    "receiver-nlb",
    /accessLogs.*evil/s,
    (it) =>
      it.edit("aws:lb/loadBalancer:LoadBalancer", (props) => {
        props.accessLogs = { enabled: true, bucket: "evil" };
      }),
  ],
  [
    "receiver",
    "a listener ends TLS in the load balancer",
    "receiver-https",
    /protocol.*TLS/s,
    (it) =>
      it.edit("aws:lb/listener:Listener", (props) => {
        props.protocol = "TLS";
        props.certificateArn = "arn:aws:acm:eu-west-1:222222222222:certificate/1";
      }),
  ],
  [
    "receiver",
    "traffic goes to another machine",
    "receiver-target",
    /targetId.*i-evil/,
    (it) =>
      it.edit("aws:lb/targetGroupAttachment:TargetGroupAttachment", (props) => {
        props.targetId = "i-evil";
      }),
  ],
  [
    "receiver",
    "packets are mirrored",
    "added",
    /trafficMirrorTargetId/,
    (it) =>
      it.add("aws:ec2/trafficMirrorSession:TrafficMirrorSession", {
        networkInterfaceId: "eni-1",
        trafficMirrorTargetId: "tmt-evil",
        trafficMirrorFilterId: "tmf-1",
        sessionNumber: 1,
      }),
  ],
  [
    "sender",
    "the pinned address belongs to another gateway",
    "sender-nat",
    /allocationId/,
    (it) =>
      it.edit("aws:ec2/natGateway:NatGateway", (props) => {
        props.allocationId = "eipalloc-evil";
      }),
  ],
  [
    "sender",
    "subnets give out public addresses",
    "sender-private-a",
    /mapPublicIpOnLaunch/,
    (it) =>
      it.edit(
        "aws:ec2/subnet:Subnet",
        (props) => {
          props.mapPublicIpOnLaunch = true;
        },
        "sender-private-a",
      ),
  ],
];
