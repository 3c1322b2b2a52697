import { listenersAreKnown } from "@metrics-link/policy/policies/listeners-are-known.ts";
import { specifyRelease } from "../support/specification.ts";

specifyRelease(listenersAreKnown, "receiver", {
  "another port": [
    (it) =>
      it.envoy(({ static_resources: { listeners } }) => {
        listeners[0].address.socket_address.port_value = 9443;
      }),
    /can be reached from outside/,
  ],
  "a chain without TLS": [
    (it) =>
      it.chain((chain) => {
        delete chain.transport_socket;
      }),
    /reached from outside without TLS/,
  ],
  "more addresses": [
    (it) =>
      it.envoy(({ static_resources: { listeners } }) => {
        listeners[0].additional_addresses = [];
      }),
    /has additional_addresses/,
  ],
  "a configuration that nobody reads": [
    (it) => it.file("systemd/metrics-link-envoy.service", (text) => text.replace("bootstrap.yaml", "other.yaml")),
    /not a file of this release/,
  ],
  "a client that says its own address": [
    (it) =>
      it.envoy(({ static_resources: { listeners } }) => {
        listeners[0].listener_filters = [{ name: "envoy.filters.listener.proxy_protocol" }];
      }),
    /proxy_protocol is not one that we know/,
  ],
  "connections that are held before a chain counts them": [
    (it) =>
      it.envoy(({ static_resources: { listeners } }) => {
        listeners[0].listener_filters = [{ name: "envoy.filters.listener.tls_inspector" }];
      }),
    /tls_inspector is not one that we know/,
  ],
});
