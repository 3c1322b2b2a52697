import { bodyLimit, httpConnectionManager } from "./http.ts";
import { type PeerIdentity, type SenderPeer, unknownSource } from "./input.ts";
import { connectionBufferBytes, type Limits, loopbackIdleSeconds } from "./limits.ts";
import { type AccessLog, connectionLog, egressRequestLog, ingestRequestLog } from "./logs.ts";
import {
  type Address,
  type CidrRange,
  type Duration,
  type Extension,
  everyInterface,
  exactly,
  extension,
  loopback,
  seconds,
  socket,
} from "./messages.ts";
import { answer, onlyRemoteWrite, type RouteConfiguration, routeConfiguration } from "./routes.ts";
import { type DownstreamTlsContext, downstreamTls } from "./tls.ts";

/** envoy.config.listener.v3.FilterChain */
export interface FilterChain {
  readonly name: string;
  /** Absent: every connection that no other chain matches. */
  readonly filter_chain_match?: { readonly source_prefix_ranges: readonly CidrRange[] };
  /** Absent: in clear. */
  readonly transport_socket?: Extension<DownstreamTlsContext>;
  readonly transport_socket_connect_timeout?: Duration;
  readonly filters: readonly Extension[];
}

/** envoy.config.listener.v3.Listener */
export interface Listener {
  readonly name: string;
  readonly stat_prefix: string;
  readonly address: Address;
  readonly per_connection_buffer_limit_bytes: number;
  readonly ignore_global_conn_limit?: boolean;
  /** Neither its connections nor its requests are refused when Envoy sheds load. */
  readonly bypass_overload_manager?: boolean;
  readonly filter_chains: readonly FilterChain[];
  readonly access_log?: readonly AccessLog[];
}

type ListenerDetails = Pick<Listener, "filter_chains" | "access_log" | "ignore_global_conn_limit">;

export function listener(name: string, address: Address, details: ListenerDetails): Listener {
  return {
    name,
    stat_prefix: name,
    address,
    per_connection_buffer_limit_bytes: connectionBufferBytes,
    ...details,
  };
}

/** A plaintext listener on loopback. */
export function loopbackListener(name: string, port: number, filters: readonly Extension[]): Listener {
  return listener(name, socket(loopback, port), {
    // This machine's own requests must not be shut out by connections from the internet.
    ignore_global_conn_limit: true,
    filter_chains: [{ name, filters }],
  });
}

/**
 * Closes connections beyond `most`, counted over all of Envoy's workers. It counts from accept to close, so a silent connection
 * counts as any other does. That holds as long as the listener has no listener filter:
 * those hold a connection before its chain is chosen, where nothing but Envoy's global limit counts it.
 */
export function connectionLimit(statPrefix: string, most: number): Extension {
  return extension("envoy.filters.network.connection_limit", "filters.network.connection_limit.v3.ConnectionLimit", {
    stat_prefix: statPrefix,
    max_connections: most,
  });
}

export interface IngestInput {
  readonly port: number;
  readonly senders: readonly SenderPeer[];
  /** The number of senders, including suspended and rejected ones. */
  readonly declared: number;
  readonly cluster: string;
  /** Whether the cluster is told, in a header, whose chain a request came through. */
  readonly namesSender: boolean;
  readonly routeTimeoutSeconds: number;
  readonly limits: Limits;
}

/** The public listener: one filter chain per sender, chosen by source address, each with its own root and name. */
export function ingestListener(input: IngestInput): Listener {
  return listener("ingest", socket(everyInterface, input.port), {
    filter_chains: [...input.senders.map((sender) => senderChain(sender, input)), ...unknownSourceChains(input)],
    access_log: [connectionLog()],
  });
}

function senderChain(sender: SenderPeer, input: IngestInput): FilterChain {
  const routes = onlyRemoteWrite(input.cluster, input.routeTimeoutSeconds, {
    ...(input.namesSender ? { sender: sender.name } : {}),
  });
  return {
    ...tlsChain(sender.name, sender, routeConfiguration(`ingest-${sender.name}`, routes), input),
    filter_chain_match: { source_prefix_ranges: sender.addresses.map(exactly) },
  };
}

/**
 * The last chain, for every unknown source address. It requires the sender's certificate as the sender's own chain
 * does, and answers a client that has one with 503 and its own counters: a valid certificate at a wrong address is a
 * stolen key or a changed address, and neither may drown in the noise of failed handshakes.
 *
 * It needs a root to tell those apart. With several declared senders that would be all of their roots in one trust store, where
 * each root could sign the names of the others; so then there is no such chain, and a connection from an unknown source
 * address is closed before TLS (`no_filter_chain_match`, and a line in the connection log).
 */
function unknownSourceChains(input: IngestInput): readonly FilterChain[] {
  const [only] = input.senders;
  if (only === undefined || input.declared > 1) return [];
  const refuse = answer("wrong-address", 503, "this certificate is not expected from this address");
  return [tlsChain(unknownSource, only, routeConfiguration(unknownSource, [refuse]), input)];
}

function tlsChain(name: string, peer: PeerIdentity, routes: RouteConfiguration, input: IngestInput): FilterChain {
  const statPrefix = name === unknownSource ? unknownSource : `sender_${name}`;
  return {
    name,
    transport_socket: downstreamTls(peer),
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

export interface EgressInput {
  readonly port: number;
  readonly cluster: string;
  readonly routeTimeoutSeconds: number;
  /** The Host that the receiver sees, instead of a loopback address. */
  readonly authority: string;
  readonly limits: Limits;
}

/** The sender's Prometheus writes here: loopback, plaintext, one path, forwarded to the receiver only. */
export function egressListener(input: EgressInput): Listener {
  const routes = onlyRemoteWrite(input.cluster, input.routeTimeoutSeconds, { authority: input.authority });
  return loopbackListener("egress", input.port, [
    httpConnectionManager({
      statPrefix: "egress",
      codec: "HTTP1",
      routes: routeConfiguration("egress", routes),
      accessLog: egressRequestLog(),
      limits: input.limits,
      idleSeconds: loopbackIdleSeconds,
    }),
  ]);
}
