import { z } from "zod";
import { authority, client, listenAddr, serviceName } from "./metrics-services.ts";
import { duration, flag, key, list } from "./values.ts";

const service = z.strictObject(
  {
    name: key(serviceName, {
      description: "The service's name. Part of counters and file names.",
      range: "1 to 30 of a-z, 0-9 and `-`, each once",
      example: "grafana",
    }),
    enabled: key(flag("if the service listens").default(false), {
      description: "Whether the service listens. Without it nothing does, as if the entry were not there.",
      example: "false",
      affects: "with the first one, the account's intermediate issues the leaf `link-web.` and `pki.dnsName`",
    }),
    listenAddr: key(listenAddr.default("0.0.0.0:3090"), {
      description:
        "Where it listens: `127.0.0.1` for this machine alone, `0.0.0.0` for the network. Only the link's own units can bind these ports.",
      range: "one of both with a port of 1024 to 9902, none of the link's",
      example: "0.0.0.0:3090",
    }),
    ui: key(flag("if the UI is served").default(false), {
      description:
        "Whether people see Prometheus' own pages too, and not the query API alone. [Not every build of Prometheus has them](queries.md#the-ui).",
      example: "true",
    }),
    timeout: key(duration("1s", "25s", "how long a query may take").default("25s"), {
      description: "How long an answer may take. Prometheus ends a query when its client is gone.",
      example: "25s",
    }),
    caCerts: key(
      z
        .array(authority, { error: "a list of authorities" })
        .max(2, { error: "at most two files: the old and the new root of one owner" })
        .default([]),
      { description: "Roots of the readers.", example: "[]" },
    ),
    clients: key(list(client, 20, "clients").default([]), { description: "Who may query.", example: "[]" }),
  },
  { error: "a section with the keys name, enabled, listenAddr, ui, timeout, caCerts, clients" },
);

/** What of the host's Prometheus reads, each for named clients of one owner (docs/decisions/0828). */
export const queryServices = z
  .array(service, { error: "a list of query services" })
  .max(8, { error: "at most 8 query services" })
  .default([]);
