import { Parser } from "yaml";
import type { YamlReading } from "./yaml.ts";

/** The only key of a file of `scrape_config_files` (Prometheus, config.go, `ScrapeConfigs`). */
const scrapeFileKey = "scrape_configs";

/** The jobs of a file, and the path at which they stand: a list, or a mapping with the list below its only key. */
export function jobsIn(value: unknown): { readonly path: readonly string[]; readonly jobs: unknown } {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return { path: [], jobs: value };
  const [[key, jobs] = [], ...more] = Object.entries(value);
  return key === scrapeFileKey && more.length === 0 ? { path: [scrapeFileKey], jobs } : { path: [], jobs: value };
}

/** The text of a file as Prometheus takes it in `scrape_config_files`. */
export interface PlacedText {
  readonly text: string;
  /** How many lines were put before the first job, for messages that count the placed text's. */
  readonly linesBefore: number;
}

/**
 * The text that Prometheus takes: a mapping as it is, a list with its key in front. Every other byte stays.
 * @param reading of the text, without faults
 */
export function placedText(bytes: string, { value }: YamlReading): PlacedText {
  if (!Array.isArray(value)) return { text: bytes, linesBefore: 0 };
  const [mark] = /^\uFEFF?/.exec(bytes) ?? [""];
  const { text, linesBefore } = withKey(bytes.slice(mark.length));
  return { text: `${mark}${text}`, linesBefore };
}

function withKey(text: string): PlacedText {
  const document = [...new Parser().parse(text)].find(({ type }) => type === "document");
  const tokens = document?.type === "document" ? document.start : [];
  const list = document?.type === "document" ? document.value : undefined;
  // Nothing may stand between a key and a flow list at the beginning of a line, nor between a key and a block list.
  if (list?.type === "flow-collection") {
    const first = tokens.find(({ type }) => type === "anchor" || type === "tag") ?? list;
    return { text: inserted(text, first.offset, `${scrapeFileKey}: `), linesBefore: 0 };
  }
  const start = tokens.find(({ type }) => type === "doc-start");
  if (start !== undefined)
    return { text: inserted(text, start.offset + start.source.length, `\n${scrapeFileKey}:`), linesBefore: 1 };
  return { text: `${scrapeFileKey}:\n${text}`, linesBefore: 1 };
}

const inserted = (text: string, at: number, what: string) => `${text.slice(0, at)}${what}${text.slice(at)}`;
