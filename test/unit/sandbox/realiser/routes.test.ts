import assert from "node:assert/strict";
import type { Route, Vpc } from "@metrics-link/sandbox/model/topology.ts";
import { namespaces } from "@metrics-link/sandbox/realiser/names.ts";
import { networkOf } from "@metrics-link/sandbox/realiser/network/network.ts";
import { vpcRoutes, vpcRules } from "@metrics-link/sandbox/realiser/network/routes.ts";
import { addresses, sender, topology } from "./sample.ts";

const lists = topology.prefixLists;
const tables = (vpc: Vpc) => vpcRoutes(vpc, lists).filter(({ table }) => table !== "main");

function withRoutes(...routes: Route[]): Vpc {
  const [first] = sender.subnets;
  return { ...sender, subnets: first ? [{ ...first, routes }] : [], instances: [], natGateways: [] };
}

describe("the routes of a VPC", () => {
  it("apply each subnet's own table", () => {
    assert.deepEqual(tables(sender), [
      { destination: "default", table: 101, device: "igw", gateway: "169.254.1.1" },
      { destination: "default", table: 102, device: "n-nat-a", gateway: "10.0.0.5" },
      { destination: "192.0.2.128/25", table: 102, device: "aws", gateway: "169.254.1.1" },
      { destination: "default", table: 103 },
    ]);
    assert.deepEqual(
      vpcRules(sender).map(({ incoming, table }) => [incoming, table]),
      [
        [undefined, "main"],
        [undefined, "main"],
        ["e-i-sender", 102],
        ["e-i-isolated", 103],
        ["n-nat-a", 101],
      ],
    );
  });

  it("lead nowhere when their target is gone", () => {
    const gone: Route[] = [
      { destination: "0.0.0.0/0", target: { kind: "nat-gateway", id: "nat-gone" } },
      { destination: "198.51.100.0/24", target: { kind: "internet-gateway", id: "igw-gone" } },
      { destination: "pl-s3", target: { kind: "gateway-endpoint", id: "vpce-gone" } },
    ];
    assert.deepEqual(tables(withRoutes(...gone)), [
      { destination: "default", table: 101 },
      { destination: "198.51.100.0/24", table: 101 },
      { destination: "192.0.2.128/25", table: 101 },
    ]);
  });

  it("include every address inside the VPC, and drop packets to unused ones", () => {
    const main = vpcRoutes(sender, lists).filter(({ table }) => table === "main");
    assert.deepEqual(main, [
      { destination: "10.0.1.10", table: "main", device: "e-i-sender" },
      { destination: "10.0.2.10", table: "main", device: "e-i-isolated" },
      { destination: "10.0.0.5", table: "main", device: "n-nat-a" },
      { destination: "10.0.0.0/16", table: "main" },
      { destination: "default", table: "main", device: "igw", gateway: "169.254.1.1" },
    ]);
  });
});

describe("the internet", () => {
  const names = namespaces({ tag: "0000" });

  it("routes Elastic IPs, endpoint sources and hosts, each to its link, and nothing else", () => {
    const internet = networkOf(names, topology, new Set()).namespaces.find(({ name }) => name === names.internet);
    assert.deepEqual(
      internet?.routes.map(({ destination, device }) => [destination, device]),
      [
        [addresses.senderNat, "v-vpc-a"],
        ["198.18.252.126", "g-vpc-a"],
        [addresses.balancerA, "v-vpc-b"],
        [addresses.balancerB, "v-vpc-b"],
        [addresses.outsider, "w-outsider"],
        ["default", undefined],
      ],
    );
  });

  it("does not route the Elastic IPs of a VPC without an internet gateway", () => {
    const { internetGatewayId: _, ...closed } = sender;
    const network = networkOf(names, { ...topology, vpcs: [closed] }, new Set());
    const internet = network.namespaces.find(({ name }) => name === names.internet);
    assert.ok(!internet?.routes.some(({ destination }) => destination === addresses.senderNat));
    assert.ok(!network.links.some(({ far }) => far.interface === "igw"));
  });
});
