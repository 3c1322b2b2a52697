import assert from "node:assert/strict";
import { type MetricsService, renderServices } from "@metrics-link/envoy";

describe("a metrics service that cannot be rendered", () => {
  const sound: MetricsService = {
    name: "a",
    host: "0.0.0.0",
    port: 3081,
    clients: [{ name: "ops", dnsName: "prometheus.ops.internal", addresses: [] }],
    upstream: { address: { pipe: { path: "/run/app/a.sock" } }, path: "/metrics", timeoutSeconds: 10 },
  };
  const wrong: readonly (readonly [string, Partial<MetricsService>, RegExp])[] = [
    ["in clear for others", { clients: undefined }, /listenAddr/],
    ["for nobody", { clients: [] }, /at least one client/],
    ["for a wildcard", { clients: [{ name: "ops", dnsName: "*.ops.internal", addresses: [] }] }, /dnsName/],
    ["on a port of the link", { port: 9091 }, /port of 1024 to 9902/],
    ["on a port that anybody may take", { port: 13_081 }, /port of 1024 to 9902/],
    [
      "of the gate",
      { upstream: { ...sound.upstream, address: { pipe: { path: "/run/metrics-link-gate/gate.sock" } } } },
      /upstream\.address/,
    ],
    ["of all paths", { upstream: { ...sound.upstream, path: "/" } }, /upstream\.path/],
    ["of a path with a query", { upstream: { ...sound.upstream, path: "/metrics?x" } }, /upstream\.path/],
    ["that waits for ever", { upstream: { ...sound.upstream, timeoutSeconds: 0 } }, /1 to 25 seconds/],
  ];
  for (const [what, change, expected] of wrong) {
    it(`is one ${what}`, () => {
      assert.throws(() => renderServices({ nodeId: "machine", services: [{ ...sound, ...change }] }), expected);
    });
  }
  it("is one of two on one port", () => {
    assert.throws(
      () => renderServices({ nodeId: "machine", services: [sound, { ...sound, name: "b" }] }),
      /no other service/,
    );
  });
});
