import { isIPv4 } from "node:net";
import { isPagePath, isServicePort, isServiceServer, ownPage, ports, queryRoutes } from "@metrics-link/release";
import { isOfQueries, isService } from "../schema/services.ts";
import { type Fault, literalNames, namesOf } from "../trust.ts";
import type { Chain, Listener, View } from "../view.ts";
import { type Facts, onlyPinned, type Rule, type Service, serviceListeners } from "./rule.ts";

/** The chain of clients without addresses. */
const fromAnywhere = "anywhere";

export const servicesAreDeclared: Rule = {
  id: "services-are-declared",
  fence: "client identity",
  rule: "A metrics service or a query service listens where it is declared, and admits its declared clients by their exact names and pinned roots. The one serves one page of one local server, in clear on loopback alone; the other what of Prometheus' API reads, by GET.",
  reason:
    "Servers of metrics serve more on the same port: debug pages, profiles, a way to stop them. A service with a wider route, a pattern for a name or another server shows these, or Envoy's own admin interface. Prometheus writes on the same port.",
  remedy:
    "Declare the service in metricsServices or queryServices of the configuration, and render it by packages/envoy.",
  source: "docs/metrics-services.md; docs/queries.md; docs/decisions/0827 and 0828",
  *check(view, facts) {
    const found = serviceListeners(view);
    for (const listener of found) {
      yield* ofPlace(listener);
      for (const chain of listener.chains) yield* ofChain(listener, chain, facts);
      yield* apart(listener);
      yield* ofServer(view, listener);
    }
    for (const { name, place } of view.clusters.filter((one) => isService(one.name))) {
      if (found.some((listener) => listener.name === name)) continue;
      yield { path: place.path, message: `cluster ${name}: no service leads to it` };
    }
    if (facts.services !== undefined) yield* asDeclared(view, found, facts.services);
  },
};

function* ofPlace({ name, place, address }: Listener): Generator<Fault> {
  for (const filter of place.at("listener_filters").items) {
    const called = filter.at("name").text ?? "without a name";
    yield { path: filter.path, message: `listener ${name}: the listener filter ${called} is not known` };
  }
  const isFree = address.port !== undefined && isServicePort(address.port);
  if (!isFree || (address.host !== "127.0.0.1" && address.host !== "0.0.0.0")) {
    const message = `listener ${name} on ${address.shown} instead of 127.0.0.1 or 0.0.0.0 with a free port of 1024 to 9902`;
    yield { path: address.place.path, message };
  }
}

function* ofChain(listener: Listener, { name, place, tls, sources, routes }: Chain, facts: Facts): Generator<Fault> {
  const where = `listener ${listener.name}, filter chain ${name}`;
  if (tls === undefined) {
    if (!listener.address.isLocal || isOfQueries(listener.name)) {
      yield { path: place.at("transport_socket").path, message: `${where}: it serves others in clear` };
    }
  } else if (literalNames(tls) === undefined) {
    yield { path: namesOf(tls).path, message: `${where}: the accepted names are not literal DNS names` };
  } else if (sources !== undefined && literalNames(tls)?.length !== 1) {
    yield { path: namesOf(tls).path, message: `${where}: several clients may come from its addresses` };
  }
  if (tls !== undefined) yield* onlyPinned(tls, facts, pinsOf(listener, facts));
  if ((sources === undefined) !== (name === fromAnywhere || tls === undefined)) {
    yield { path: place.at("filter_chain_match").path, message: `${where}: it has no addresses of its own` };
  }
  for (const { address, prefix, place: range } of sources ?? []) {
    if (address === undefined || !isIPv4(address) || prefix !== 32) {
      yield { path: range.path, message: `${where}: ${address ?? "nothing"}/${prefix ?? 0} is not one IPv4 address` };
    }
  }
  for (const { place: at, leads, method, path, reads, cluster } of routes.filter((route) => route.leads)) {
    const isRead = isOfQueries(listener.name) ? isQuery(reads) : path !== undefined && isPagePath(path);
    const fits = leads && method === "GET" && isRead && cluster === listener.name;
    const wanted = isOfQueries(listener.name) ? "of what reads" : "of one page";
    if (!fits) yield { path: at.path, message: `${where}: it is not exactly GET ${wanted} to ${listener.name}` };
  }
}

const prometheus = `127.0.0.1:${ports.prometheus}`;
const [api, withUi] = [false, true].map((ui) => {
  const { paths, patterns } = queryRoutes(ui);
  return new Set([...paths, ...patterns]);
});

const isQuery = (reads: string | undefined) => reads !== undefined && withUi?.has(reads) === true;

/** What a query service lets read, in words. */
export const queriesServed = (ui: boolean): string => (ui ? "the query API and the UI" : "the query API");

