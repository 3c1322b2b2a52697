import assert from "node:assert/strict";
import type { Link, Namespace } from "@metrics-link/sandbox/realiser/network/model.ts";
import type { Observed } from "@metrics-link/sandbox/realiser/network/observe.ts";
import { planLinks, planNamespace } from "@metrics-link/sandbox/realiser/network/plan.ts";

const link: Link = {
  near: { namespace: "router", interface: "e-1" },
  far: { namespace: "host", interface: "eth0", macAddress: "02:00:00:00:00:01" },
};

function observed(interfaces: Record<string, string[]>, more: Partial<Observed> = {}): Observed {
  const entries = Object.entries(interfaces).map(([name, addresses]) => [name, { up: true, addresses }] as const);
  return { interfaces: new Map(entries), routes: [], rules: [], ...more };
}

const host: Namespace = {
  name: "host",
  sysctls: {},
  interfaces: [{ name: "eth0", addresses: ["10.0.1.10/24"] }],
  routes: [{ destination: "default", table: "main", device: "eth0", gateway: "10.0.1.1" }],
  rules: [{ preference: 900, to: "10.0.0.0/16", table: "main" }],
  tables: [],
};

describe("the plan of cables", () => {
  it("creates a missing one, with its Ethernet address", () => {
    const plan = planLinks(
      [link],
      new Map([
        ["router", observed({})],
        ["host", observed({})],
      ]),
    );
    assert.deepEqual(plan, {
      removals: [],
      additions: ["link add e-1 netns router type veth peer name eth0 netns host address 02:00:00:00:00:01"],
    });
  });

  it("keeps a complete one", () => {
    const present = new Map([
      ["router", observed({ lo: [], "e-1": [] })],
      ["host", observed({ lo: [], eth0: [] })],
    ]);
    assert.deepEqual(planLinks([link], present), { removals: [], additions: [] });
  });

  it("replaces an incomplete one and removes an unwanted one", () => {
    const present = new Map([
      ["router", observed({ "e-1": [], "e-2": [] })],
      ["host", observed({})],
    ]);
    const plan = planLinks([link], present);
    assert.deepEqual(plan.removals, [
      { namespace: "router", name: "e-1" },
      { namespace: "router", name: "e-2" },
    ]);
    assert.equal(plan.additions.length, 1);
    assert.equal(planLinks([link], present, { keep: true }).removals.length, 1);
  });
});

describe("the plan of a namespace", () => {
  it("creates everything in an empty one", () => {
    assert.deepEqual(planNamespace(host, { ...observed({}) }), [
      "link set eth0 up",
      "address add 10.0.1.10/24 dev eth0",
      "route replace default table main via 10.0.1.1 dev eth0 onlink proto static",
      "rule add preference 900 to 10.0.0.0/16 lookup main",
    ]);
  });

  it("does nothing in a finished one", () => {
    const present = observed({ eth0: ["10.0.1.10/24"] }, { routes: host.routes, rules: host.rules });
    assert.deepEqual(planNamespace(host, present), []);
  });

  it("replaces a changed route and removes extra ones", () => {
    const present = observed(
      { eth0: ["10.0.1.10/24", "10.0.1.99/32"] },
      {
        routes: [
          { destination: "default", table: "main" },
          { destination: "10.9.0.0/16", table: 101 },
        ],
        rules: [{ preference: 800, mark: 1, table: "main" }, ...host.rules],
      },
    );
    assert.deepEqual(planNamespace(host, present), [
      "address delete 10.0.1.99/32 dev eth0",
      "route replace default table main via 10.0.1.1 dev eth0 onlink proto static",
      "route delete blackhole 10.9.0.0/16 table 101 proto static",
      "rule delete preference 800 fwmark 1 lookup main",
    ]);
    assert.deepEqual(planNamespace(host, present, { keep: true }), [
      "route replace default table main via 10.0.1.1 dev eth0 onlink proto static",
    ]);
  });
});
