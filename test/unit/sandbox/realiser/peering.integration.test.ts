import assert from "node:assert/strict";
import type { FirewallRule, Topology, Vpc } from "@metrics-link/sandbox/model/topology.ts";
import { releaseKernelObjects } from "@metrics-link/sandbox/realiser/clean-up.ts";
import { namespaces } from "@metrics-link/sandbox/realiser/names.ts";
import { NetworkApplier } from "@metrics-link/sandbox/realiser/network/apply.ts";
import { networkOf } from "@metrics-link/sandbox/realiser/network/network.ts";
import { greetings, times } from "./greetings.ts";
import { machineState } from "./machine-state.ts";
import { addresses, group, sender, tcp, topology } from "./sample.ts";
import { temporaryLayout } from "./temporary-layout.ts";

describe("a network of a sandbox that is connected to another", function () {
  this.timeout(60_000);
  const layout = temporaryLayout();
  const names = namespaces(layout);
  const applier = new NetworkApplier(names.prefix);
  const { servers, greet, greeting } = greetings();
  const inSender = names.instance("i-sender");
  const apply = (next: Topology) => applier.apply(networkOf(names, next, new Set()));

  after(async () => {
    for (const server of servers) server.close();
    await releaseKernelObjects(layout);
    const left = await machineState(names.prefix);
    assert.deepEqual(Object.values(left).flat(), []);
  });

  it("reaches through a peering connection what route and rule name, and no further", async () => {
    const toPeer = { destination: "10.40.1.0/24", target: { kind: "peering-connection" as const, id: "pcx-1" } };
    const back = { destination: sender.cidr, target: { kind: "peering-connection" as const, id: "pcx-1" } };
    const targets = ["10.40.1.254", "10.40.2.254"].map((privateAddress, index) => ({
      ...{ name: `target-${index}`, subnetId: `subnet-c-${index}`, privateAddress, isOpen: true },
    }));
    const client: Vpc = {
      ...{ id: "vpc-c", account: "111111111111", region: "eu-west-1", cidr: "10.40.0.0/16" },
      ...{ securityGroups: [], natGateways: [], interfaceEndpoints: [], gatewayEndpoints: [], loadBalancers: [] },
      subnets: targets.map(({ subnetId }, index) => {
        const cidr = `10.40.${index + 1}.0/24`;
        return { id: subnetId, cidr, zone: "eu-west-1a", routes: [back] };
      }),
      instances: [],
      neighbours: targets,
      peerings: [{ id: "pcx-1", end: "accepter", peerVpcId: sender.id }],
    };
    const peerings = [{ id: "pcx-1", end: "requester" as const, peerVpcId: client.id }];
    const peered = (rule: FirewallRule): Topology => {
      const subnets = sender.subnets.map((one) => ({ ...one, routes: [...one.routes, toPeer] }));
      const securityGroups = [group("sg-sender", { egress: [rule, tcp(9100, "10.40.2.0/24")] }), group("sg-open")];
      return { ...topology, vpcs: [{ ...sender, subnets, securityGroups, peerings }, client] };
    };
    await apply(peered(tcp(9100, "10.40.1.0/24")));
    for (const { name, privateAddress: host } of targets) {
      for (const port of [9100, 9101]) await greet(names.internetHost(name), name, { host, port });
    }
    assert.equal(await greeting(inSender, "10.40.1.254", 9100), "target-0 10.0.1.10");
    await assert.rejects(greeting(inSender, "10.40.1.254", 9101), times, "no rule for this port");
    await assert.rejects(greeting(inSender, "10.40.2.254", 9100), times, "a rule and no route");
    // The other way, and through this network to what it has routes to.
    const inTarget = names.internetHost("target-0");
    await assert.rejects(greeting(inTarget, "10.0.1.10", 8443), times, "no group admits it");
    await assert.rejects(greeting(inTarget, addresses.outsider, 443), times, "peering is not transitive");
    await assert.rejects(greeting(inTarget, "10.0.0.2", 53), times, "the resolver is of its own network alone");
    await apply(peered(tcp(9101, "10.40.1.0/24")));
    await assert.rejects(greeting(inSender, "10.40.1.254", 9100), times, "the rule has gone");
  });
});
