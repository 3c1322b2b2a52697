import { managerOf, routesOf } from "../../../program/policy/support/mutate.ts";
import { specifyRelease } from "../support/specification.ts";

specifyRelease("one-route-only", "receiver", {
  "any path": [
    (it) =>
      it.chain((chain) => {
        routesOf(chain)[0].match = { prefix: "/" };
      }),
    /not exactly POST/,
  ],
  "a redirect": [
    (it) =>
      it.chain((chain) => {
        routesOf(chain).push({ name: "away", match: { prefix: "/" }, redirect: {} });
      }),
    /route away: it is not exactly POST/,
  ],
  "normalized paths": [
    (it) =>
      it.chain((chain) => {
        managerOf(chain).merge_slashes = true;
      }),
    /paths are normalized/,
  ],
  "a filter that proxies": [
    (it) =>
      it.chain((chain) => {
        chain.filters.push({ name: "envoy.filters.network.tcp_proxy" });
      }),
    /the filter envoy\.filters\.network\.tcp_proxy .* is not known/,
  ],
  "routes from an xDS server": [
    (it) =>
      it.chain((chain) => {
        delete managerOf(chain).route_config;
      }),
    /there is no route_config/,
  ],
  "an unknown HTTP filter": [
    (it) =>
      it.chain((chain) => {
        managerOf(chain).http_filters.unshift({ name: "envoy.filters.http.lua" });
      }),
    /the filter envoy\.filters\.http\.lua .* is not known/,
  ],
});
