import { senderHeader } from "@metrics-link/release";
import { Place } from "./place.ts";

/** The parts of an Envoy configuration that the fences depend on, each with its place in the file. */
export interface View {
  readonly place: Place;
  readonly role: Role | undefined;
  readonly admin: Place;
  readonly listeners: readonly Listener[];
  readonly clusters: readonly Cluster[];
}

export type Role = "sender" | "receiver" | "service";

interface Address {
  readonly place: Place;
  /** An IPv4 address, or the text found instead. */
  readonly host: string | undefined;
  readonly port: number | undefined;
  /** A Unix socket, or an address in 127.0.0.0/8. */
  readonly isLocal: boolean;
  readonly shown: string;
}

export interface Listener {
  readonly place: Place;
  readonly name: string;
  readonly address: Address;
  readonly chains: readonly Chain[];
}

export interface Chain {
  readonly place: Place;
  readonly name: string;
  /** Source addresses that it matches; `undefined`: every address that no other chain matches. */
  readonly sources: readonly Source[] | undefined;
  readonly tls: Tls | undefined;
  readonly managers: readonly Place[];
  /** Network and HTTP filters of an unknown type: each may forward anywhere. */
  readonly strangers: readonly Place[];
  readonly routes: readonly Route[];
  /** Whether it forwards requests, as opposed to answering them itself. */
  readonly leads: boolean;
}

interface Source {
  readonly place: Place;
  readonly address: string | undefined;
  readonly prefix: number | undefined;
}

export interface Route {
  readonly place: Place;
  readonly name: string;
  readonly leads: boolean;
  readonly method: string | undefined;
  /** Set only if the path is matched byte for byte, without a query string. */
  readonly path: string | undefined;
  /** Its path or its pattern, which any query string may follow. */
  readonly reads: string | undefined;
  readonly cluster: string | undefined;
  /** The sender that it names to the cluster. */
  readonly sender: string | undefined;
}

interface Cluster {
  readonly place: Place;
  readonly name: string;
  readonly type: string | undefined;
  readonly endpoints: readonly Address[];
  readonly isLocal: boolean;
  readonly tls: Tls | undefined;
}

/** A DownstreamTlsContext or an UpstreamTlsContext. */
export interface Tls {
  readonly place: Place;
  readonly common: Place;
}

const type = "type.googleapis.com/envoy.extensions.";
const known = {
  manager: `${type}filters.network.http_connection_manager.v3.HttpConnectionManager`,
  // The health check filter answers the load balancer itself.
  http: ["buffer.v3.Buffer", "health_check.v3.HealthCheck", "rbac.v3.RBAC", "router.v3.Router"].map(
    (message) => `${type}filters.http.${message}`,
  ),
  connectionLimit: `${type}filters.network.connection_limit.v3.ConnectionLimit`,
  downstream: `${type}transport_sockets.tls.v3.DownstreamTlsContext`,
  upstream: `${type}transport_sockets.tls.v3.UpstreamTlsContext`,
} as const;
const typeOf = (place: Place) => place.at("typed_config", "@type").text;

/** @param ingest what the receiver's listener file lists, each at its place there */
export function viewOf(bootstrap: unknown, ingest: readonly Place[] = []): View {
  const place = new Place("", bootstrap);
  const resources = place.at("static_resources");
  return {
    place,
    role: /^metrics-link-(sender|receiver|service)$/.exec(place.at("node", "cluster").text ?? "")?.[1] as
      | Role
      | undefined,
    admin: place.at("admin"),
    listeners: [...ingest, ...resources.at("listeners").items].map(listenerOf),
    clusters: resources.at("clusters").items.map(clusterOf),
  };
}

function listenerOf(place: Place): Listener {
  const rest = place.at("default_filter_chain");
  return {
    place,
    name: place.at("name").text ?? "without a name",
    address: addressOf(place.at("address")),
    chains: [...place.at("filter_chains").items, ...(rest.exists ? [rest] : [])].map(chainOf),
  };
}

function chainOf(place: Place): Chain {
  const ranges = place.at("filter_chain_match", "source_prefix_ranges");
  const filters = place.at("filters").items;
  const managers = filters
    .filter((filter) => typeOf(filter) === known.manager)
    .map((filter) => filter.at("typed_config"));
  const routes = managers.flatMap((manager) =>
    manager.at("route_config", "virtual_hosts").items.flatMap((host) => host.at("routes").items.map(routeOf)),
  );
  const strangers = [
    ...filters.filter((filter) => typeOf(filter) !== known.manager && typeOf(filter) !== known.connectionLimit),
    ...managers.flatMap((manager) =>
      manager.at("http_filters").items.filter((filter) => !known.http.includes(typeOf(filter) ?? "")),
    ),
  ];
  const fromElsewhere = managers.some((manager) => !manager.at("route_config").exists);
  return {
    place,
    name: place.at("name").text ?? "without a name",
    sources: ranges.items.length === 0 ? undefined : ranges.items.map(sourceOf),
    tls: tlsOf(place, known.downstream),
    managers,
    strangers,
    routes,
    leads: strangers.length > 0 || fromElsewhere || routes.some(({ leads }) => leads),
  };
}

const sourceOf = (place: Place): Source => ({
  place,
  address: place.at("address_prefix").text,
  prefix: place.at("prefix_len").number,
});

function routeOf(place: Place): Route {
  const match = place.at("match");
  const exact = (header: string) => {
    const [matcher, ...more] = match.at("headers").items.filter((one) => one.at("name").text === header);
    return more.length > 0 ? undefined : matcher?.at("string_match", "exact").text;
  };
  const path = match.at("path").text;
  return {
    place,
    name: place.at("name").text ?? "without a name",
    // Anything but a direct response forwards, also a redirect or a filter's action.
    leads: !place.at("direct_response").exists || place.at("route").exists || place.at("redirect").exists,
    method: exact(":method"),
    path: path !== undefined && exact(":path") === path ? path : undefined,
    reads: path ?? match.at("safe_regex", "regex").text,
    cluster: place.at("route", "cluster").text,
    sender: place
      .at("request_headers_to_add")
      .items.map((item) => item.at("header"))
      .find((header) => header.at("key").text?.toLowerCase() === senderHeader)
      ?.at("value").text,
  };
}

function clusterOf(place: Place): Cluster {
  const endpoints = place
    .at("load_assignment", "endpoints")
    .items.flatMap((group) =>
      group.at("lb_endpoints").items.map((endpoint) => addressOf(endpoint.at("endpoint", "address"))),
    );
  return {
    place,
    name: place.at("name").text ?? "without a name",
    type: place.at("type").text,
    endpoints,
    isLocal:
      place.at("type").text === "STATIC" && endpoints.length > 0 && endpoints.every((endpoint) => endpoint.isLocal),
    tls: tlsOf(place, known.upstream),
  };
}

function addressOf(place: Place): Address {
  const host = place.at("socket_address", "address").text;
  const port = place.at("socket_address", "port_value").number;
  const pipe = place.at("pipe", "path").text;
  return {
    place,
    host,
    port,
    isLocal: host === undefined ? pipe !== undefined : /^127(\.\d{1,3}){3}$/.test(host),
    shown: host === undefined ? (pipe ?? "?") : `${host}:${port ?? "?"}`,
  };
}

function tlsOf(place: Place, expected: string): Tls | undefined {
  const socket = place.at("transport_socket");
  if (typeOf(socket) !== expected) return undefined;
  const context = socket.at("typed_config");
  return { place: context, common: context.at("common_tls_context") };
}
