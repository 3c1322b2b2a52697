import assert from "node:assert/strict";
import type { FirewallRule, SecurityGroup, Vpc } from "@metrics-link/sandbox/model/topology.ts";
import { fenceTable } from "@metrics-link/sandbox/realiser/network/fence.ts";
import { groupChains, memberSets } from "@metrics-link/sandbox/realiser/network/security-groups.ts";
import { addresses, group, receiver, sender, tcp, topology } from "./sample.ts";

const lists = topology.prefixLists;

function rulesOf(vpc: Vpc, changed: SecurityGroup, chain: string): readonly string[] | undefined {
  const chains = groupChains({ ...vpc, securityGroups: [...vpc.securityGroups, changed] }, lists);
  return chains.find(({ name }) => name === chain)?.rules;
}

const ingress = (...rules: FirewallRule[]) => rulesOf(receiver, group("sg-x", { ingress: rules }), "ingress_sg_x");
const egress = (...rules: FirewallRule[]) => rulesOf(receiver, group("sg-x", { egress: rules }), "egress_sg_x");

describe("a security group rule", () => {
  it("allows one port from one address", () => {
    assert.deepEqual(ingress(tcp(443, "203.0.113.10/32")), ["tcp dport 443 ip saddr 203.0.113.10/32 accept"]);
  });

  it("allows a range of ports to everyone", () => {
    const rule: FirewallRule = {
      protocol: "udp",
      ports: { from: 5, to: 9 },
      peer: { kind: "cidr", cidr: "0.0.0.0/0" },
    };
    assert.deepEqual(egress(rule), ["udp dport 5-9 accept"]);
  });

  it("allows everything to a prefix list", () => {
    const rule: FirewallRule = { protocol: "all", peer: { kind: "prefix-list", id: "pl-s3" } };
    assert.deepEqual(egress(rule), ["ip daddr { 192.0.2.128/25 } accept"]);
  });

  it("refuses an unknown prefix list", () => {
    assert.throws(() => egress(tcp(443, "pl-none")), /prefix list pl-none is unknown; use one of: pl-s3/);
  });

  it("allows a protocol without ports", () => {
    const rule: FirewallRule = { protocol: "icmp", peer: { kind: "cidr", cidr: "10.0.0.0/8" } };
    assert.deepEqual(ingress(rule), ["meta l4proto icmp ip saddr 10.0.0.0/8 accept"]);
  });

  it("never applies if it is for IPv6", () => {
    assert.deepEqual(ingress(tcp(443, "::/0")), []);
  });

  it("allows a named group's private addresses", () => {
    assert.deepEqual(egress(tcp(5432, "sg-receiver")), ["tcp dport 5432 ip daddr @members_sg_receiver accept"]);
    const sets = new Map(memberSets(receiver).map(({ name, elements }) => [name, elements]));
    assert.deepEqual(sets.get("members_sg_receiver"), ["10.0.1.10", "10.0.9.10"]);
  });

  it("allows what a named load balancer forwards, whatever the client's address", () => {
    assert.deepEqual(ingress(tcp(8443, "sg-edge")), [
      "tcp dport 8443 ip saddr @members_sg_edge accept",
      "tcp dport 8443 ct original ip daddr @balancers_sg_edge accept",
    ]);
    const sets = new Map(memberSets(receiver).map(({ name, elements }) => [name, elements]));
    assert.deepEqual(sets.get("balancers_sg_edge"), ["10.0.0.20", "10.0.8.20"]);
  });
});

describe("the fence of a VPC", () => {
  const chainOf = (vpc: Vpc, wanted: string) =>
    fenceTable(vpc, lists).chains.find(({ name }) => name === wanted)?.rules;
  const mapOf = (vpc: Vpc, wanted: string) =>
    new Map(fenceTable(vpc, lists).maps?.find(({ name }) => name === wanted)?.elements);

  it("drops packets that no group of an interface allows", () => {
    assert.deepEqual(chainOf(sender, "egress_of_i_sender"), ["jump egress_sg_sender", "counter drop"]);
    assert.equal(mapOf(sender, "egress").get('"e-i-sender"'), "jump egress_of_i_sender");
  });

  it("lets an interface send with its own address only", () => {
    assert.deepEqual(
      [...mapOf(sender, "valid_source").keys()],
      ['"e-i-sender" . 10.0.1.10', '"e-i-isolated" . 10.0.2.10'],
    );
  });

  it("does not check the source of a routing instance", () => {
    const instances = sender.instances.map((it) => ({ ...it, sourceDestinationCheck: false }));
    const sets = fenceTable({ ...sender, instances }, lists).sets;
    assert.deepEqual(sets?.find(({ name }) => name === "unchecked")?.elements, [
      '"lo"',
      '"igw"',
      '"aws"',
      '"n-nat-a"',
      '"e-i-sender"',
      '"e-i-isolated"',
    ]);
  });

  it("has no entry for a stopped instance, which cannot send", () => {
    const instances = sender.instances.map((it) => ({ ...it, power: "stopped" as const }));
    assert.deepEqual([...mapOf({ ...sender, instances }, "ingress").keys()], ['"igw"', '"n-nat-a"', '"aws"']);
  });

  it("does not restrict a load balancer without groups", () => {
    const loadBalancers = receiver.loadBalancers.map((it) => ({ ...it, securityGroupIds: [] }));
    assert.equal(mapOf({ ...receiver, loadBalancers }, "balancer_ingress").size, 0);
    assert.deepEqual(
      [...mapOf(receiver, "balancer_ingress").keys()],
      receiver.loadBalancers.flatMap(({ nodes }) => nodes.map(({ privateAddress }) => privateAddress)),
    );
  });

  it("identifies the sender only by its pinned address", () => {
    const chains = groupChains(receiver, lists);
    assert.deepEqual(chains.find(({ name }) => name === "ingress_sg_edge")?.rules, [
      `tcp dport 443 ip saddr ${addresses.senderNat}/32 accept`,
    ]);
  });
});
