import { add, edit, set } from "../support/mutate.ts";
import type { Mutation } from "../support/table.ts";

const ingressRule = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const egressRule = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
const fromSender = "receiver-from-203.0.113.10";
const rule = { ipProtocol: "tcp", fromPort: 443, toPort: 443, securityGroupId: "receiver-balancer-id" };

/** Fence 1: who is admitted, and by what. */
export const ingress: readonly Mutation[] = [
  [
    "receiver",
    "a whole network is admitted",
    ["ingress-is-declared", "addresses-are-the-peers"],
    set(ingressRule, { cidrIpv4: "203.0.113.0/24" }, fromSender),
  ],
  [
    "receiver",
    "every address is admitted",
    ["ingress-is-declared", "addresses-are-the-peers"],
    set(ingressRule, { cidrIpv4: "0.0.0.0/0" }, fromSender),
  ],
  [
    "receiver",
    "every IPv6 address is admitted",
    ["ingress-is-declared"],
    add(ingressRule, { ...rule, cidrIpv6: "::/0" }),
  ],
  [
    "receiver",
    "a prefix list is admitted",
    ["ingress-is-declared"],
    add(ingressRule, { ...rule, prefixListId: "pl-1" }),
  ],
  [
    "receiver",
    "an unknown address is admitted",
    ["addresses-are-the-peers"],
    add(ingressRule, { ...rule, cidrIpv4: "192.0.2.1/32" }),
  ],
  [
    "receiver",
    "an unknown address is admitted, and the stack's own output assigns it to a sender",
    ["addresses-are-the-peers", "names-are-the-peers"],
    (it) => {
      it.add(ingressRule, { ...rule, cidrIpv4: "192.0.2.1/32" });
      it.stackOutputs((outputs) => outputs.peers[0].addresses.push("192.0.2.1"));
    },
  ],
  [
    "receiver",
    "another address replaces the sender's in the rule, in Envoy and in the stack's own output",
    ["addresses-are-the-peers", "names-are-the-peers"],
    (it) => {
      it.edit(
        ingressRule,
        (props) => {
          props.cidrIpv4 = "192.0.2.1/32";
        },
        fromSender,
      );
      it.chain((chain) => {
        chain.filter_chain_match.source_prefix_ranges[0].address_prefix = "192.0.2.1";
      });
      it.stackOutputs((outputs) => {
        outputs.peers[0].addresses = ["192.0.2.1"];
      });
    },
  ],
  [
    "receiver",
    "the sender is admitted on another port",
    ["ingress-is-declared"],
    set(ingressRule, { fromPort: 9090, toPort: 9090 }, fromSender),
  ],
  [
    "receiver",
    "the sender is admitted on all ports",
    ["ingress-is-declared", "no-login"],
    set(ingressRule, { fromPort: 0, toPort: 65_535 }, fromSender),
  ],
  [
    "receiver",
    "the sender may bypass the load balancer",
    ["addresses-are-the-peers"],
    set(ingressRule, { securityGroupId: "receiver-host-id" }, fromSender),
  ],
  [
    "receiver",
    "the sender is no longer admitted",
    ["addresses-are-the-peers"],
    edit(
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
    "the load balancer may reach Prometheus on the host",
    ["ingress-is-declared"],
    set(ingressRule, { fromPort: 9090, toPort: 9090 }, "receiver-host-from-balancer-ingest"),
  ],
  [
    "receiver",
    "a security group has an inline rule",
    ["ingress-is-declared"],
    set("aws:ec2/securityGroup:SecurityGroup", {
      ingress: [{ cidrBlocks: ["0.0.0.0/0"], fromPort: 443, toPort: 443, protocol: "tcp" }],
    }),
  ],
  [
    "sender",
    "a sender's host accepts inbound connections",
    ["ingress-is-declared"],
    add(ingressRule, { ...rule, cidrIpv4: "192.0.2.1/32" }),
  ],
  [
    "sender",
    "port 22 of the host is open to the network",
    ["ingress-is-declared", "no-login"],
    add(ingressRule, { ipProtocol: "tcp", fromPort: 22, toPort: 22, referencedSecurityGroupId: "sender-host-id" }),
  ],
  [
    "sender",
    "the host may connect to another address",
    ["addresses-are-the-peers"],
    add(egressRule, { ...rule, cidrIpv4: "192.0.2.1/32" }),
  ],
  [
    "receiver",
    "the default security group has an ingress rule",
    ["default-group-is-closed"],
    set("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", { ingress: [{ self: true }] }),
  ],
  [
    "receiver",
    "the load balancer is an application load balancer",
    ["balancer-is-fenced"],
    set("aws:lb/loadBalancer:LoadBalancer", { loadBalancerType: "application" }),
  ],
  [
    "receiver",
    "the load balancer has no security group",
    ["balancer-is-fenced", "addresses-are-the-peers"],
    set("aws:lb/loadBalancer:LoadBalancer", { securityGroups: [] }),
  ],
  [
    "receiver",
    "the load balancer is not protected from deletion",
    ["balancer-is-fenced"],
    set("aws:lb/loadBalancer:LoadBalancer", { enableDeletionProtection: false }),
  ],
  [
    "receiver",
    "the load balancer terminates TLS",
    ["balancer-passes-tls"],
    set("aws:lb/listener:Listener", { protocol: "TLS", certificateArn: "arn:aws:acm:::certificate/1" }),
  ],
  [
    "receiver",
    "the load balancer forwards to Prometheus",
    ["balancer-passes-tls"],
    set("aws:lb/targetGroup:TargetGroup", { port: 9090 }),
  ],
  [
    "receiver",
    "the load balancer hides client addresses",
    ["balancer-passes-tls"],
    set("aws:lb/targetGroup:TargetGroup", { preserveClientIp: "false" }),
  ],
];
