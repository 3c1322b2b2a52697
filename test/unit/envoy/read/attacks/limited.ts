import { managerOf, routesOf } from "../../../../program/policy/support/mutate.ts";
import { type Attack, chain, cluster, manager, type Part, receiver, route, sender, without } from "./attack.ts";

const monitor = (index: number) => `overload_manager.resource_monitors[${index}].typed_config`;
const monitored = (change: (heap: Part, connections: Part) => void) => (it: Parameters<Attack["change"]>[0]) =>
  it.envoy(({ overload_manager: { resource_monitors } }) =>
    change(resource_monitors[0].typed_config, resource_monitors[1].typed_config),
  );

/** What loses samples, or gives one client what belongs to the others, with every fence closed. */
export const limited: readonly Attack[] = [
  receiver("a second method that contradicts the first", `${route}.match.headers`, (it) =>
    it.chain((found) => {
      routesOf(found)[0].match.headers.push({ name: ":method", string_match: { exact: "GET" } });
    }),
  ),
  receiver("the matchers of a route in another order", `${route}.match.headers`, (it) =>
    it.chain((found) => {
      routesOf(found)[0].match.headers.reverse();
    }),
  ),
  receiver("a body limit of one byte", `${manager}.http_filters[0].typed_config.max_request_bytes`, (it) =>
    it.chain((found) => {
      managerOf(found).http_filters[0].typed_config.max_request_bytes = 1;
    }),
  ),
  receiver("a body limit of 32 MiB", `${manager}.http_filters[0].typed_config.max_request_bytes`, (it) =>
    it.chain((found) => {
      managerOf(found).http_filters[0].typed_config.max_request_bytes = 32 * 2 ** 20;
    }),
  ),
  receiver("a share above all connections", `${chain}.filters[0].typed_config.max_connections`, (it) =>
    it.chain((found) => {
      found.filters[0].typed_config.max_connections = 65_536;
    }),
  ),
  receiver("a route that waits for a second", `${route}.route.timeout`, (it) =>
    it.chain((found) => {
      routesOf(found)[0].route.timeout = "1s";
    }),
  ),
  receiver("a request that may take five minutes", `${manager}.request_timeout`, (it) =>
    it.chain((found) => {
      managerOf(found).request_timeout = "300s";
    }),
  ),
  receiver(
    "a heap of a mebibyte",
    `${monitor(0)}.max_heap_size_bytes`,
    monitored((heap) => {
      heap.max_heap_size_bytes = 2 ** 20;
    }),
  ),
  receiver(
    "one connection for everybody",
    `${monitor(1)}.max_active_downstream_connections`,
    monitored((_heap, connections) => {
      connections.max_active_downstream_connections = 1;
    }),
  ),
  receiver("a Prometheus that takes one request", `${cluster}.circuit_breakers.thresholds[0].max_requests`, (it) =>
    it.envoy(({ static_resources: { clusters } }) => {
      clusters[0].circuit_breakers.thresholds[0].max_requests = 1;
    }),
  ),
  receiver("no counter kept", "stats_config.stats_matcher.inclusion_list.patterns", (it) =>
    it.envoy((found) => {
      found.stats_config.stats_matcher.inclusion_list.patterns = [];
    }),
  ),
  receiver("no ready listener", "static_resources.listeners", (it) => without(it, "listeners", "ready")),
  receiver("no metrics listener", "static_resources.listeners", (it) => without(it, "listeners", "metrics")),
  receiver("no cluster admin", "static_resources.clusters", (it) => without(it, "clusters", "admin")),
  sender("no metrics listener", "static_resources.listeners", (it) => without(it, "listeners", "metrics")),
  sender("no egress", "static_resources.listeners", (it) => without(it, "listeners", "egress")),
  sender("one connection to the receiver", `${cluster}.circuit_breakers.thresholds[0].max_connections`, (it) =>
    it.cluster((found) => {
      found.circuit_breakers.thresholds[0].max_connections = 1;
    }),
  ),
];
