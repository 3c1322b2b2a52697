/** The ports at which a host can be scraped from outside. */
import type { Known } from "./known.ts";

export interface ScrapedListener {
  /** Where the configuration declares it, for a message. */
  readonly key: string;
  readonly port: number;
}

/** Each way of serving metrics to another machine, as a function of the configuration. */
const kinds: readonly ((known: Known) => readonly ScrapedListener[])[] = [];

/** Every listener that the configuration declares for scrapers. `network.scrapedBy` may open these ports and no others. */
export const scrapedListeners = (known: Known): readonly ScrapedListener[] => kinds.flatMap((kind) => kind(known));
