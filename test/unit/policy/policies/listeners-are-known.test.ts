import { specifyRelease } from "../support/specification.ts";

specifyRelease("listeners-are-known", "receiver", {
  "another port": [
    (it) =>
      it.envoy(({ static_resources: { listeners } }) => {
        listeners[0].address.socket_address.port_value = 9443;
      }),
    /is public/,
  ],
  "a chain without TLS": [
    (it) =>
      it.chain((chain) => {
        delete chain.transport_socket;
      }),
    /public without TLS/,
  ],
  "a configuration that nobody reads": [
    (it) => it.file("systemd/metrics-link-envoy.service", (text) => text.replace("bootstrap.json", "other.json")),
    /not a file of this release/,
  ],
  "a listener of this host that nobody knows": [
    (it) =>
      it.envoy(({ static_resources: { listeners } }) => {
        listeners[2].address.socket_address.port_value = 9999;
      }),
    /listener metrics on 127\.0\.0\.1:9999 is not one of this host's listeners/,
  ],
  "an Envoy of the other role": [
    (it) =>
      it.envoy((envoy) => {
        envoy.node.cluster = "metrics-link-sender";
      }),
    /^node\.cluster: metrics-link-sender instead of metrics-link-receiver$/,
  ],
  "a listener filter that holds connections before a chain counts them": [
    (it) =>
      it.envoy(({ static_resources: { listeners } }) => {
        listeners[0].listener_filters = [{ name: "envoy.filters.listener.tls_inspector" }];
      }),
    /tls_inspector is not known/,
  ],
});
