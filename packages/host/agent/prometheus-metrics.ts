import type { Effects } from "./effects.ts";

/** One reading of a `/metrics` page. */
export interface Metrics {
  /** The sum over the series of a name, those whose labels contain `label`; undefined when there is none. */
  sum(name: string, label?: string): number | undefined;
}

const timeoutMs = 5_000;

/** Reads Prometheus' own metrics as they are now; what it has scraped of itself is up to one interval old. */
export async function readMetrics(effects: Effects, url: string): Promise<Metrics> {
  const { status, body } = await effects.ask({ url, timeoutMs });
  if (status !== 200) throw new Error(`${url} answers ${status}, not 200`);
  return parseMetrics(body);
}

/** The text format of Prometheus, as far as plain numbers go (exposition format 0.0.4). */
export function parseMetrics(text: string): Metrics {
  const series = new Map<string, { readonly labels: string; readonly value: number }[]>();
  for (const [, name = "", labels = "", value] of text.matchAll(/^([A-Za-z_:][\w:]*)(\{.*\})? (\S+)/gm)) {
    const known = series.get(name) ?? [];
    known.push({ labels, value: Number(value) });
    series.set(name, known);
  }
  return {
    sum: (name, label = "") => {
      const found = series.get(name)?.filter(({ labels }) => labels.includes(label)) ?? [];
      return found.length === 0 ? undefined : found.reduce((total, { value }) => total + value, 0);
    },
  };
}
