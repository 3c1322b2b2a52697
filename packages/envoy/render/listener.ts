import type { AccessLog } from "./access-log.ts";
import { type Address, type CidrRange, loopback, socket } from "./address.ts";
import { connectionBufferBytes } from "./limits.ts";
import type { DownstreamTlsContext } from "./tls-context.ts";
import { type Duration, type Extension, extension } from "./typed.ts";

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

/** A listener in clear that only this machine can reach. */
export function loopbackListener(name: string, port: number, filters: readonly Extension[]): Listener {
  return listener(name, socket(loopback, port), {
    // This machine's own requests must not be shut out by connections from the internet.
    ignore_global_conn_limit: true,
    filter_chains: [{ name, filters }],
  });
}

/**
 * Closes connections beyond `most`, counted over all of Envoy's workers. It counts from accept to close, so a connection
 * that never says a word takes a place as any other does. That holds as long as the listener has no listener filter:
 * those hold a connection before its chain is chosen, where nothing but Envoy's global limit counts it.
 */
export function connectionLimit(statPrefix: string, most: number): Extension {
  return extension("envoy.filters.network.connection_limit", "filters.network.connection_limit.v3.ConnectionLimit", {
    stat_prefix: statPrefix,
    max_connections: most,
  });
}
