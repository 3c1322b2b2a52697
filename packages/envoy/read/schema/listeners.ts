import { z } from "zod";
import { httpFilters, httpManager, routes } from "./http.ts";
import { known as limits } from "./limits.ts";
import { connections, egressRequests, ingestRequests, localFailures } from "./logs.ts";
import { address, any, bufferBytes, byField, extension, name, whole } from "./messages.ts";
import { isOfQueries, isService } from "./services.ts";
import { downstreamTls, serviceTls } from "./tls.ts";

const connectionLimit = (prefix: z.ZodType<string>, most: number) =>
  extension("envoy.filters.network.connection_limit", "filters.network.connection_limit.v3.ConnectionLimit", {
    stat_prefix: prefix,
    max_connections: z.literal(most),
  });

const fields = (called: string, chains: z.ZodType, more: z.ZodRawShape) => ({
  name: z.literal(called),
  stat_prefix: z.literal(called),
  address,
  per_connection_buffer_limit_bytes: bufferBytes,
  filter_chains: chains,
  ...more,
});

const listener = (...parts: Parameters<typeof fields>) => z.strictObject(fields(...parts));

/** For plain-text listeners on loopback: no global connection limit, which guards against connections from outside. */
const exempt = { ignore_global_conn_limit: z.literal(true) };

const range = z.strictObject({ address_prefix: z.string(), prefix_len: whole(0, 32).optional() });

/** A filter chain with TLS. The rules check whom it admits. @param called the texts that its name decides */
function tlsChain(called: { readonly prefix: z.ZodType<string>; readonly name: z.ZodType<string> }, chosen: z.ZodType) {
  return z.strictObject({
    name,
    filter_chain_match: z.strictObject({ source_prefix_ranges: z.array(range).optional() }).optional(),
    transport_socket: downstreamTls.optional(),
    transport_socket_connect_timeout: z.literal(limits.handshake),
    filters: z.tuple([
      connectionLimit(called.prefix, limits.connectionsOfSender),
      httpManager({
        ...called,
        codec: "HTTP2",
        idle: limits.idle.ingest,
        routes: chosen,
        filters: httpFilters.bounded,
        accessLog: ingestRequests,
      }),
    ]),
  });
}

/**
 * The filter chains of the ingest listener. One schema reads the chains of all senders, and then compares the texts that a chain's
 * name decides: a schema for each of 1,000 senders took two seconds to build.
 */
function tlsChains() {
  const elsewhere = z.literal("elsewhere");
  const refusing = tlsChain({ prefix: elsewhere, name: elsewhere }, routes.unknownSource);
  const ofSender = tlsChain({ prefix: z.string(), name: z.string() }, routes.ingest).superRefine(
    ({ name: called, filters: [limit, { typed_config: manager }] }, context) => {
      const { route_config: route } = manager;
      const inManager = ["filters", 1, "typed_config"];
      const inRoute = [...inManager, "route_config"];
      const texts: readonly (readonly [path: PropertyKey[], found: string, expected: string])[] = [
        [["filters", 0, "typed_config", "stat_prefix"], limit.typed_config.stat_prefix, `sender_${called}`],
        [[...inManager, "stat_prefix"], manager.stat_prefix, `sender_${called}`],
        [[...inRoute, "name"], route.name, `ingest-${called}`],
        [[...inRoute, "virtual_hosts", 0, "name"], route.virtual_hosts[0].name, `ingest-${called}`],
      ];
      for (const [path, found, expected] of texts) {
        if (found !== expected) context.addIssue({ code: "custom", path, message: `expected "${expected}"` });
      }
    },
  );
  return z.array(byField("name", (called) => (called === "elsewhere" ? refusing : ofSender)));
}

const ingest = fields("ingest", tlsChains(), { access_log: connections });

/** The listener file: envoy.service.discovery.v3.DiscoveryResponse with that listener, or with none while nobody is admitted. */
export const ingestFile = z.strictObject({
  resources: z.array(any("envoy.config.listener.v3.Listener", ingest)).max(1),
});

const plain = (called: string, ...filters: [z.ZodType, ...z.ZodType[]]) =>
  z.tuple([z.strictObject({ name: z.literal(called), filters: z.tuple(filters) })]);

const ready = listener(
  "ready",
  plain(
    "ready",
    connectionLimit(z.literal("ready"), limits.connectionsOfReady),
    httpManager({
      prefix: z.literal("ready"),
      name: z.literal("ready"),
      codec: "HTTP1",
      idle: limits.idle.ready,
      routes: routes.ready,
      filters: httpFilters.healthCheck,
      accessLog: localFailures,
    }),
  ),
  {},
);

const egress = listener(
  "egress",
  plain(
    "egress",
    httpManager({
      prefix: z.literal("egress"),
      name: z.literal("egress"),
      codec: "HTTP1",
      idle: limits.idle.local,
      routes: routes.egress,
      filters: httpFilters.direct,
      accessLog: egressRequests,
    }),
  ),
  exempt,
);

const metrics = listener(
  "metrics",
  plain(
    "metrics",
    httpManager({
      prefix: z.literal("metrics"),
      name: z.literal("metrics"),
      codec: "HTTP1",
      idle: limits.idle.local,
      routes: routes.metrics,
      filters: httpFilters.direct,
      accessLog: localFailures,
    }),
  ),
  // Metrics stay available while Envoy sheds load.
  { ...exempt, bypass_overload_manager: z.literal(true) },
);

/** A metrics service or a query service. The rules check whom it admits, and to what. */
function service(called: string) {
  const prefix = z.literal(called.replace("-", "_"));
  const filters = z.tuple([
    connectionLimit(prefix, limits.connectionsOfService),
    httpManager({
      prefix,
      name: z.literal(called),
      codec: "AUTO",
      idle: limits.idle.ingest,
      routes: isOfQueries(called) ? routes.queries : routes.service,
      filters: httpFilters.noBody,
      accessLog: ingestRequests,
    }),
  ]);
  const chain = z.strictObject({
    name,
    filter_chain_match: z.strictObject({ source_prefix_ranges: z.array(range).min(1) }).optional(),
    transport_socket: serviceTls.optional(),
    transport_socket_connect_timeout: z.literal(limits.handshake).optional(),
    filters,
  });
  return listener(called, z.array(chain).min(1), { access_log: connections });
}

/** envoy.config.listener.v3.Listener: the known ones. @param withIngest whether the ingest listener stands among them */
export function listeners(withIngest: boolean) {
  const known: Readonly<Record<string, z.ZodType>> = {
    ...(withIngest ? { ingest: z.strictObject(ingest) } : {}),
    ready,
    egress,
    metrics,
  };
  return z.array(
    byField("name", (called) => {
      if (isService(called)) return service(called);
      return Object.hasOwn(known, called) ? known[called] : undefined;
    }),
  );
}
