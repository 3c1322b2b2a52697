import { ports, queryRoutes } from "@metrics-link/release";
import { bootstrap } from "./bootstrap.ts";
import { breakingCluster, type Cluster } from "./clusters.ts";
import { bodyLimit, httpConnectionManager, noBody } from "./http.ts";
import { defaultLimits, type Limits } from "./limits.ts";
import { connectionLimit, type FilterChain, type Listener, listener } from "./listeners.ts";
import { connectionLog, ingestRequestLog } from "./logs.ts";
import { type Extension, exactly, seconds, socket } from "./messages.ts";
import type { Rendering } from "./publish.ts";
import { onlyPage, onlyQueries, type RouteConfiguration, routeConfiguration } from "./routes.ts";
import {
  isQueryService,
  type LocalService,
  listenerOf,
  type NamedClient,
  requireSoundServices,
} from "./service-input.ts";
import { type SecretFile, serviceSecretFiles, serviceTls } from "./tls.ts";

/** What the services add to an Envoy. */
export interface ServiceParts {
  readonly listeners: readonly Listener[];
  readonly clusters: readonly Cluster[];
  /** Concurrent connections from outside: the sum of their shares. */
  readonly connections: number;
}

/** Requests that a service's server gets at once; a further one is answered with 503. */
const requestsAtOnce = 8;

export function serviceParts(services: readonly LocalService[], limits: Limits): ServiceParts {
  const listeners = services.map((service) => localListener(service, limits));
  return {
    listeners,
    clusters: services.map((service) => breakingCluster(listenerOf(service), serverOf(service), requestsAtOnce)),
    connections: listeners.flatMap((one) => one.filter_chains).length * limits.connectionsPerSender,
  };
}

/** The files of secrets of those that demand certificates. */
export const serviceSecrets = (services: readonly LocalService[]): readonly SecretFile[] =>
  services.flatMap((service) => (service.clients === undefined ? [] : serviceSecretFiles(listenerOf(service))));

const serverOf = (service: LocalService) =>
  isQueryService(service) ? socket("127.0.0.1", ports.prometheus) : service.upstream.address;

function localListener(service: LocalService, limits: Limits): Listener {
  const name = listenerOf(service);
  const routes = isQueryService(service)
    ? onlyQueries(name, queryRoutes(service.queries.ui), service.queries.timeoutSeconds)
    : onlyPage(name, service.upstream.path, service.upstream.timeoutSeconds);
  const door: Door = {
    listener: name,
    statPrefix: name.replace("-", "_"),
    routes: routeConfiguration(name, routes),
    limits,
  };
  return listener(name, socket(service.host, service.port), {
    filter_chains:
      service.clients === undefined
        ? [{ name: "plain", filters: filtersOf(door) }]
        : clientChains(service.clients, door),
    access_log: [connectionLog()],
  });
}

/** What all chains of one listener have in common. */
interface Door {
  readonly listener: string;
  readonly statPrefix: string;
  readonly routes: RouteConfiguration;
  readonly limits: Limits;
}

/** The chain of clients without addresses. */
const fromAnywhere = "anywhere";

/**
 * A chain for each client with addresses, which accepts its name alone, and one for the names of all others. A client that is bound to an
 * address has no name in the last one, so it gets in from nowhere else.
 */
function clientChains(clients: readonly NamedClient[], door: Door): readonly FilterChain[] {
  const bound = clients.filter(({ addresses }) => addresses.length > 0);
  const others = clients.filter(({ addresses }) => addresses.length === 0);
  return [
    ...bound.map(({ name, dnsName, addresses }) => ({
      ...clientChain(name, [dnsName], door),
      filter_chain_match: { source_prefix_ranges: addresses.map(exactly) },
    })),
    ...(others.length === 0
      ? []
      : [
          clientChain(
            fromAnywhere,
            others.map(({ dnsName }) => dnsName),
            door,
          ),
        ]),
  ];
}

const clientChain = (name: string, dnsNames: readonly string[], door: Door): FilterChain => ({
  name,
  transport_socket: serviceTls(door.listener, dnsNames),
  transport_socket_connect_timeout: seconds(door.limits.handshakeSeconds),
  filters: filtersOf(door),
});

function filtersOf({ statPrefix, routes, limits }: Door): readonly Extension[] {
  return [
    connectionLimit(statPrefix, limits.connectionsPerSender),
    httpConnectionManager({
      statPrefix,
      codec: "AUTO",
      routes,
      filters: [bodyLimit(1), noBody],
      accessLog: ingestRequestLog(),
      limits,
      idleSeconds: limits.idleSeconds,
    }),
  ];
}

export interface StandaloneInput {
  /** Names this Envoy, for example the machine's name. */
  readonly nodeId: string;
  readonly services: readonly LocalService[];
  readonly limits?: Partial<Limits>;
}

/**
 * An Envoy with metrics services and no link, for a machine that is not a host of a stack.
 * @throws InvalidInputError when two services are in each other's way, or one would open more than its page
 */
export function renderServices(input: StandaloneInput): Rendering {
  requireSoundServices(input.services);
  const limits = { ...defaultLimits, ...input.limits };
  const { heapBytes } = limits;
  const parts = serviceParts(input.services, limits);
  return {
    bootstrap: bootstrap({ nodeId: input.nodeId, role: "service", heapBytes, ...parts }),
    secrets: serviceSecrets(input.services),
  };
}
