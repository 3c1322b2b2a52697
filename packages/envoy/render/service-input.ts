import { isIPv4 } from "node:net";
import type { Problem } from "@metrics-link/contract";
import { isPagePath, isServicePort, isServiceServer, ownPage } from "@metrics-link/release";
import { dnsName, peerName, refuse } from "./input.ts";
import type { Address } from "./messages.ts";

/** A client of a listener that is not the link's. */
export interface NamedClient {
  readonly name: string;
  /** The one name that its certificate must carry. */
  readonly dnsName: string;
  /** Where it connects from, IPv4. Empty: from anywhere. */
  readonly addresses: readonly string[];
}

/** Where a service listens, and for whom. */
interface Place {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** Absent: in clear, on loopback alone. All clients are of one root, which a file of the release holds. */
  readonly clients?: readonly NamedClient[] | undefined;
}

/** A metrics service: one page of a server on this machine, for named clients (docs/metrics-services.md). */
export interface MetricsService extends Place {
  readonly upstream: {
    /** Loopback or a unix socket. */
    readonly address: Address;
    /** Compared as sent. */
    readonly path: string;
    readonly timeoutSeconds: number;
  };
}

/** What of this host's Prometheus reads, for named clients (docs/queries.md). */
export interface QueryService extends Place {
  readonly clients: readonly NamedClient[];
  readonly queries: { readonly ui: boolean; readonly timeoutSeconds: number };
}

export type LocalService = MetricsService | QueryService;

export const isQueryService = (service: LocalService): service is QueryService => "queries" in service;

/** Its listener, its cluster, and the folder of its clients' roots. */
export const listenerOf = (service: LocalService): string =>
  `${isQueryService(service) ? "queries" : "service"}-${service.name}`;

/** @throws InvalidInputError listing every problem by which a service would serve more than is declared, or to others */
export function requireSoundServices(services: readonly LocalService[]): void {
  const places = services.map(({ port }) => port);
  const listeners = services.map(listenerOf);
  refuse("A service for others cannot be rendered", [
    ...services.flatMap((service, index) => {
      const key = `${isQueryService(service) ? "queryServices" : "metricsServices"} ${service.name}`;
      return [
        ...(peerName.test(service.name) && service.name.length <= 30
          ? []
          : [
              { key: `${key}.name`, value: service.name, remedy: "1 to 30 of a-z, 0-9 and -, beginning with a letter" },
            ]),
        ...(listeners.indexOf(listenerOf(service)) < index
          ? [{ key: `${key}.name`, value: service.name, remedy: "a name that no other service has" }]
          : []),
        ...(places.indexOf(service.port) < index
          ? [{ key: `${key}.listenAddr`, value: service.port, remedy: "a port that no other service has" }]
          : []),
        ...placeProblems(`${key}.listenAddr`, service),
        ...clientProblems(`${key}.clients`, service.clients),
        ...(isQueryService(service)
          ? timeoutProblems(`${key}.timeout`, service.queries.timeoutSeconds)
          : upstreamProblems(`${key}.upstream`, service.upstream)),
      ];
    }),
  ]);
}

function placeProblems(key: string, { host, port, clients }: LocalService): Problem[] {
  const shown = `${host}:${port}`;
  if (!isServicePort(port)) return [{ key, value: shown, remedy: "a port of 1024 to 9902 that the link does not use" }];
  if (host === "127.0.0.1" || (host === "0.0.0.0" && clients !== undefined)) return [];
  return [{ key, value: shown, remedy: "127.0.0.1, or with client certificates 0.0.0.0" }];
}

function clientProblems(key: string, clients: readonly NamedClient[] | undefined): Problem[] {
  if (clients?.length === 0) return [{ key, value: clients, remedy: "at least one client; none would mean nobody" }];
  return (clients ?? []).flatMap((client, index): Problem[] => {
    const before = (clients ?? []).slice(0, index);
    const at = `${key}[${index}]`;
    return [
      ...(peerName.test(client.name) && client.name !== "anywhere"
        ? []
        : [{ key: `${at}.name`, value: client.name, remedy: "a-z, 0-9 and -, beginning with a letter; not anywhere" }]),
      ...(dnsName.test(client.dnsName)
        ? []
        : [{ key: `${at}.dnsName`, value: client.dnsName, remedy: "one lower-case DNS name without a wildcard" }]),
      ...(before.some(({ name }) => name === client.name)
        ? [{ key: `${at}.name`, value: client.name, remedy: "a name that no other client has" }]
        : []),
      ...(before.some((other) => other.dnsName === client.dnsName)
        ? [{ key: `${at}.dnsName`, value: client.dnsName, remedy: "a name that no other client has" }]
        : []),
      ...client.addresses
        .filter(
          (address, place) =>
            !isIPv4(address) ||
            client.addresses.indexOf(address) < place ||
            before.some(({ addresses }) => addresses.includes(address)),
        )
        .map((value) => ({ key: `${at}.addresses`, value, remedy: "single IPv4 addresses, each of one client, once" })),
    ];
  });
}

function upstreamProblems(key: string, { address, path, timeoutSeconds }: MetricsService["upstream"]): Problem[] {
  const server = serverOf(address);
  const page = ownPage(server);
  return [
    ...(isServiceServer(server)
      ? []
      : [{ key: `${key}.address`, value: server, remedy: "127.0.0.1 with a port, or a unix socket below /run" }]),
    ...(isPagePath(path)
      ? []
      : [{ key: `${key}.path`, value: path, remedy: "a path such as /metrics, without a query and dot segments" }]),
    ...(page === undefined || page === path
      ? []
      : [{ key: `${key}.path`, value: path, remedy: `${page}: the host's own server has no other metrics` }]),
    ...timeoutProblems(`${key}.timeout`, timeoutSeconds),
  ];
}

/** Below the time after which Envoy ends a request on which nothing moves. */
const timeoutProblems = (key: string, seconds: number): Problem[] =>
  Number.isInteger(seconds) && seconds >= 1 && seconds <= 25
    ? []
    : [{ key, value: seconds, remedy: "1 to 25 seconds" }];

const serverOf = ({ socket_address: socket, pipe }: Address): string =>
  socket === undefined ? (pipe?.path ?? "") : `${socket.address}:${socket.port_value}`;
