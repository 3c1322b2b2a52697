import { known } from "../schema/limits.ts";
import { type Rule, roleOf, serviceListeners, unknownSource } from "./rule.ts";

export const sharesFit: Rule = {
  id: "shares-fit",
  fence: "client identity",
  rule: "Envoy's limit on outside connections equals the sum of all shares, of as many senders as one of its known sizes has room for.",
  reason:
    "Below the sum, one client can shut out another, which is cut off without a status. Above it, Envoy can exhaust its heap.",
  remedy: `Set the limit to the sum of one share per sender, one for unknown addresses, one per filter chain of a metrics service, the health checks' share and an allowance for connections being closed, for ${known.fleetSizes.join(", ")} senders. Let the circuit breaker of cluster prometheus or gate admit every stream of every share.`,
  source: "docs/architecture.md, Three fences; packages/envoy/render/receiver.ts",
  *check(view, facts) {
    const role = roleOf(view, facts);
    if (role === undefined) return;
    const chains = view.listeners.filter(({ name }) => name === "ingest").flatMap((one) => one.chains);
    const services = serviceListeners(view).flatMap((one) => one.chains).length * known.connectionsOfService;
    const senders = chains.filter(({ name }) => name !== unknownSource).length;
    const monitors = view.place.at("overload_manager", "resource_monitors").items;
    const limits = monitors.map((one) => one.at("typed_config", "max_active_downstream_connections"));
    const rooms = role === "receiver" ? roomsFor(senders, services) : [];
    const others = role === "sender" ? known.connectionsToSender : 0;
    const [least = { connections: others + services, requests: 0 }] = rooms;
    for (const place of limits.filter((one) => one.exists)) {
      const fits = rooms.some(({ connections }) => connections === place.value) || place.value === least.connections;
      if (!fits)
        yield { path: place.path, message: `${place.shown} connections at once instead of ${least.connections}` };
    }
    // Those of the room that the limit says; suspended senders have a part in it and no chain.
    const { requests } = rooms.find(({ connections }) => limits.some(({ value }) => value === connections)) ?? least;
    for (const { place } of view.clusters.filter(({ name }) => name === "prometheus" || name === "gate")) {
      for (const threshold of place.at("circuit_breakers", "thresholds").items) {
        for (const field of ["max_connections", "max_pending_requests", "max_requests"]) {
          const found = threshold.at(field);
          if (found.value !== requests) yield { path: found.path, message: `${found.shown} instead of ${requests}` };
        }
      }
    }
  },
};

/** The limits of each size with room for so many senders, the least first. */
function roomsFor(senders: number, services: number) {
  const sizes = known.fleetSizes.filter((size) => size >= senders);
  return (sizes.length === 0 ? [senders] : sizes).map((size) => {
    const shares = (size + 1) * known.connectionsOfSender;
    return {
      connections: shares + known.connectionsOfReady + known.connectionsInPassing + services,
      requests: Math.max(1024, shares * known.streams.ingest),
    };
  });
}
