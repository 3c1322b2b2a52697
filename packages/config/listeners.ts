/** The ports at which a host can be scraped or queried from outside. */

import { ports } from "@metrics-link/release";
import type { Known } from "./known.ts";
import type { Configuration } from "./schema.ts";

export interface ScrapedListener {
  /** Where the configuration declares it, for a message. */
  readonly key: string;
  readonly port: number;
}

/** Where a metrics service or a query service listens for the network; undefined if it does for this host alone, or not at all. */
export function networkPortOf(service: {
  readonly enabled?: boolean | undefined;
  readonly listenAddr?: string | undefined;
}): number | undefined {
  const [, port] = /^0\.0\.0\.0:(\d+)$/.exec(service.listenAddr ?? "") ?? [];
  return service.enabled === true && port !== undefined ? Number(port) : undefined;
}

/** The sections that declare listeners. */
type Declared = Pick<Known, "metricsServices" | "queryServices" | "nodeExporter">;

const services = (known: Declared): readonly ScrapedListener[] =>
  (["metricsServices", "queryServices"] as const).flatMap((section) =>
    (known[section] ?? []).flatMap((service, index) => {
      const port = networkPortOf(service ?? {});
      return port === undefined ? [] : [{ key: `${section}[${index}].listenAddr`, port }];
    }),
  );

const exporter = ({ nodeExporter }: Declared): readonly ScrapedListener[] =>
  nodeExporter?.exposed === undefined ? [] : [{ key: "nodeExporter.exposed", port: ports.exporter }];

/** Each way of answering another machine, as a function of the configuration. */
const kinds: readonly ((known: Declared) => readonly ScrapedListener[])[] = [services, exporter];

/** Every listener that the configuration declares for scrapers. `network.scrapedBy` may open these ports and no others. */
export const scrapedListeners = (known: Declared): readonly ScrapedListener[] => kinds.flatMap((kind) => kind(known));

/** The ranges that may connect to such a port, for the unit that listens there. */
export const scrapersOf = ({ scrapedBy }: Configuration["network"], port: number): readonly string[] => [
  ...new Set(scrapedBy.filter(({ ports }) => ports.includes(port)).map(({ cidr }) => cidr)),
];
