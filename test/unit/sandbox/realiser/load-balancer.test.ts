import assert from "node:assert/strict";
import type { LoadBalancer, Vpc } from "@metrics-link/sandbox/model/topology.ts";
import { healthChecks } from "@metrics-link/sandbox/realiser/health.ts";
import { loadBalancerTable, targetKey } from "@metrics-link/sandbox/realiser/network/load-balancer.ts";
import { receiver } from "./sample.ts";

const [edge] = receiver.loadBalancers as [LoadBalancer];
const withBalancer = (changes: Partial<LoadBalancer>): Vpc => ({
  ...receiver,
  loadBalancers: [{ ...edge, ...changes }],
});
const translations = (vpc: Vpc, healthy: string[] = []) =>
  loadBalancerTable(vpc, new Set(healthy.map((id) => targetKey("tg-edge", id)))).chains[0]?.rules;

describe("a network load balancer", () => {
  it("distributes connections from each node over all targets, by the client's address and port", () => {
    assert.deepEqual(translations(receiver), [
      "ip daddr 10.0.0.20 tcp dport 443 dnat to jhash ip saddr . tcp sport mod 2 " +
        "map { 0 : 10.0.1.10 . 8443, 1 : 10.0.9.10 . 8443 }",
      "ip daddr 10.0.8.20 tcp dport 443 dnat to jhash ip saddr . tcp sport mod 2 " +
        "map { 0 : 10.0.1.10 . 8443, 1 : 10.0.9.10 . 8443 }",
    ]);
  });

  it("uses healthy targets only, while there is one", () => {
    assert.deepEqual(translations(receiver, ["i-receiver-b"]), [
      "ip daddr 10.0.0.20 tcp dport 443 dnat to 10.0.9.10:8443",
      "ip daddr 10.0.8.20 tcp dport 443 dnat to 10.0.9.10:8443",
    ]);
  });

  it("keeps to each node's zone without cross-zone balancing", () => {
    assert.deepEqual(translations(withBalancer({ crossZone: false })), [
      "ip daddr 10.0.0.20 tcp dport 443 dnat to 10.0.1.10:8443",
      "ip daddr 10.0.8.20 tcp dport 443 dnat to 10.0.9.10:8443",
    ]);
  });

  it("forwards nothing without targets", () => {
    const listeners = edge.listeners.map((it) => ({ ...it, target: { ...it.target, instanceIds: [] } }));
    assert.deepEqual(translations(withBalancer({ listeners })), []);
  });

  it("refuses to hide the client's address, which is not modelled", () => {
    const listeners = edge.listeners.map((it) => ({ ...it, target: { ...it.target, preserveClientAddress: false } }));
    assert.throws(() => translations(withBalancer({ listeners })), /tg-edge: .* not modelled; set preserveClientIp/);
  });

  it("checks each target from the node of its zone", () => {
    assert.deepEqual(
      healthChecks(receiver).map(({ address, localAddress, port, path, timeoutMs }) => ({
        address,
        localAddress,
        port,
        path,
        timeoutMs,
      })),
      [
        { address: "10.0.1.10", localAddress: "10.0.0.20", port: 8444, path: "/ready", timeoutMs: 5000 },
        { address: "10.0.9.10", localAddress: "10.0.8.20", port: 8444, path: "/ready", timeoutMs: 5000 },
      ],
    );
  });
});