const pinsOf = ({ name }: Listener, { services }: Facts): readonly string[] | undefined =>
  services === undefined ? undefined : (services.find(({ listener }) => listener === name)?.fingerprints ?? []);

/** Two chains for one client, or one address in two of them, would leave open which of them a connection gets. */
function* apart({ name, chains }: Listener): Generator<Fault> {
  const seen = new Set<string>();
  for (const { place, tls, sources } of chains) {
    const names = tls === undefined ? ["in clear"] : (literalNames(tls) ?? []);
    const addresses = sources === undefined ? ["anywhere"] : sources.map(({ address }) => address ?? "?");
    for (const one of [...names, ...addresses]) {
      if (seen.has(one)) yield { path: place.path, message: `listener ${name}: ${one} is in two filter chains` };
      seen.add(one);
    }
  }
}

function* ofServer({ place, clusters }: View, { name, chains }: Listener): Generator<Fault> {
  const [cluster, ...more] = clusters.filter((one) => one.name === name);
  if (cluster === undefined || more.length > 0) {
    const { path } = place.at("static_resources", "clusters");
    yield { path, message: `${more.length + (cluster === undefined ? 0 : 1)} clusters ${name} instead of one` };
    return;
  }
  const [server, ...others] = cluster.endpoints.map(({ shown }) => shown);
  if (server === undefined || others.length > 0 || !isServiceServer(server)) {
    yield {
      path: cluster.place.path,
      message: `cluster ${name} leads to ${server ?? "nowhere"}, which no service may`,
    };
    return;
  }
  if (isOfQueries(name)) {
    if (server === prometheus) return;
    yield { path: cluster.place.path, message: `cluster ${name} leads to ${server} instead of Prometheus` };
    return;
  }
  const own = ownPage(server);
  for (const { place: at, path } of chains.flatMap(({ routes }) => routes.filter(({ leads }) => leads))) {
    if (own === undefined || path === own) continue;
    yield { path: at.path, message: `cluster ${name}: of ${server} only ${own} is metrics, not ${path ?? "any path"}` };
  }
}

function* asDeclared(view: View, found: readonly Listener[], declared: readonly Service[]): Generator<Fault> {
  const { path } = view.place.at("static_resources", "listeners");
  for (const { listener } of declared) {
    const count = found.filter(({ name }) => name === listener).length;
    if (count !== 1) yield { path, message: `${listener} is declared and there are ${count} listeners of it` };
  }
  for (const listener of found) {
    const service = declared.find((one) => one.listener === listener.name);
    if (service === undefined) {
      yield { path: listener.place.path, message: `listener ${listener.name} is no declared service` };
      continue;
    }
    const told = { place: listener.address.shown, ...servedBy(view, listener), admits: admittedBy(listener) };
    const wanted = { place: service.place, server: service.server, serves: service.serves, admits: admits(service) };
    for (const key of ["place", "server", "serves", "admits"] as const) {
      if (told[key] === wanted[key]) continue;
      yield { path: listener.place.path, message: `listener ${listener.name}: ${told[key]} instead of ${wanted[key]}` };
    }
  }
}

const servedBy = ({ clusters }: View, { name, chains }: Listener) => ({
  server:
    clusters
      .find((one) => one.name === name)
      ?.endpoints.map(({ shown }) => shown)
      .join(", ") ?? "nowhere",
  serves: isOfQueries(name) ? readBy(chains) : pagesOf(chains),
});

const pagesOf = (chains: readonly Chain[]): string =>
  [...new Set(chains.flatMap(({ routes }) => routes.flatMap(({ leads, path }) => (leads ? [path] : []))))].join(", ");

function readBy(chains: readonly Chain[]): string {
  const read = chains.flatMap(({ routes }) => routes.flatMap(({ leads, reads }) => (leads ? [reads ?? "?"] : [])));
  return queriesServed(read.some((one) => api?.has(one) !== true));
}

/** Who gets in, as one text: `a.example from 10.0.0.5; b.example from anywhere`. */
const admittedBy = ({ chains }: Listener): string =>
  chains
    .flatMap(({ tls, sources }) =>
      tls === undefined
        ? ["anybody in clear"]
        : (literalNames(tls) ?? ["?"]).map((name) => fromTo(name, sources?.map(({ address }) => address ?? "?") ?? [])),
    )
    .toSorted()
    .join("; ");

const admits = ({ clients }: Service): string =>
  clients === undefined
    ? "anybody in clear"
    : clients
        .map(({ dnsName, addresses }) => fromTo(dnsName, addresses))
        .toSorted()
        .join("; ");

const fromTo = (name: string, addresses: readonly string[]) =>
  `${name} from ${addresses.length === 0 ? "anywhere" : addresses.join(", ")}`;
