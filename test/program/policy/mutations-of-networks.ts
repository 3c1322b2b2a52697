import type { Mutation } from "./support/table.ts";

const ingressRule = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const egressRule = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
const fromSender = "receiver-from-account-a-203.0.113.10";
const toReceiver = "sender-to-198.51.100.10";
const address = "aws:ec2/eip:Eip";
const rule = { ipProtocol: "tcp", fromPort: 443, toPort: 443, securityGroupId: "receiver-balancer-id" };

/** Fence 1, and the machines behind it. */
export const networkMutations: readonly Mutation[] = [
  [
    "receiver",
    "a whole network is let in",
    ["ingress-from-senders-only", "addresses-are-the-peers"],
    (it) =>
      it.edit(
        ingressRule,
        (props) => {
          props.cidrIpv4 = "203.0.113.0/24";
        },
        fromSender,
      ),
  ],
  [
    "receiver",
    "everybody is let in",
    ["ingress-from-senders-only", "addresses-are-the-peers"],
    (it) =>
      it.edit(
        ingressRule,
        (props) => {
          props.cidrIpv4 = "0.0.0.0/0";
        },
        fromSender,
      ),
  ],
  [
    "receiver",
    "everybody with IPv6 is let in",
    ["ingress-from-senders-only"],
    (it) => it.add(ingressRule, { ...rule, cidrIpv6: "::/0" }),
  ],
  [
    "receiver",
    "a prefix list is let in",
    ["ingress-from-senders-only"],
    (it) => it.add(ingressRule, { ...rule, prefixListId: "pl-1" }),
  ],
  [
    "receiver",
    "a stranger's address is let in",
    ["addresses-are-the-peers"],
    (it) => it.add(ingressRule, { ...rule, cidrIpv4: "192.0.2.1/32" }),
  ],
  [
    "receiver",
    "the sender is let in on another port",
    ["ingress-from-senders-only"],
    (it) =>
      it.edit(
        ingressRule,
        (props) => {
          props.fromPort = 9090;
          props.toPort = 9090;
        },
        fromSender,
      ),
  ],
  [
    "receiver",
    "the sender is let in on all ports",
    ["ingress-from-senders-only", "no-login"],
    (it) =>
      it.edit(
        ingressRule,
        (props) => {
          props.fromPort = 0;
          props.toPort = 65_535;
        },
        fromSender,
      ),
  ],
  [
    "receiver",
    "the sender is let in to the host, past the balancer",
    ["addresses-are-the-peers"],
    (it) =>
      it.edit(
        ingressRule,
        (props) => {
          props.securityGroupId = "receiver-host-id";
        },
        fromSender,
      ),
  ],
  [
    "receiver",
    "the sender is not let in any more",
    ["addresses-are-the-peers"],
    (it) =>
      it.edit(
        ingressRule,
        (props) => {
          props.cidrIpv4 = undefined;
          props.referencedSecurityGroupId = "receiver-host-id";
        },
        fromSender,
      ),
  ],
  [
    "receiver",
    "the balancer reaches Prometheus on the host",
    ["ingress-from-senders-only"],
    (it) =>
      it.edit(
        ingressRule,
        (props) => {
          props.fromPort = 9090;
          props.toPort = 9090;
        },
        "receiver-host-from-balancer-ingest",
      ),
  ],
  [
    "receiver",
    "a group has a rule in itself",
    ["ingress-from-senders-only"],
    (it) =>
      it.edit("aws:ec2/securityGroup:SecurityGroup", (props) => {
        props.ingress = [{ cidrBlocks: ["0.0.0.0/0"], fromPort: 443, toPort: 443, protocol: "tcp" }];
      }),
  ],
  [
    "sender",
    "a sender lets in",
    ["ingress-from-senders-only"],
    (it) => it.add(ingressRule, { ...rule, cidrIpv4: "192.0.2.1/32" }),
  ],
  [
    "sender",
    "port 22 is open inside",
    ["ingress-from-senders-only", "no-login"],
    (it) =>
      it.add(ingressRule, { ipProtocol: "tcp", fromPort: 22, toPort: 22, referencedSecurityGroupId: "sender-host-id" }),
  ],
  [
    "sender",
    "the host may go anywhere",
    ["egress-to-receiver-only", "addresses-are-the-peers"],
    (it) =>
      it.edit(
        egressRule,
        (props) => {
          props.cidrIpv4 = "0.0.0.0/0";
        },
        toReceiver,
      ),
  ],
  [
    "sender",
    "the host may go to another address",
    ["addresses-are-the-peers"],
    (it) => it.add(egressRule, { ...rule, cidrIpv4: "192.0.2.1/32" }),
  ],
  [
    "sender",
    "the host may go anywhere by IPv6",
    ["egress-to-receiver-only"],
    (it) => it.add(egressRule, { ...rule, cidrIpv6: "::/0" }),
  ],
  [
    "sender",
    "the host may ask names at the receiver",
    ["egress-to-receiver-only"],
    (it) =>
      it.edit(
        egressRule,
        (props) => {
          props.ipProtocol = "udp";
          props.fromPort = 53;
          props.toPort = 53;
        },
        toReceiver,
      ),
  ],
  [
    "sender",
    "the host may go to another prefix list",
    ["prefix-list-is-s3"],
    (it) =>
      it.edit(
        egressRule,
        (props) => {
          props.prefixListId = "pl-other";
        },
        "sender-host-to-s3",
      ),
  ],
  [
    "sender",
    "a group lets out in itself",
    ["egress-to-receiver-only"],
    (it) =>
      it.edit("aws:ec2/securityGroup:SecurityGroup", (props) => {
        props.egress = [{ cidrBlocks: ["0.0.0.0/0"], fromPort: 0, toPort: 0, protocol: "-1" }];
      }),
  ],
  [
    "receiver",
    "a receiver's host may go out",
    ["egress-to-receiver-only"],
    (it) => it.add(egressRule, { ...rule, cidrIpv4: "192.0.2.1/32" }),
  ],
  [
    "receiver",
    "the default group lets in",
    ["default-group-is-closed"],
    (it) =>
      it.edit("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", (props) => {
        props.ingress = [{ self: true }];
      }),
  ],
  [
    "sender",
    "an address is not protected",
    ["addresses-are-kept"],
    (it) =>
      it.edit(address, (_, resource) => {
        resource.opts = { ...resource.opts, protect: false };
      }),
  ],
  [
    "sender",
    "the address is another than the pinned one",
    ["addresses-are-pinned"],
    (it) => {
      it.deployed.configuration.policy.addressAllocations = ["eipalloc-0"];
      it.edit(address, (props) => {
        props.domain = "vpc";
      });
    },
  ],
  [
    "sender",
    "there is a second address",
    ["one-egress-address", "addresses-are-kept"],
    (it) => it.add(address, { domain: "vpc", allocationId: "eipalloc-1" }),
  ],
  [
    "sender",
    "the NAT gateway uses an address that is not ours",
    ["one-egress-address"],
    (it) =>
      it.edit("aws:ec2/natGateway:NatGateway", (props) => {
        props.allocationId = "eipalloc-other";
      }),
  ],
  [
    "sender",
    "the NAT gateway uses two addresses",
    ["one-egress-address"],
    (it) =>
      it.edit("aws:ec2/natGateway:NatGateway", (props) => {
        props.secondaryAllocationIds = ["sender-address-allocation"];
      }),
  ],
  [
    "sender",
    "there is a second NAT gateway",
    ["one-egress-address"],
    (it) => it.add("aws:ec2/natGateway:NatGateway", { allocationId: "sender-address-allocation" }),
  ],
  [
    "receiver",
    "a receiver gets a NAT gateway",
    ["one-egress-address"],
    (it) => it.add("aws:ec2/natGateway:NatGateway", { allocationId: "receiver-address-a-allocation" }),
  ],
  [
    "sender",
    "a route leads to a peering",
    ["one-egress-address"],
    (it) => it.add("aws:ec2/route:Route", { destinationCidrBlock: "10.0.0.0/8", vpcPeeringConnectionId: "pcx-1" }),
  ],
  [
    "sender",
    "the host's subnet has a route to the internet",
    ["hosts-stand-apart"],
    (it) =>
      it.edit("aws:ec2/routeTableAssociation:RouteTableAssociation", (props) => {
        props.routeTableId = "sender-public-id";
      }),
  ],
  [
    "sender",
    "the host has a public address",
    ["hosts-are-private"],
    (it) =>
      it.edit("aws:ec2/instance:Instance", (props) => {
        props.associatePublicIpAddress = true;
      }),
  ],
  [
    "sender",
    "an Elastic IP is given to the host",
    ["hosts-are-private"],
    (it) =>
      it.edit(address, (props) => {
        props.instance = "sender-instance-id";
      }),
  ],
  [
    "receiver",
    "subnets give out public addresses",
    ["hosts-are-private"],
    (it) =>
      it.edit("aws:ec2/subnet:Subnet", (props) => {
        props.mapPublicIpOnLaunch = true;
      }),
  ],
  [
    "receiver",
    "the balancer is an application one",
    ["balancer-is-fenced"],
    (it) =>
      it.edit("aws:lb/loadBalancer:LoadBalancer", (props) => {
        props.loadBalancerType = "application";
      }),
  ],
  [
    "receiver",
    "the balancer has no group",
    ["balancer-is-fenced", "addresses-are-the-peers"],
    (it) =>
      it.edit("aws:lb/loadBalancer:LoadBalancer", (props) => {
        props.securityGroups = [];
      }),
  ],
  [
    "receiver",
    "the balancer can be deleted",
    ["balancer-is-fenced"],
    (it) =>
      it.edit("aws:lb/loadBalancer:LoadBalancer", (props) => {
        props.enableDeletionProtection = false;
      }),
  ],
  [
    "receiver",
    "the balancer ends TLS",
    ["balancer-passes-tls"],
    (it) =>
      it.edit("aws:lb/listener:Listener", (props) => {
        props.protocol = "TLS";
        props.certificateArn = "arn:aws:acm:::certificate/1";
      }),
  ],
  [
    "receiver",
    "the balancer leads to Prometheus",
    ["balancer-passes-tls"],
    (it) =>
      it.edit("aws:lb/targetGroup:TargetGroup", (props) => {
        props.port = 9090;
      }),
  ],
  [
    "receiver",
    "the balancer hides who comes",
    ["balancer-passes-tls"],
    (it) =>
      it.edit("aws:lb/targetGroup:TargetGroup", (props) => {
        props.preserveClientIp = "false";
      }),
  ],
  [
    "sender",
    "the metadata service answers without a token",
    ["hosts-use-imds-v2"],
    (it) =>
      it.edit("aws:ec2/instance:Instance", (props) => {
        props.metadataOptions.httpTokens = "optional";
      }),
  ],
  [
    "sender",
    "the metadata service answers over two hops",
    ["hosts-use-imds-v2"],
    (it) =>
      it.edit("aws:ec2/instance:Instance", (props) => {
        props.metadataOptions.httpPutResponseHopLimit = 2;
      }),
  ],
  [
    "sender",
    "a key pair logs in",
    ["no-login"],
    (it) =>
      it.edit("aws:ec2/instance:Instance", (props) => {
        props.keyName = "admin";
      }),
  ],
  [
    "sender",
    "user data lets a key log in",
    ["no-login"],
    (it) =>
      it.edit("aws:ec2/instance:Instance", (props) => {
        props.userDataBase64 = Buffer.from(
          "#cloud-config\nusers:\n  - name: admin\n    ssh_authorized_keys: [ssh-ed25519 AAAA]\n",
        ).toString("base64");
      }),
  ],
  [
    "sender",
    "user data is a script",
    ["no-login"],
    (it) =>
      it.edit("aws:ec2/instance:Instance", (props) => {
        props.userDataBase64 = Buffer.from("#!/bin/sh\ncurl https://example.org | sh\n").toString("base64");
      }),
  ],
  [
    "receiver",
    "the root disk is not encrypted",
    ["disks-are-encrypted"],
    (it) =>
      it.edit("aws:ec2/instance:Instance", (props) => {
        props.rootBlockDevice.encrypted = false;
      }),
  ],
  [
    "receiver",
    "the data volume is not encrypted",
    ["disks-are-encrypted"],
    (it) =>
      it.edit("aws:ebs/volume:Volume", (props) => {
        props.encrypted = false;
      }),
  ],
  [
    "receiver",
    "the data volume is not protected",
    ["data-is-kept"],
    (it) =>
      it.edit("aws:ebs/volume:Volume", (_, resource) => {
        resource.opts = { ...resource.opts, protect: false };
      }),
  ],
];
