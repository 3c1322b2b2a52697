import { add, edit, set } from "../support/mutate.ts";
import type { Mutation } from "../support/table.ts";

const egressRule = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
const toReceiver = "sender-to-198.51.100.10";
const address = "aws:ec2/eip:Eip";
const endpoint = "aws:ec2/vpcEndpoint:VpcEndpoint";
const rule = { ipProtocol: "tcp", fromPort: 443, toPort: 443, securityGroupId: "receiver-balancer-id" };

/** Fence 1: where a sender may connect, and from which address. */
export const egress: readonly Mutation[] = [
  [
    "sender",
    "the host may connect anywhere",
    ["egress-is-declared", "addresses-are-the-peers"],
    set(egressRule, { cidrIpv4: "0.0.0.0/0" }, toReceiver),
  ],
  [
    "sender",
    "another address replaces the receiver's in the rule, in Envoy and in the stack's own output",
    ["addresses-are-the-peers", "names-are-the-peers"],
    (it) => {
      it.edit(
        egressRule,
        (props) => {
          props.cidrIpv4 = "192.0.2.1/32";
        },
        toReceiver,
      );
      it.cluster((cluster) => {
        for (const { lb_endpoints } of cluster.load_assignment.endpoints) {
          for (const { endpoint } of lb_endpoints) endpoint.address.socket_address.address = "192.0.2.1";
        }
      });
      it.stackOutputs((outputs) => {
        outputs.peers[0].addresses = ["192.0.2.1"];
      });
    },
  ],
  [
    "sender",
    "the host may connect anywhere over IPv6",
    ["egress-is-declared"],
    add(egressRule, { ...rule, cidrIpv6: "::/0" }),
  ],
  [
    "sender",
    "the host may send DNS queries to the receiver",
    ["egress-is-declared"],
    set(egressRule, { ipProtocol: "udp", fromPort: 53, toPort: 53 }, toReceiver),
  ],
  [
    "sender",
    "the host may connect to another prefix list",
    ["prefix-list-is-s3"],
    set(egressRule, { prefixListId: "pl-other" }, "sender-host-to-s3"),
  ],
  [
    "receiver",
    "an endpoint leads to an undeclared service",
    ["endpoints-are-declared", "rights-are-narrow"],
    set(endpoint, { serviceName: "com.amazonaws.vpce.eu-west-1.vpce-svc-0fedcba9876543210" }, "receiver-ssm"),
  ],
  [
    "sender",
    "a security group has an inline egress rule",
    ["egress-is-declared"],
    set("aws:ec2/securityGroup:SecurityGroup", {
      egress: [{ cidrBlocks: ["0.0.0.0/0"], fromPort: 0, toPort: 0, protocol: "-1" }],
    }),
  ],
  [
    "receiver",
    "a receiver's host may connect out",
    ["egress-is-declared"],
    add(egressRule, { ...rule, cidrIpv4: "192.0.2.1/32" }),
  ],
  [
    "sender",
    "an address is not protected from deletion",
    ["addresses-are-kept"],
    edit(address, (_, resource) => {
      resource.opts = { ...resource.opts, protect: false };
    }),
  ],
  [
    "sender",
    "the address differs from the pinned one",
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
    "there is a second Elastic IP",
    ["one-egress-address", "addresses-are-kept"],
    add(address, { domain: "vpc", allocationId: "eipalloc-1" }),
  ],
  [
    "sender",
    "the NAT gateway uses an unknown address",
    ["one-egress-address"],
    set("aws:ec2/natGateway:NatGateway", { allocationId: "eipalloc-other" }),
  ],
  [
    "sender",
    "the NAT gateway uses two addresses",
    ["one-egress-address"],
    set("aws:ec2/natGateway:NatGateway", { secondaryAllocationIds: ["sender-address-allocation"] }),
  ],
  [
    "sender",
    "there is a second NAT gateway",
    ["one-egress-address"],
    add("aws:ec2/natGateway:NatGateway", { allocationId: "sender-address-allocation" }),
  ],
  [
    "receiver",
    "a receiver has a NAT gateway",
    ["one-egress-address"],
    add("aws:ec2/natGateway:NatGateway", { allocationId: "receiver-address-a-allocation" }),
  ],
  [
    "sender",
    "a route leads out by a peering connection",
    ["one-egress-address"],
    add("aws:ec2/route:Route", { destinationCidrBlock: "0.0.0.0/0", vpcPeeringConnectionId: "pcx-1" }),
  ],
  [
    "sender",
    "the host may scrape what no target declares",
    ["egress-is-declared", "addresses-are-the-peers"],
    add(egressRule, { ...rule, cidrIpv4: "10.40.1.0/24", fromPort: 9100, toPort: 9100 }),
  ],
  [
    "sender",
    "the host may connect to a group that no target declares",
    ["egress-is-declared"],
    add(egressRule, { ...rule, referencedSecurityGroupId: "sg-0123456789abcdef0", fromPort: 9100, toPort: 9100 }),
  ],
  [
    "sender",
    "a route leads to a peering connection",
    ["ways-are-declared"],
    add("aws:ec2/route:Route", { destinationCidrBlock: "10.0.0.0/8", vpcPeeringConnectionId: "pcx-1" }),
  ],
];
