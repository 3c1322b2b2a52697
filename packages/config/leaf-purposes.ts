import type { LeafPurpose } from "@metrics-link/contract";
import type { Configuration } from "./schema.ts";

/** What a stack needs leaves for besides the link: none is made for a section that is not there. */
export function leafPurposesOf({ prometheus, nodeExporter, queryServices }: Configuration): readonly LeafPurpose[] {
  const wanted = {
    scrape: prometheus.scrapeIdentity,
    exporter: nodeExporter.exposed !== undefined,
    web: queryServices.some(({ enabled }) => enabled),
  } satisfies Partial<Record<LeafPurpose, boolean>>;
  return (Object.keys(wanted) as (keyof typeof wanted)[]).filter((purpose) => wanted[purpose]);
}
