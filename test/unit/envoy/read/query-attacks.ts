import type { Part } from "./attacks/attack.ts";

interface Parts {
  readonly listener: Part;
  readonly chain: Part;
  readonly routes: Part;
  readonly cluster: Part;
}

const reading = (path: string, method = "GET") => ({
  name: "queries",
  match: { path, headers: [{ name: ":method", string_match: { exact: method } }] },
  route: { cluster: "queries-grafana", timeout: "25s" },
});

/** Each is one change of a sound query service, and part of what a reader must say of it. */
export const queryAttacks: readonly (readonly [what: string, change: (it: Parts) => void, told: RegExp])[] = [
  [
    "a route that writes",
    ({ routes }) => {
      routes.unshift(reading("/api/v1/write", "POST"));
    },
    /not exactly GET of what reads to queries-grafana/,
  ],
  [
    "a route to the reload",
    ({ routes }) => {
      routes[0] = reading("/-/reload");
    },
    /not exactly GET of what reads/,
  ],
  [
    "another method",
    ({ routes }) => {
      routes[0] = reading("/api/v1/query", "POST");
    },
    /not exactly GET of what reads/,
  ],
  [
    "any method",
    ({ routes }) => {
      routes[0].match.headers = [];
    },
    /not exactly GET of what reads/,
  ],
  [
    "every path",
    ({ routes }) => {
      routes[0].match = { prefix: "/", headers: routes[0].match.headers };
    },
    /not exactly GET of what reads/,
  ],
  [
    "a wider pattern",
    ({ routes }) => {
      for (const { match } of routes) if (match.safe_regex !== undefined) match.safe_regex.regex = "/api/v1/.*";
    },
    /not exactly GET of what reads/,
  ],
  [
    "the UI where the API alone is declared",
    ({ routes }) => {
      routes.unshift(reading("/targets"));
    },
    /the query API and the UI instead of the query API/,
  ],
  [
    "in clear",
    ({ chain }) => {
      delete chain.transport_socket;
    },
    /it serves others in clear/,
  ],
  [
    "in clear on loopback",
    ({ listener, chain }) => {
      listener.address.socket_address.address = "127.0.0.1";
      delete chain.transport_socket;
    },
    /it serves others in clear/,
  ],
  [
    "another server",
    ({ cluster }) => {
      const [{ lb_endpoints }] = cluster.load_assignment.endpoints;
      lb_endpoints[0].endpoint.address.socket_address.port_value = 9091;
    },
    /leads to 127\.0\.0\.1:9091/,
  ],
  [
    "a certificate of another",
    ({ chain }) => {
      const context = chain.transport_socket.typed_config.common_tls_context;
      const [{ sds_config }] = context.tls_certificate_sds_secret_configs;
      sds_config.path_config_source.path = "/opt/metrics-link/current/envoy/sds/leaf-queries-people.json";
    },
    /leaf-queries-people/,
  ],
  [
    "another client",
    ({ chain }) => {
      const { default_validation_context: trust } =
        chain.transport_socket.typed_config.common_tls_context.combined_validation_context;
      trust.match_typed_subject_alt_names[0].matcher.safe_regex.regex = "grafana\\.team\\.internal";
    },
    /grafana\.team\.internal from 10\.30\.0\.6 instead of grafana\.ops\.internal/,
  ],
];
