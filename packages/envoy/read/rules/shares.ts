import { known } from "../schema/limits.ts";
import { type Rule, roleOf, unknownSource } from "./rule.ts";

export const sharesFit: Rule = {
  id: "shares-fit",
  fence: "client identity",
  rule: "Envoy takes as many connections from outside as all shares need together, no fewer and no more.",
  reason:
    "Below the sum one client shuts out another, which is cut off without a status; above it Envoy may end at its heap.",
  remedy:
    "Let the limit be the share of each sender, one for unknown addresses, that of health checks, and those in passing; let the breaker of prometheus hold every stream of every share.",
  source: "docs/architecture.md, Three fences; packages/envoy/render/receiver.ts",
  *check(view, facts) {
    const role = roleOf(view, facts);
    if (role === undefined) return;
    const chains = view.listeners.filter(({ name }) => name === "ingest").flatMap((one) => one.chains);
    const senders = chains.filter(({ name }) => name !== unknownSource).length;
    const shares = (senders + 1) * known.connectionsOfSender;
    const expected =
      role === "sender" ? known.connectionsToSender : shares + known.connectionsOfReady + known.connectionsInPassing;
    const monitors = view.place.at("overload_manager", "resource_monitors").items;
    const whole = monitors.map((one) => one.at("typed_config", "max_active_downstream_connections"));
    for (const place of whole.filter((one) => one.exists && one.value !== expected)) {
      yield { path: place.path, message: `${place.shown} connections at once instead of ${expected}` };
    }
    const requests = Math.max(1024, shares * known.streams.ingest);
    for (const { place } of view.clusters.filter(({ name }) => name === "prometheus")) {
      for (const threshold of place.at("circuit_breakers", "thresholds").items) {
        for (const field of ["max_connections", "max_pending_requests", "max_requests"]) {
          const found = threshold.at(field);
          if (found.value !== requests) yield { path: found.path, message: `${found.shown} instead of ${requests}` };
        }
      }
    }
  },
};
