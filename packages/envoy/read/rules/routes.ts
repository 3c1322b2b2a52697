import { hostPaths, ports, remoteWrite } from "@metrics-link/release";
import { isService } from "../schema/services.ts";
import type { Fault } from "../trust.ts";
import type { Chain, Route, View } from "../view.ts";
import { type Rule, unknownSource } from "./rule.ts";

type Way = Readonly<Record<"method" | "path" | "cluster", string>>;

const write = { method: "POST", path: remoteWrite.path };
/** Every route that forwards, by listener port. */
const ways: Readonly<Record<number, readonly Way[]>> = {
  [ports.ingest]: [
    { ...write, cluster: "prometheus" },
    { ...write, cluster: "gate" },
  ],
  [ports.ready]: [],
  [ports.remoteWriteEgress]: [{ ...write, cluster: "receiver" }],
  [ports.envoyMetrics]: [
    { method: "GET", path: "/stats/prometheus", cluster: "admin" },
    { method: "GET", path: "/ready", cluster: "admin" },
  ],
};
/** Addresses of the local clusters. */
const places: Readonly<Record<string, string>> = {
  prometheus: `127.0.0.1:${ports.prometheus}`,
  gate: hostPaths.gateSocket,
  admin: hostPaths.envoyAdminSocket,
};

export const oneRouteOnly: Rule = {
  id: "one-route-only",
  fence: "client identity",
  rule: `Public listeners forward only POST ${remoteWrite.path}, matched exactly as sent; to the gate, each chain in its own sender's name.`,
  reason:
    "Prometheus's other paths read or delete data. With normalization, other spellings of the path would match. The gate believes the name, so with another one a sender could write another's series.",
  remedy:
    "Match :method and :path with string_match.exact, set normalize_path and merge_slashes to false, and use no other proxying network filter. Let every chain lead to the same cluster; overwrite the header x-metrics-link-sender with the chain's name on routes to gate.",
  source: "docs/architecture.md, Three fences; docs/decisions/0101",
  *check({ listeners, clusters }) {
    for (const { name, address, chains } of listeners) {
      // What a metrics service may serve is for services-are-declared.
      const allowed = isService(name) ? undefined : (ways[address.port ?? 0] ?? []);
      for (const chain of chains) {
        const where = `listener ${name}, filter chain ${chain.name}`;
        yield* compared(where, chain);
        for (const route of chain.routes.filter(({ leads }) => leads)) {
          const fits =
            allowed === undefined || (chain.name !== unknownSource && allowed.some((way) => isThe(way, route)));
          if (!fits)
            yield { path: route.place.path, message: `${where}, route ${route.name}: ${wanted(chain, allowed)}` };
          yield* named(where, chain, route);
        }
      }
    }
    yield* oneWay(listeners);
    const ours = clusters.filter(({ name }) => !isService(name));
    for (const { name, place, endpoints } of ours.filter(({ isLocal, tls }) => isLocal && tls === undefined)) {
      const found = endpoints.map(({ shown }) => shown).join(", ");
      if (found !== places[name]) {
        yield {
          path: place.path,
          message: `cluster ${name} leads to ${found} instead of ${places[name] ?? "nowhere"}`,
        };
      }
    }
  },
};

/** The gate is told the name of the chain; nobody else is told any. */
function* named(where: string, { name }: Chain, { place, cluster, sender, name: route }: Route): Generator<Fault> {
  const expected = cluster === "gate" ? name : undefined;
  if (sender !== expected) {
    yield {
      path: place.at("request_headers_to_add").path,
      message: `${where}, route ${route}: it names the sender ${sender ?? "not at all"} instead of ${expected ?? "not at all"}`,
    };
  }
}

/** Of two chains, one to the gate and one past it, the second would be a way around the first. */
function* oneWay(listeners: View["listeners"]): Generator<Fault> {
  const leading = listeners
    .filter(({ address }) => address.port === ports.ingest)
    .flatMap(({ chains }) => chains.flatMap(({ routes }) => routes.filter(({ leads }) => leads)));
  if (!leading.some(({ cluster }) => cluster === "gate")) return;
  for (const { place, cluster, name } of leading.filter((route) => route.cluster !== "gate")) {
    yield { path: place.path, message: `route ${name} leads to ${cluster ?? "nowhere"}, past the gate` };
  }
}

const isThe = (way: Way, { method, path, cluster }: Route) =>
  way.method === method && way.path === path && way.cluster === cluster;

function wanted({ name }: Chain, allowed: readonly Way[]): string {
  if (name === unknownSource || allowed.length === 0) return "it forwards requests, which no route here may do";
  return `it is not exactly ${allowed.map(({ method, path, cluster }) => `${method} ${path} to ${cluster}`).join(" or ")}`;
}

/** Paths are matched as sent: a different spelling is a different path. */
function* compared(where: string, { place, managers, strangers }: Chain): Generator<Fault> {
  for (const filter of strangers) {
    const called = filter.at("name").text ?? "without a name";
    const type = filter.at("typed_config", "@type").text?.split(".").at(-1) ?? "no type";
    yield { path: filter.path, message: `${where}: the filter ${called} (${type}) is not known` };
  }
  if (managers.length !== 1) {
    yield {
      path: place.at("filters").path,
      message: `${where}: ${managers.length} HTTP connection managers instead of one`,
    };
  }
  for (const manager of managers) {
    for (const field of ["normalize_path", "merge_slashes"]) {
      const setting = manager.at(field);
      if (setting.value === false) continue;
      yield { path: setting.path, message: `${where}: paths are normalized before matching` };
    }
    const routes = manager.at("route_config");
    if (!routes.exists)
      yield { path: routes.path, message: `${where}: there is no route_config, so the routes are not in this file` };
  }
}
