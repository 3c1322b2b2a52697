import type { Effects } from "../agent/effects.ts";

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

/** One series of an instant query's answer: [seconds since 1970, value as Prometheus writes it]. */
export interface Series {
  readonly value: readonly [number, string];
}

/**
 * An instant query, at the present moment.
 * @param baseUrl Prometheus' own, without a path
 * @throws Error when Prometheus does not answer with 200
 */
export async function instantQuery(
  effects: Effects,
  baseUrl: string,
  expression: string,
  queryTimeoutMs = timeoutMs,
): Promise<readonly Series[]> {
  const url = `${baseUrl}/api/v1/query?query=${encodeURIComponent(expression)}`;
  const { status, body } = await effects.ask({ url, timeoutMs: queryTimeoutMs });
  if (status !== 200) throw new Error(`${baseUrl} answers ${status} to ${expression}`);
  const { data } = JSON.parse(body) as { data: { result: readonly Series[] } };
  return data.result;
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
