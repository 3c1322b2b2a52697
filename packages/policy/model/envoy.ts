/** Envoy's configuration as parsed from a file, as far as policies look at it: any field may be missing or strange. */
export interface EnvoyConfiguration {
  readonly admin?: {
    readonly address?: Address;
    readonly allow_paths?: readonly { readonly exact?: string; readonly prefix?: string }[];
  };
  readonly static_resources?: { readonly listeners?: readonly Listener[]; readonly clusters?: readonly Cluster[] };
  readonly dynamic_resources?: unknown;
}

export interface Address {
  readonly socket_address?: { readonly address?: string; readonly port_value?: number };
  readonly pipe?: { readonly path?: string };
}

export interface Listener {
  readonly name?: string;
  readonly address?: Address;
  readonly additional_addresses?: readonly unknown[];
  readonly listener_filters?: readonly { readonly name?: string }[];
  readonly filter_chains?: readonly FilterChain[];
  readonly default_filter_chain?: FilterChain;
}

export interface FilterChain {
  readonly name?: string;
  readonly filter_chain_match?: {
    readonly source_prefix_ranges?: readonly { readonly address_prefix?: string; readonly prefix_len?: number }[];
  };
  readonly transport_socket?: TransportSocket;
  readonly filters?: readonly { readonly name?: string; readonly typed_config?: NetworkFilter }[];
}

interface NetworkFilter {
  readonly "@type"?: string;
  readonly route_config?: { readonly virtual_hosts?: readonly { readonly routes?: readonly Route[] }[] };
  readonly http_filters?: readonly { readonly name?: string }[];
  readonly normalize_path?: boolean;
  readonly merge_slashes?: boolean;
  readonly cluster?: string;
}

export interface Route {
  readonly name?: string;
  readonly match?: {
    readonly path?: string;
    readonly prefix?: string;
    readonly headers?: readonly { readonly name?: string; readonly string_match?: { readonly exact?: string } }[];
  };
  readonly route?: unknown;
  readonly redirect?: unknown;
}

export interface Cluster {
  readonly name?: string;
  readonly type?: string;
  readonly transport_socket?: TransportSocket;
  readonly load_assignment?: {
    readonly endpoints?: readonly {
      readonly lb_endpoints?: readonly { readonly endpoint?: { readonly address?: Address } }[];
    }[];
  };
}

export interface TransportSocket {
  readonly name?: string;
  readonly typed_config?: TlsContext;
}

export interface TlsContext {
  readonly "@type"?: string;
  readonly require_client_certificate?: boolean;
  readonly disable_stateless_session_resumption?: boolean;
  readonly disable_stateful_session_resumption?: boolean;
  readonly sni?: string;
  readonly common_tls_context?: {
    readonly tls_params?: {
      readonly tls_minimum_protocol_version?: string;
      readonly tls_maximum_protocol_version?: string;
    };
    readonly validation_context?: Validation;
    readonly validation_context_sds_secret_config?: unknown;
    readonly combined_validation_context?: {
      readonly default_validation_context?: Validation;
      readonly validation_context_sds_secret_config?: {
        readonly name?: string;
        readonly sds_config?: { readonly path_config_source?: { readonly path?: string } };
      };
    };
  };
}

export type Validation = Readonly<Record<string, unknown>> & {
  readonly match_typed_subject_alt_names?: readonly {
    readonly san_type?: string;
    readonly matcher?: { readonly safe_regex?: { readonly regex?: string } };
  }[];
};

/** On this machine only. */
export const isLocal = (address: Address | undefined): boolean =>
  address?.pipe?.path !== undefined || /^127\./.test(address?.socket_address?.address ?? "");

export const show = (address: Address | undefined): string =>
  address?.pipe?.path ?? `${address?.socket_address?.address ?? "?"}:${address?.socket_address?.port_value ?? "?"}`;

export const listenersOf = (envoy: EnvoyConfiguration): readonly Listener[] => envoy.static_resources?.listeners ?? [];
export const clustersOf = (envoy: EnvoyConfiguration): readonly Cluster[] => envoy.static_resources?.clusters ?? [];

/** Every chain of a listener, the one for what no other matches included. */
export const chainsOf = ({ filter_chains = [], default_filter_chain }: Listener): readonly FilterChain[] =>
  default_filter_chain ? [...filter_chains, default_filter_chain] : filter_chains;

/** The listeners that can be reached from outside the machine, each with its chains. */
export const publicChains = (envoy: EnvoyConfiguration): { readonly where: string; readonly chain: FilterChain }[] =>
  listenersOf(envoy)
    .filter(({ address }) => !isLocal(address))
    .flatMap((listener) =>
      chainsOf(listener).map((chain) => ({
        where: `listener ${listener.name ?? "without a name"}, filter chain ${chain.name ?? "without a name"}`,
        chain,
      })),
    );

const endpointsOf = ({ load_assignment }: Cluster): readonly (Address | undefined)[] =>
  (load_assignment?.endpoints ?? []).flatMap(({ lb_endpoints = [] }) =>
    lb_endpoints.map(({ endpoint }) => endpoint?.address),
  );

/** The clusters that lead off the machine, or might. */
export const remoteClusters = (envoy: EnvoyConfiguration): readonly Cluster[] =>
  clustersOf(envoy).filter((cluster) => {
    const endpoints = endpointsOf(cluster);
    return cluster.type !== "STATIC" || endpoints.length === 0 || !endpoints.every(isLocal);
  });

export const remoteAddresses = (cluster: Cluster): readonly string[] =>
  endpointsOf(cluster).map((address) => address?.socket_address?.address ?? "?");

export const routesOf = (chain: FilterChain): readonly Route[] =>
  (chain.filters ?? []).flatMap(({ typed_config }) =>
    (typed_config?.route_config?.virtual_hosts ?? []).flatMap(({ routes = [] }) => routes),
  );

/** Whether what comes in by a chain can get anywhere else than to an answer of Envoy's own. */
export const leadsSomewhere = (chain: FilterChain): boolean =>
  routesOf(chain).some(({ route, redirect }) => route !== undefined || redirect !== undefined) ||
  (chain.filters ?? []).some(({ typed_config }) => typed_config?.cluster !== undefined);

/** The contexts of clients, where this side is the server. */
export const downstreamContexts = (envoy: EnvoyConfiguration) =>
  publicChains(envoy)
    .filter(({ chain }) => chain.transport_socket !== undefined)
    .map(({ where, chain }) => ({ where, chain, context: chain.transport_socket?.typed_config ?? {} }));

/** The contexts of servers, where this side is the client. */
export const upstreamContexts = (envoy: EnvoyConfiguration) =>
  clustersOf(envoy)
    .filter(({ transport_socket }) => transport_socket !== undefined)
    .map((cluster) => ({
      where: `cluster ${cluster.name ?? "without a name"}`,
      cluster,
      context: cluster.transport_socket?.typed_config ?? {},
    }));
