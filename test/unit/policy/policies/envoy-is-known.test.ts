import { specifyRelease } from "../support/specification.ts";

specifyRelease("envoy-is-known", "receiver", {
  "a field that nobody here knows": [
    (it) =>
      it.envoy(({ static_resources: { listeners } }) => {
        listeners[0].filter_chain_matcher = {};
      }),
    /^envoy\/lds\/ingest\.json: resources\[0\]\.filter_chain_matcher: not known$/,
  ],
  "listeners and clusters from an xDS server": [
    (it) =>
      it.envoy((envoy) => {
        envoy.dynamic_resources.ads_config = {};
      }),
    /^dynamic_resources\.ads_config: not known$/,
  ],
  "more addresses of a listener": [
    (it) =>
      it.envoy(({ static_resources: { listeners } }) => {
        listeners[0].additional_addresses = [];
      }),
    /^envoy\/lds\/ingest\.json: resources\[0\]\.additional_addresses: not known$/,
  ],
  "a client that says its own address": [
    (it) =>
      it.envoy(({ static_resources: { listeners } }) => {
        listeners[0].listener_filters = [{ name: "envoy.filters.listener.proxy_protocol" }];
      }),
    /^envoy\/lds\/ingest\.json: resources\[0\]\.listener_filters: not known$/,
  ],
  "a type under the name of another": [
    (it) =>
      it.chain((chain) => {
        chain.filters[1].typed_config.http_filters[0].typed_config["@type"] =
          "type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua";
      }),
    /http_filters\[0\]\.typed_config\.@type: "type\.googleapis\.com\/.*Lua" is not known/,
  ],
  "a duplicate key": [
    (it) =>
      it.file("envoy/lds/ingest.json", (text) =>
        text.replace('"prefix_len": 32', '"prefix_len": 0,\n"prefix_len": 32'),
      ),
    /^envoy\/lds\/ingest\.json: line \d+ is not in canonical form/,
  ],
  "a number in octal": [
    (it) => it.file("envoy/lds/ingest.json", (text) => text.replace('"prefix_len": 32', '"prefix_len": 032')),
    /^envoy\/lds\/ingest\.json: not JSON/,
  ],
  "a secret with a field that nobody here knows": [
    (it) =>
      it.document("envoy/sds/trusted-ca-account-a.json", ({ resources: [secret] }) => {
        secret.validation_context.crl = { filename: "/tmp/crl" };
      }),
    /^envoy\/sds\/trusted-ca-account-a\.json: resources\[0\]\.validation_context\.crl: not known$/,
  ],
});
