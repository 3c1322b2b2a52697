import { ports } from "@metrics-link/contract/ports.ts";
import { chainsOf, isLocal, leadsSomewhere, listenersOf, show } from "../model/envoy.ts";
import { releaseRule } from "../model/release.ts";

export const listenersAreKnown = releaseRule(
  {
    name: "listeners-are-known",
    fence: "client identity",
    rule: `From outside a sender's Envoy is not reached at all, a receiver's on ${ports.ingest} by TLS and on ${ports.ready}, which leads nowhere.`,
    reason: "A listener in clear, or one more, is a way around the client's certificate.",
    remedy: "Put the listener on 127.0.0.1, or give its chains a DownstreamTlsContext on the ingest port.",
    source: "docs/architecture.md, Three fences",
  },
  function* (release, { configuration }) {
    const allowed = configuration.role === "receiver" ? [ports.ingest, ports.ready] : [];
    for (const envoy of release.envoys) {
      if (envoy === undefined) yield "a unit runs Envoy with a configuration that is not a file of this release";
      for (const listener of listenersOf(envoy ?? {})) {
        if (listener.additional_addresses !== undefined) yield `listener ${listener.name} has additional_addresses`;
        if (isLocal(listener.address)) continue;
        // The PROXY protocol's would let a client say its own address; any would hold connections that no chain counts.
        for (const { name } of listener.listener_filters ?? []) {
          yield `listener ${listener.name}: the listener filter ${name} is not one that we know`;
        }
        const port = listener.address?.socket_address?.port_value ?? 0;
        if (!allowed.some((one) => one === port)) {
          yield `listener ${listener.name} on ${show(listener.address)} can be reached from outside (allowed: ${allowed.join(", ") || "none"})`;
        }
        for (const chain of chainsOf(listener)) {
          const tls =
            chain.transport_socket?.typed_config?.["@type"]?.endsWith(".tls.v3.DownstreamTlsContext") === true;
          if (!tls && (leadsSomewhere(chain) || port !== ports.ready)) {
            yield `listener ${listener.name}, filter chain ${chain.name}: reached from outside without TLS`;
          }
        }
      }
    }
  },
);
