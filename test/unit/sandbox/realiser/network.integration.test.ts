import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { FirewallRule, SecurityGroup, Topology, Vpc } from "@metrics-link/sandbox/model/topology.ts";
import { releaseKernelObjects } from "@metrics-link/sandbox/realiser/clean-up.ts";
import { execute, inNamespace } from "@metrics-link/sandbox/realiser/command.ts";
import { HealthMonitor } from "@metrics-link/sandbox/realiser/health.ts";
import { namespaces, serviceAddresses } from "@metrics-link/sandbox/realiser/names.ts";
import { bindUdp, listenTcp } from "@metrics-link/sandbox/realiser/namespace-socket.ts";
import { listNamespaces, NetworkApplier } from "@metrics-link/sandbox/realiser/network/apply.ts";
import { networkOf } from "@metrics-link/sandbox/realiser/network/network.ts";
import { until } from "@metrics-link/sandbox/realiser/until.ts";
import { greetings, times } from "./greetings.ts";
import { machineState } from "./machine-state.ts";
import { addresses, group, receiver, sender, tcp, topology } from "./sample.ts";
import { temporaryLayout } from "./temporary-layout.ts";

describe("the network of a sandbox", function () {
  this.timeout(60_000);
  const layout = temporaryLayout();
  const names = namespaces(layout);
  const applier = new NetworkApplier(names.prefix);
  const { servers, greet, greeting } = greetings();
  let current: Topology = topology;
  const monitor = new HealthMonitor(names, () => void applier.apply(networkOf(names, current, monitor.healthy())));

  const inSender = names.instance("i-sender");
  const outsider = names.internetHost("outsider");
  const vpcB = names.vpc("vpc-b");

  async function apply(next: Topology): Promise<void> {
    current = next;
    await applier.apply(networkOf(names, next, monitor.healthy()));
  }

  /** Which datagrams arrive of those that a host sends with one source address after the other. */
  async function heard(
    to: { namespace: string; host: string },
    from: { namespace: string; addresses: readonly string[] },
  ): Promise<string[]> {
    const receiver = await bindUdp(to.namespace, { host: to.host, port: 9999 });
    const sources: string[] = [];
    receiver.on("message", (_, { address }) => sources.push(address));
    for (const address of from.addresses) {
      await execute(inNamespace(from.namespace, ["ip", "address", "add", `${address}/32`, "dev", "eth0"]));
      const socket = await bindUdp(from.namespace, { host: address, port: 0 });
      socket.send("hello", 9999, to.host);
      servers.push(socket);
    }
    // The last one is the valid one: once it is here, the others are lost.
    const last = from.addresses.at(-1) ?? "";
    await until(`a datagram from ${last}`, 5000, async () => sources.includes(last));
    receiver.close();
    return sources;
  }

  before(async () => {
    await apply(topology);
    await greet(names.instance("i-receiver-a"), "a", { host: "10.0.1.10", port: 8443 });
    await greet(names.instance("i-receiver-b"), "b", { host: "10.0.9.10", port: 8443 });
    await greet(names.instance("i-sender"), "sender", { host: "10.0.1.10", port: 8443 });
    await greet(names.internet, "s3", { host: serviceAddresses.s3, port: 443 });
    await greet(outsider, "outsider", { host: addresses.outsider, port: 443 });
    await greet(vpcB, "kms", { host: "10.0.1.50", port: 443 });
    await greet(vpcB, "metadata", { host: "169.254.169.254", port: 80 });
  });

  after(async () => {
    monitor.stop();
    for (const server of servers) server.close();
    await releaseKernelObjects(layout);
    const left = await machineState(names.prefix);
    assert.deepEqual(Object.values(left).flat(), []);
  });

  it("shows the target the allowed client's Elastic IP, on every node", async () => {
    for (const endpoint of [addresses.balancerA, addresses.balancerB]) {
      assert.match(await greeting(inSender, endpoint, 443), new RegExp(`^[ab] ${addresses.senderNat}$`));
    }
  });

  it("spreads connections over the targets", async () => {
    const seen = new Set<string>();
    for (let i = 0; i < 20 && seen.size < 2; i += 1)
      seen.add((await greeting(inSender, addresses.balancerA, 443))[0] ?? "");
    assert.deepEqual([...seen].sort(), ["a", "b"]);
  });

  it("drops a client that is not allowed", async () => {
    await assert.rejects(greeting(outsider, addresses.balancerA, 443), times);
  });

  it("drops connections to a port without a listener", async () => {
    await assert.rejects(greeting(inSender, addresses.balancerA, 8443), times);
  });

  it("keeps a private host unreachable from the internet, also by its private address", async () => {
    await assert.rejects(greeting(outsider, addresses.senderNat, 8443), times);
    await assert.rejects(greeting(outsider, "10.0.1.10", 8443), times);
  });

  it("enforces a host's egress rules", async () => {
    await assert.rejects(greeting(inSender, addresses.outsider, 443), times);
    const open = group("sg-sender", { egress: [tcp(443, "0.0.0.0/0")] });
    await apply(withGroup(topology, open));
    assert.equal(await greeting(inSender, addresses.outsider, 443), `outsider ${addresses.senderNat}`);
    await apply(topology);
    await assert.rejects(greeting(inSender, addresses.outsider, 443), times);
  });

  it("lets a machine in no stack leave by the NAT gateway of its subnet, and nothing reach it", async () => {
    const neighbour = { name: "neighbour", subnetId: "subnet-a-private", privateAddress: "10.0.1.254" };
    const beside = { ...topology, vpcs: [{ ...sender, neighbours: [neighbour] }, receiver] };
    await apply(beside);
    const inNeighbour = names.internetHost("neighbour");
    assert.equal(await greeting(inNeighbour, addresses.outsider, 443), `outsider ${addresses.senderNat}`);
    assert.match(await greeting(inNeighbour, addresses.balancerA, 443), new RegExp(`^[ab] ${addresses.senderNat}$`));
    await assert.rejects(greeting(inNeighbour, "10.0.1.10", 8443), times, "no group admits it at the sender's host");
    await greet(inNeighbour, "neighbour", { host: "10.0.1.254", port: 8443 });
    await assert.rejects(greeting(outsider, addresses.senderNat, 8443), times);
    await apply(topology);
    await applier.prune(networkOf(names, topology, monitor.healthy()));
    assert.ok(!(await listNamespaces(names.prefix)).includes(inNeighbour));
  });

  it("isolates a subnet without a route", async () => {
    await assert.rejects(greeting(names.instance("i-isolated"), addresses.outsider, 443), times);
    await assert.rejects(greeting(names.instance("i-isolated"), serviceAddresses.s3, 443), times);
  });

  it("keeps two VPCs with the same addresses apart", async () => {
    assert.equal(
      (await execute(inNamespace(names.instance("i-isolated"), ["ip", "route", "get", "10.0.1.10"]))).code,
      0,
    );
    const sides = withGroup(topology, group("sg-sender", { ingress: [tcp(8443, "10.0.0.0/16")] }));
    await apply(sides);
    assert.equal(await greeting(names.instance("i-isolated"), "10.0.1.10", 8443), "sender 10.0.2.10");
    await apply(topology);
  });

  it("reaches S3 through the gateway endpoint, by an address of the VPC's own", async () => {
    assert.match(await greeting(inSender, serviceAddresses.s3, 443), /^s3 198\.1[89]\./);
  });

  it("admits a client exactly as long as a rule names it", async () => {
    const admitted = group("sg-edge", {
      ingress: [tcp(443, `${addresses.senderNat}/32`), tcp(443, `${addresses.outsider}/32`)],
      egress: [tcp(8443, "sg-receiver")],
    });
    await apply(withGroup(topology, admitted));
    assert.match(await greeting(outsider, addresses.balancerA, 443), new RegExp(`^[ab] ${addresses.outsider}$`));
    await apply(topology);
    await assert.rejects(greeting(outsider, addresses.balancerA, 443), times);
  });

  it("needs the load balancer's egress rule and the target's ingress rule", async () => {
    await apply(withGroup(topology, group("sg-edge", { ingress: [tcp(443, "0.0.0.0/0")] })));
    await assert.rejects(greeting(inSender, addresses.balancerA, 443), times);
    await apply(withGroup(topology, group("sg-receiver")));
    await assert.rejects(greeting(inSender, addresses.balancerA, 443), times);
    await apply(topology);
  });

  it("drops packets with a spoofed source address", async () => {
    const anyone: FirewallRule = { protocol: "udp", peer: { kind: "cidr", cidr: "0.0.0.0/0" } };
    await apply(
      withGroup(withGroup(topology, group("sg-sender", { egress: [anyone] })), group("sg-open", { ingress: [anyone] })),
    );
    const receivers = {
      inside: { namespace: names.instance("i-isolated"), host: "10.0.2.10" },
      outside: { namespace: names.internet, host: serviceAddresses.s3 },
    };
    assert.deepEqual(await heard(receivers.inside, { namespace: inSender, addresses: ["10.0.1.99", "10.0.1.10"] }), [
      "10.0.1.10",
    ]);
    assert.deepEqual(
      await heard(receivers.outside, { namespace: outsider, addresses: [addresses.senderNat, addresses.outsider] }),
      [addresses.outsider],
    );
    await apply(topology);
    assert.match(await greeting(inSender, addresses.balancerA, 443), /^[ab] /, "both are repaired");
  });

  it("does not let root in a host change the network", async () => {
    await execute(inNamespace(inSender, ["nft", "flush", "ruleset"]));
    await assert.rejects(greeting(inSender, addresses.outsider, 443), times);
  });

  it("opens an interface endpoint to its group's sources, and the metadata service to everyone inside", async () => {
    const inReceiver = names.instance("i-receiver-a");
    await assert.rejects(greeting(inReceiver, "10.0.1.50", 443), times);
    const egress = group("sg-receiver", {
      ingress: [tcp(8443, "sg-edge")],
      egress: [tcp(443, "sg-endpoint")],
    });
    await apply(withGroup(topology, egress));
    assert.equal(await greeting(inReceiver, "10.0.1.50", 443), "kms 10.0.1.10");
    assert.equal(await greeting(inReceiver, "169.254.169.254", 80), "metadata 10.0.1.10");
    await apply(topology);
  });

  it("takes an unhealthy target out, and uses all when none is healthy", async () => {
    const ready = await listenTcp(names.instance("i-receiver-b"), { host: "10.0.9.10", port: 8444 });
    const page = createServer((_, response) => response.end("ready")).listen(ready);
    servers.push(page);
    // A check may take as long as its interval: a busy machine must answer within it.
    const soon = withHealthInterval(topology, 1);
    await apply(soon);
    monitor.follow(soon);
    const state = (id: string) => monitor.states().find(({ instanceId }) => instanceId === id)?.state;
    await until("b is healthy, a is not", 20_000, async () => {
      return state("i-receiver-b") === "healthy" && state("i-receiver-a") === "unhealthy";
    });
    await apply(soon);
    for (let i = 0; i < 8; i += 1) assert.match(await greeting(inSender, addresses.balancerA, 443), /^b /);

    await new Promise((resolve) => page.close(resolve));
    page.closeAllConnections();
    await until("b is unhealthy too", 20_000, async () => state("i-receiver-b") === "unhealthy");
    await apply(soon);
    assert.match(await greeting(inSender, addresses.balancerA, 443), /^[ab] /);
  });

  it("removes what the topology no longer has", async () => {
    monitor.stop();
    const alone: Topology = { ...topology, vpcs: [sender] };
    await apply(alone);
    await applier.prune(networkOf(names, alone, new Set()));
    const { namespaces: left } = await machineState(names.prefix);
    assert.deepEqual(left, [
      outsider,
      names.instance("i-isolated"),
      names.instance("i-sender"),
      names.internet,
      names.natGateway("nat-a"),
      names.vpc("vpc-a"),
    ]);
    await apply(topology);
    assert.equal(
      await greeting(names.instance("i-sender"), serviceAddresses.s3, 443).then((it) => it.slice(0, 2)),
      "s3",
    );
  });
});

function withGroup(base: Topology, replaced: SecurityGroup): Topology {
  const securityGroups = (vpc: Vpc) => vpc.securityGroups.map((it) => (it.id === replaced.id ? replaced : it));
  return { ...base, vpcs: base.vpcs.map((vpc) => ({ ...vpc, securityGroups: securityGroups(vpc) })) };
}

function withHealthInterval(base: Topology, intervalSeconds: number): Topology {
  const listeners = receiver.loadBalancers.flatMap((balancer) =>
    balancer.listeners.map((listener) => ({
      ...listener,
      target: { ...listener.target, healthCheck: { ...listener.target.healthCheck, intervalSeconds } },
    })),
  );
  const loadBalancers = receiver.loadBalancers.map((balancer) => ({ ...balancer, listeners }));
  return { ...base, vpcs: [sender, { ...receiver, loadBalancers }] };
}
