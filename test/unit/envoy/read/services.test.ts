import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fingerprintOf } from "@metrics-link/contract";
import type { Rendering } from "@metrics-link/envoy";
import { find, queriesServed, readFiles, type Service, toJson } from "@metrics-link/envoy/read/index.ts";
import { Authority } from "../support/authority.ts";
import { queriesAlone, servicesAlone } from "../support/examples.ts";
import type { Part } from "./attacks/attack.ts";
import { queryAttacks } from "./query-attacks.ts";
import { serviceAttacks } from "./service-attacks.ts";

const declared = (fingerprints: readonly string[]): readonly Service[] => [
  {
    listener: "service-teleport",
    place: "0.0.0.0:3081",
    clients: [
      { dnsName: "prometheus.ops.internal", addresses: ["10.30.0.5"] },
      { dnsName: "prometheus.team-a.internal", addresses: [] },
      { dnsName: "prometheus.team-b.internal", addresses: [] },
    ],
    fingerprints,
    server: "127.0.0.1:3000",
    serves: "/metrics",
  },
  {
    listener: "service-local",
    place: "127.0.0.1:3082",
    fingerprints: [],
    server: "/run/app/metrics.sock",
    serves: "/-/metrics",
  },
];

/** The declared query services, in the example's order. */
const queriesDeclared = (fingerprints: readonly string[]): readonly Service[] =>
  [false, true].map((ui) => ({
    listener: ui ? "queries-people" : "queries-grafana",
    place: ui ? "0.0.0.0:3091" : "0.0.0.0:3090",
    clients: [{ dnsName: "grafana.ops.internal", addresses: ui ? [] : ["10.30.0.6"] }],
    fingerprints,
    server: "127.0.0.1:9090",
    serves: queriesServed(ui),
  }));

describe("an attack on a service for others", () => {
  let directory: string;
  let authority: Authority;
  before(() => {
    directory = mkdtempSync(join(tmpdir(), "services-"));
    authority = new Authority(directory, "ops");
  });
  after(() => rmSync(directory, { recursive: true }));

  const pinned = () => [fingerprintOf(authority.root)];
  function told(rendering: Rendering, services = declared(pinned())): string {
    const lookup = (path: string) => {
      if (path === "envoy/bootstrap.json") return toJson(rendering.bootstrap);
      if (path.endsWith("/roots.pem")) return authority.root;
      const secret = rendering.secrets.find((one) => one.path === path);
      return secret && toJson(secret.content);
    };
    const found = find(readFiles(lookup), { lookup, services });
    return found.map(({ path, message }) => `${path}: ${message}`).join("\n");
  }

  it("is not seen in what is rendered", () => {
    assert.equal(told(servicesAlone()), "");
  });

  for (const [what, change, expected] of serviceAttacks) {
    it(`is refused: ${what}`, () => {
      const rendering = structuredClone(servicesAlone()) as Part;
      const { static_resources } = rendering.bootstrap;
      const [listener] = static_resources.listeners;
      const [chain] = listener.filter_chains;
      const manager = chain.filters[1].typed_config;
      change({
        listener,
        chain,
        tls: chain.transport_socket.typed_config,
        manager,
        route: manager.route_config.virtual_hosts[0].routes[0],
        cluster: static_resources.clusters[0],
        all: rendering.bootstrap,
      });
      assert.match(told(rendering), expected);
    });
  }

  it("is refused: a root that is not pinned", () => {
    assert.match(told(servicesAlone(), declared([`${"AA:".repeat(31)}AA`])), /which is not pinned for this peer/);
  });

  it("is not seen in query services as they are rendered", () => {
    assert.equal(told(queriesAlone(), queriesDeclared(pinned())), "");
  });

  for (const [what, change, expected] of queryAttacks) {
    it(`is refused at a query service: ${what}`, () => {
      const rendering = structuredClone(queriesAlone()) as Part;
      const { static_resources } = rendering.bootstrap;
      const [listener] = static_resources.listeners;
      const [chain] = listener.filter_chains;
      const host = chain.filters[1].typed_config.route_config.virtual_hosts[0];
      change({ listener, chain, routes: host.routes, cluster: static_resources.clusters[0] });
      assert.match(told(rendering, queriesDeclared(pinned())), expected);
    });
  }
});
