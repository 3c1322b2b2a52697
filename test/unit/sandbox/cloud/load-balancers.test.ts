import assert from "node:assert/strict";
import type { Cloud } from "@metrics-link/sandbox/cloud/cloud.ts";
import type { Vpc } from "@metrics-link/sandbox/model/topology.ts";
import {
  BALANCER,
  create,
  EIP,
  hostInputs,
  INSTANCE,
  inputsOf,
  LISTENER,
  network,
  SUBNET,
  TARGET,
  TARGETS,
} from "./support/estate.ts";
import { account, FakeCloud, region } from "./support/fake-aws.ts";

describe("the topology of load balancers", () => {
  let fake: FakeCloud;
  let cloud: Cloud;
  beforeEach(async () => {
    fake = new FakeCloud();
    cloud = await fake.open();
  });
  afterEach(() => fake.remove());
  const only = (): Vpc => cloud.topology().vpcs[0] ?? assert.fail("no VPC");

  it("has their nodes, listeners and targets", async () => {
    const { vpc, open, closed, group } = await network(cloud);
    const address = await create(cloud, EIP, {});
    const balancer = await create(cloud, BALANCER, {
      name: "edge",
      loadBalancerType: "network",
      securityGroups: [group.id],
      subnetMappings: [{ subnetId: open.id, allocationId: address.id }],
    });
    const targets = await create(cloud, TARGETS, {
      name: "hosts",
      port: 8443,
      protocol: "TCP",
      vpcId: vpc.id,
      healthCheck: { protocol: "HTTP", path: "/ready", port: "9901", interval: 10 },
    });
    const host = await create(cloud, INSTANCE, hostInputs(closed, group));
    await create(cloud, TARGET, { targetGroupArn: targets.id, targetId: host.id });
    await create(cloud, LISTENER, {
      loadBalancerArn: balancer.id,
      port: 443,
      protocol: "TCP",
      defaultActions: [{ type: "forward", targetGroupArn: targets.id }],
    });
    assert.deepEqual(only().loadBalancers, [
      {
        id: balancer.id,
        name: "edge",
        dnsName: balancer.outputs.dnsName,
        nodes: [{ subnetId: open.id, zone: "eu-west-1a", privateAddress: "10.0.0.4", publicAddress: "203.0.113.10" }],
        crossZone: false,
        securityGroupIds: [group.id],
        listeners: [
          {
            port: 443,
            target: {
              id: targets.id,
              port: 8443,
              preserveClientAddress: true,
              healthCheck: {
                protocol: "HTTP",
                port: 9901,
                path: "/ready",
                intervalSeconds: 10,
                healthyThreshold: 3,
                unhealthyThreshold: 3,
              },
              instanceIds: [host.id],
            },
          },
        ],
      },
    ]);
    assert.match(
      String(balancer.outputs.dnsName),
      new RegExp(`^edge-[0-9a-f]{16}\\.elb\\.${region}\\.amazonaws\\.com$`),
    );
  });

  it("moves one to other zones in place, and changes no address in a zone that it keeps", async () => {
    const { vpc, open, group } = await network(cloud);
    const zone = (letter: string, cidrBlock: string) =>
      create(cloud, SUBNET, { vpcId: vpc.id, availabilityZone: `eu-west-1${letter}`, cidrBlock });
    const [second, third] = [await zone("b", "10.0.2.0/24"), await zone("c", "10.0.3.0/24")];
    const addresses = [await create(cloud, EIP, {}), await create(cloud, EIP, {}), await create(cloud, EIP, {})];
    const inZones = (...places: [{ id: string }, number][]) =>
      inputsOf(BALANCER, {
        name: "edge",
        loadBalancerType: "network",
        securityGroups: [group.id],
        subnetMappings: places.map(([{ id }, index]) => ({
          subnetId: id,
          allocationId: addresses[index]?.id ?? assert.fail(),
        })),
      });
    const place = { account, region, type: BALANCER };
    const { id } = await cloud.create({ ...place, name: "edge", inputs: inZones([open, 0], [second, 1]) as never });
    const nodes = () => only().loadBalancers[0]?.nodes.map((node) => [node.zone, node.publicAddress]);
    await cloud.update({ ...place, id, inputs: inZones([open, 0], [third, 2]) as never });
    assert.deepEqual(nodes(), [
      ["eu-west-1a", "203.0.113.10"],
      ["eu-west-1c", "203.0.113.12"],
    ]);
    const swapped = cloud.update({ ...place, id, inputs: inZones([open, 1], [third, 2]) as never });
    await assert.rejects(swapped, { code: "InvalidConfigurationRequest", message: /cannot be changed: replace it/ });
    const beside = await zone("c", "10.0.4.0/24");
    const another = cloud.update({ ...place, id, inputs: inZones([open, 0], [beside, 1]) as never });
    await assert.rejects(another, { code: "InvalidConfigurationRequest", message: /'eu-west-1c'.*already associated/ });
    await cloud.update({ ...place, id, inputs: inZones([open, 0]) as never });
    assert.deepEqual(nodes(), [["eu-west-1a", "203.0.113.10"]]);
  });

  it("leaves a target out of use whose zone was taken away", async () => {
    const { vpc, open, closed, group } = await network(cloud);
    const second = await create(cloud, SUBNET, {
      ...{ vpcId: vpc.id, availabilityZone: "eu-west-1b", cidrBlock: "10.0.2.0/24" },
    });
    const addresses = [await create(cloud, EIP, {}), await create(cloud, EIP, {})];
    const inSubnets = (...subnets: { id: string }[]) =>
      inputsOf(BALANCER, {
        name: "edge",
        loadBalancerType: "network",
        securityGroups: [group.id],
        enableCrossZoneLoadBalancing: true,
        subnetMappings: subnets.map(({ id }) => ({
          subnetId: id,
          allocationId: addresses[id === open.id ? 0 : 1]?.id ?? assert.fail(),
        })),
      });
    const place = { account, region, type: BALANCER };
    const { id } = await cloud.create({ ...place, name: "edge", inputs: inSubnets(open, second) as never });
    const targets = await create(cloud, TARGETS, { name: "hosts", port: 8443, protocol: "TCP", vpcId: vpc.id });
    const host = await create(cloud, INSTANCE, hostInputs(closed, group));
    await create(cloud, TARGET, { targetGroupArn: targets.id, targetId: host.id });
    await create(cloud, LISTENER, {
      ...{ loadBalancerArn: id, port: 443, protocol: "TCP" },
      defaultActions: [{ type: "forward", targetGroupArn: targets.id }],
    });
    const used = () => only().loadBalancers[0]?.listeners[0]?.target.instanceIds;
    assert.deepEqual(used(), [host.id]);
    await cloud.update({ ...place, id, inputs: inSubnets(open) as never });
    assert.deepEqual(used(), [host.id], "the host is in the zone that stays");
    await cloud.update({ ...place, id, inputs: inSubnets(open, second) as never });
    await cloud.update({ ...place, id, inputs: inSubnets(second) as never });
    assert.deepEqual(used(), []);
  });
});
