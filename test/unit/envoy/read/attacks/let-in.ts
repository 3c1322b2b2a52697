import { managerOf, routesOf } from "../../../../program/policy/support/mutate.ts";
import { type Attack, chain, envoy, google, ingest, ingestFile, listeners, ready, receiver } from "./attack.ts";

/** Fence 1 and 2: who is let in. */
export const letIn: readonly Attack[] = [
  receiver("a listener filter named tls_inspector and typed proxy_protocol", `${ingest}.listener_filters`, (it) =>
    listeners(it, (listener) => {
      listener.listener_filters = [
        {
          name: "envoy.filters.listener.tls_inspector",
          typed_config: { "@type": `${envoy}filters.listener.proxy_protocol.v3.ProxyProtocol` },
        },
      ];
    }),
  ),
  receiver("a listener filter that restores another destination", `${ingest}.listener_filters`, (it) =>
    listeners(it, (listener) => {
      listener.listener_filters = [
        {
          name: "envoy.filters.listener.original_dst",
          typed_config: { "@type": `${envoy}filters.listener.original_dst.v3.OriginalDst` },
        },
      ];
    }),
  ),
  receiver("a tree that chooses the chain", `${ingest}.filter_chain_matcher`, (it) =>
    listeners(it, (listener) => {
      listener.filter_chain_matcher = {
        on_no_match: {
          action: {
            name: "account-a",
            typed_config: { "@type": `${google}google.protobuf.StringValue`, value: "account-a" },
          },
        },
      };
    }),
  ),
  receiver("a prefix length in octal", ingestFile, (it) =>
    it.file(ingestFile, (text) => text.replace('"prefix_len": 32', '"prefix_len": 032')),
  ),
  receiver("a prefix length as text", "source_prefix_ranges[0].prefix_len", (it) =>
    it.chain((found) => {
      found.filter_chain_match.source_prefix_ranges[0].prefix_len = "32";
    }),
  ),
  receiver("a prefix length twice", ingestFile, (it) =>
    it.file(ingestFile, (text) => text.replace('"prefix_len": 32', '"prefix_len": 0,\n"prefix_len": 32')),
  ),
  receiver("a prefix length in camel case", "source_prefix_ranges[0].prefixLen", (it) =>
    it.chain((found) => {
      found.filter_chain_match.source_prefix_ranges[0] = { address_prefix: "203.0.113.10", prefixLen: 0 };
    }),
  ),
  receiver("no prefix length", "source_prefix_ranges[0].prefix_len", (it) =>
    it.chain((found) => {
      delete found.filter_chain_match.source_prefix_ranges[0].prefix_len;
    }),
  ),
  receiver("an IPv6 range", "source_prefix_ranges[1]", (it) =>
    it.chain((found) => {
      found.filter_chain_match.source_prefix_ranges.push({ address_prefix: "::", prefix_len: 32 });
    }),
  ),
  receiver("a match in camel case beside the one in snake case", `${chain}.filterChainMatch`, (it) =>
    it.chain((found) => {
      found.filterChainMatch = {};
    }),
  ),
  receiver("a match on the address that the client states", "filter_chain_match.direct_source_prefix_ranges", (it) =>
    it.chain((found) => {
      found.filter_chain_match.direct_source_prefix_ranges = [{ address_prefix: "0.0.0.0", prefix_len: 0 }];
    }),
  ),
  receiver("a match by server names", "filter_chain_match.server_names", (it) =>
    it.chain((found) => {
      found.filter_chain_match.server_names = ["metrics"];
    }),
  ),
  receiver("another port that is redirected to the chain", "filter_chain_match.destination_port", (it) =>
    it.chain((found) => {
      found.filter_chain_match.destination_port = 8443;
    }),
  ),
  receiver("more addresses of the listener", `${ingest}.additional_addresses`, (it) =>
    listeners(it, (listener) => {
      listener.additional_addresses = [{ address: { socket_address: { address: "0.0.0.0", port_value: 9000 } } }];
    }),
  ),
  receiver("a chain for everything else", `${ingest}.default_filter_chain`, (it) =>
    listeners(it, (listener) => {
      listener.default_filter_chain = listener.filter_chains.pop();
    }),
  ),
  receiver("the original destination decides", `${ingest}.use_original_dst`, (it) =>
    listeners(it, (listener) => {
      listener.use_original_dst = true;
    }),
  ),
  receiver("a listener for UDP", `${ingest}.udp_listener_config`, (it) =>
    listeners(it, (listener) => {
      listener.udp_listener_config = { quic_options: {} };
    }),
  ),
  receiver("a listener that takes any protocol of sockets", `${ingest}.address.socket_address.protocol`, (it) =>
    listeners(it, (listener) => {
      listener.address.socket_address.protocol = "UDP";
    }),
  ),
  receiver("a listener within Envoy", "static_resources.listeners[2]", (it) =>
    listeners(it, (_listener, all) => all.push({ name: "inside", internal_listener: {}, filter_chains: [] })),
  ),
  receiver("an API listener", `${ingest}.api_listener`, (it) =>
    listeners(it, (listener) => {
      listener.api_listener = { api_listener: { "@type": `${google}google.protobuf.Empty` } };
    }),
  ),
  receiver("socket options", `${ingest}.socket_options`, (it) =>
    listeners(it, (listener) => {
      listener.socket_options = [{ level: 1, name: 2, int_value: 1 }];
    }),
  ),
  receiver("a listener that keeps connections after a drain", `${ingest}.drain_type`, (it) =>
    listeners(it, (listener) => {
      listener.drain_type = "MODIFY_ONLY";
    }),
  ),
  receiver("a matcher of the ready port's virtual host", "virtual_hosts[0].matcher", (it) =>
    ready(it, (found) => {
      const [virtual] = managerOf(found).route_config.virtual_hosts;
      virtual.matcher = {
        on_no_match: {
          action: {
            name: "route",
            typed_config: {
              "@type": `${google}envoy.config.route.v3.Route`,
              match: { prefix: "/" },
              route: { cluster: "prometheus" },
            },
          },
        },
      };
    }),
  ),
  receiver("a ready port that leads to Prometheus", "static_resources.listeners[0]", (it) =>
    ready(it, (found) => {
      routesOf(found)[0] = { name: "open", match: { prefix: "/" }, route: { cluster: "prometheus", timeout: "10s" } };
    }),
  ),
  receiver("a ready port that asks the admin interface", "static_resources.listeners[0]", (it) =>
    ready(it, (found, listener) => {
      const metrics = structuredClone(managerOf(found));
      metrics.route_config.virtual_hosts[0].routes.unshift({
        name: "metrics",
        match: { path: "/stats/prometheus", headers: [] },
        route: { cluster: "admin", timeout: "10s" },
      });
      listener.filter_chains[0].filters.at(-1).typed_config = metrics;
    }),
  ),
];
