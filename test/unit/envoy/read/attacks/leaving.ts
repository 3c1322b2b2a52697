import { routesOf, tlsOf, trustOf } from "../../../../program/policy/support/mutate.ts";
import { type Attack, cluster, envoy, google, type Part, sender, upstream } from "./attack.ts";

/** Fence 3: where samples go. */
export const leaving: readonly Attack[] = [
  sender("another transport socket for some endpoints", `${cluster}.transport_socket_matches`, (it) =>
    it.cluster((found) => {
      found.transport_socket_matches = [
        {
          name: "all",
          match: {},
          transport_socket: {
            name: "envoy.transport_sockets.tls",
            typed_config: { "@type": `${envoy}transport_sockets.raw_buffer.v3.RawBuffer` },
          },
        },
      ];
    }),
  ),
  sender("a transport socket in clear", `${cluster}.transport_socket`, (it) =>
    it.cluster((found) => {
      found.transport_socket = {
        name: "envoy.transport_sockets.tls",
        typed_config: { "@type": `${envoy}transport_sockets.raw_buffer.v3.RawBuffer` },
      };
    }),
  ),
  sender("a receiver that is looked up", `${cluster}.type`, (it) =>
    it.cluster((found) => {
      found.type = "STRICT_DNS";
    }),
  ),
  sender("a cluster of a type of its own", `${cluster}.cluster_type`, (it) =>
    it.cluster((found) => {
      delete found.type;
      found.cluster_type = { name: "envoy.clusters.dynamic_forward_proxy" };
    }),
  ),
  sender("one more cluster, in clear", "static_resources.clusters[2]", (it) =>
    it.envoy(({ static_resources: { clusters } }) => {
      const copy = structuredClone(clusters[0]);
      copy.name = copy.load_assignment.cluster_name = "copy";
      delete copy.transport_socket;
      clusters.push(copy);
    }),
  ),
  sender("an address by a host's name", "load_assignment.endpoints[0].lb_endpoints[0].endpoint", (it) =>
    it.cluster((found) => {
      found.load_assignment.endpoints[0].lb_endpoints[0].endpoint.hostname = "example.org";
    }),
  ),
  sender("more addresses of an endpoint", "endpoint.additional_addresses", (it) =>
    it.cluster((found) => {
      found.load_assignment.endpoints[0].lb_endpoints[0].endpoint.additional_addresses = [
        { address: { socket_address: { address: "192.0.2.1", port_value: 443 } } },
      ];
    }),
  ),
  sender("an address that is looked up", "load_assignment.endpoints[0].lb_endpoints[0].endpoint.address", (it) =>
    it.cluster((found) => {
      found.load_assignment.endpoints[0].lb_endpoints[0].endpoint.address.socket_address.resolver_name = "x";
    }),
  ),
  sender("an upstream proxy", `${cluster}.upstream_bind_config`, (it) =>
    it.cluster((found) => {
      found.upstream_bind_config = { source_address: { address: "0.0.0.0", port_value: 0 } };
    }),
  ),
  sender("renegotiation", `${upstream}.allow_renegotiation`, (it) =>
    it.cluster((found) => {
      tlsOf(found).allow_renegotiation = true;
    }),
  ),
  sender("a server's name from the request", "upstream_http_protocol_options", (it) =>
    it.cluster((found) => {
      Object.values<Part>(found.typed_extension_protocol_options)[0].upstream_http_protocol_options = {
        auto_sni: true,
        auto_san_validation: true,
      };
    }),
  ),
  sender("protocol options of another extension", `${cluster}.typed_extension_protocol_options`, (it) =>
    it.cluster((found) => {
      found.typed_extension_protocol_options["envoy.filters.network.thrift_proxy"] = { "@type": `${google}x.Y` };
    }),
  ),
  sender("samples that are mirrored", "route.request_mirror_policies", (it) =>
    it.envoy(({ static_resources: { listeners: all } }) => {
      routesOf(all[0].filter_chains[0])[0].route.request_mirror_policies = [{ cluster: "receiver" }];
    }),
  ),
  sender("TLS 1.2", `${upstream}.common_tls_context.tls_params`, (it) =>
    it.cluster((found) => {
      tlsOf(found).common_tls_context.tls_params.tls_minimum_protocol_version = "TLSv1_2";
    }),
  ),
  sender("ciphers of one's own", "tls_params.cipher_suites", (it) =>
    it.cluster((found) => {
      tlsOf(found).common_tls_context.tls_params.cipher_suites = ["NULL-SHA"];
    }),
  ),
  sender("a chain of certificates without end", "max_verify_depth", (it) =>
    it.cluster((found) => {
      trustOf(found).default_validation_context.max_verify_depth = 100;
    }),
  ),
  sender("a listener for everybody", "static_resources.listeners[0].address", (it) =>
    it.envoy(({ static_resources: { listeners: all } }) => {
      all[0].address.socket_address.address = "0.0.0.0";
    }),
  ),
  sender("a listener on a name", "static_resources.listeners[0].address", (it) =>
    it.envoy(({ static_resources: { listeners: all } }) => {
      all[0].address.socket_address.address = "127.0.0.1.example.org";
    }),
  ),
  sender("an unknown role", "node.cluster", (it) =>
    it.envoy((found) => {
      found.node.cluster = "metrics-link-other";
    }),
  ),
];
