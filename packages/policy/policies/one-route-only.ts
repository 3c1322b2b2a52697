import { remoteWrite } from "@metrics-link/contract/remote-write.ts";
import { type FilterChain, publicChains, type Route } from "../model/envoy.ts";
import { releaseRule } from "../model/release.ts";

export const oneRouteOnly = releaseRule(
  {
    name: "one-route-only",
    fence: "client identity",
    rule: `From outside exactly POST ${remoteWrite.path} leads anywhere, compared as it was sent.`,
    reason: "Every other path of Prometheus reads or deletes; a path that is normalised has other spellings that pass.",
    remedy:
      "Match :method and :path by string_match.exact, set normalize_path and merge_slashes to false, and use no other network filter that proxies.",
    source: "docs/architecture.md, Three fences; docs/decisions/0101",
  },
  function* (release) {
    for (const envoy of release.envoys) {
      for (const { where, chain } of publicChains(envoy ?? {})) yield* openings(where, chain);
    }
  },
);

// A health check answers by itself, for the load balancer.
const httpFilters = ["envoy.filters.http.buffer", "envoy.filters.http.health_check", "envoy.filters.http.router"];
const filters = ["envoy.filters.network.connection_limit", "envoy.filters.network.http_connection_manager"];

function* openings(where: string, chain: FilterChain): Generator<string> {
  for (const { name, typed_config } of chain.filters ?? []) {
    if (!filters.includes(name ?? "")) yield `${where}: the network filter ${name} is not one that we know`;
    if (name !== "envoy.filters.network.http_connection_manager") continue;
    if (typed_config?.normalize_path !== false || typed_config.merge_slashes !== false) {
      yield `${where}: paths are normalised before they are compared`;
    }
    for (const filter of typed_config?.http_filters ?? []) {
      if (!httpFilters.includes(filter.name ?? "")) {
        yield `${where}: the HTTP filter ${filter.name} is not one that we know`;
      }
    }
    if (typed_config?.route_config === undefined) yield `${where}: routes come from elsewhere`;
    const routes = (typed_config?.route_config?.virtual_hosts ?? []).flatMap((host) => host.routes ?? []);
    for (const route of routes) {
      if (route.redirect !== undefined) yield `${where}, route ${route.name}: a redirect`;
      if (route.route !== undefined && !isTheOne(route)) {
        yield `${where}, route ${route.name}: it is not exactly POST ${remoteWrite.path}`;
      }
    }
  }
}

function isTheOne({ match }: Route): boolean {
  const exact = (header: string) => match?.headers?.find(({ name }) => name === header)?.string_match?.exact;
  return match?.path === remoteWrite.path && exact(":method") === "POST" && exact(":path") === remoteWrite.path;
}
