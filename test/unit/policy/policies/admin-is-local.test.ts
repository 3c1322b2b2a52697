import { specifyRelease } from "../support/specification.ts";

specifyRelease("admin-is-local", "sender", {
  "a port": [
    (it) =>
      it.envoy((envoy) => {
        envoy.admin.address = { socket_address: { address: "127.0.0.1", port_value: 9901 } };
      }),
    /127.0.0.1:9901 instead of a Unix socket/,
  ],
  "every page": [
    (it) =>
      it.envoy((envoy) => {
        envoy.admin.allow_paths = [];
      }),
    /every page is served/,
  ],
  "a page that ends Envoy": [
    (it) =>
      it.envoy((envoy) => {
        envoy.admin.allow_paths.push({ prefix: "/quit" });
      }),
    /it allows \/quit, which the host does not need/,
  ],
});
