import { connectionLog, ingestRequestLog } from "./access-log.ts";
import { everyInterface, exactly, socket } from "./address.ts";
import { httpConnectionManager } from "./http-connection-manager.ts";
import { bodyLimit } from "./http-filters.ts";
import type { Limits } from "./limits.ts";
import { connectionLimit, type FilterChain, type Listener, listener } from "./listener.ts";
import type { Material } from "./material.ts";
import { answer, onlyRemoteWrite, type RouteConfiguration, routeConfiguration } from "./route.ts";
import { downstreamTls, type PeerIdentity } from "./tls.ts";
import { seconds } from "./typed.ts";

/** A sender as the receiver knows it. */
export interface SenderPeer extends PeerIdentity {
  /** The addresses that it comes from, IPv4. */
  readonly addresses: readonly string[];
}

export interface IngestInput {
  readonly port: number;
  readonly senders: readonly SenderPeer[];
  /** With those that are not let in for now. */
  readonly declared: number;
  readonly cluster: string;
  readonly routeTimeoutSeconds: number;
  readonly limits: Limits;
  readonly material: Material;
}

/** The public listener: one filter chain per sender, chosen by source address, each with its own root and name. */
export function ingestListener(input: IngestInput): Listener {
  return listener("ingest", socket(everyInterface, input.port), {
    filter_chains: [...input.senders.map((sender) => senderChain(sender, input)), ...elsewhereChains(input)],
    access_log: [connectionLog()],
  });
}

function senderChain(sender: SenderPeer, input: IngestInput): FilterChain {
  const routes = onlyRemoteWrite(input.cluster, input.routeTimeoutSeconds);
  return {
    ...tlsChain(sender.name, sender, routeConfiguration(`ingest-${sender.name}`, routes), input),
    filter_chain_match: { source_prefix_ranges: sender.addresses.map(exactly) },
  };
}

/** The name of the chain for addresses that are nobody's; no sender may be called so. */
export const elsewhere = "elsewhere";

/**
 * The last chain, for every address that no sender has. It demands the sender's certificate as the sender's own chain
 * does, and answers whoever holds one with 503 and its own counters: a rightful certificate at a wrong address is a
 * stolen key or an address that has changed, and neither may drown in the noise of failed handshakes.
 *
 * It needs a root to tell those apart. With several declared senders that would be all of their roots in one trust store, where
 * each vouches for the names of the others; so then there is no such chain, and a connection from an unknown address
 * is closed before TLS (`no_filter_chain_match`, and a line in the connection log).
 */
function elsewhereChains(input: IngestInput): readonly FilterChain[] {
  const [only] = input.senders;
  if (only === undefined || input.declared > 1) return [];
  const refuse = answer("wrong-address", 503, "this certificate is not expected from this address");
  return [tlsChain(elsewhere, only, routeConfiguration(elsewhere, [refuse]), input)];
}

function tlsChain(name: string, peer: PeerIdentity, routes: RouteConfiguration, input: IngestInput): FilterChain {
  const statPrefix = name === elsewhere ? elsewhere : `sender_${name}`;
  return {
    name,
    transport_socket: downstreamTls(peer, input.material),
    transport_socket_connect_timeout: seconds(input.limits.handshakeSeconds),
    filters: [
      connectionLimit(statPrefix, input.limits.connectionsPerSender),
      httpConnectionManager({
        statPrefix,
        codec: "HTTP2",
        routes,
        filters: [bodyLimit(input.limits.bodyBytes)],
        accessLog: ingestRequestLog(),
        limits: input.limits,
        idleSeconds: input.limits.idleSeconds,
      }),
    ],
  };
}
