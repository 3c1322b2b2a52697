import { LinkError, parseJson } from "@metrics-link/contract";
import * as z from "zod/mini";
import { ask } from "../common/http.ts";
import { instantQuery } from "../common/prometheus.ts";
import {
  candidatesLimit,
  type Found,
  foundOf,
  keyOf,
  type LateWatch,
  labelsOf,
  lateQuery,
  lateSpan,
  seriesLimit,
} from "./late.ts";
import type { Label } from "./messages.ts";
import { readSeries, type SeriesSpan } from "./read.ts";
import { seriesName } from "./refused.ts";
import { type Tally, transfer } from "./transfer.ts";
import type { Write } from "./write.ts";
import type { Sample } from "./xor-chunk.ts";

const answer = z.object({
  data: z.object({ result: z.array(z.object({ metric: z.record(z.string(), z.string()) })) }),
});

const queryTimeoutMs = 60_000;
const namesKept = 10;
/** So many series are read in one request. */
const seriesPerRead = 200;
/** Prometheus' mark for a series that has ended (model/value/value.go, StaleNaN). */
const staleMarker = 0x7ff0000000000002n;

export interface LateSearch {
  readonly found: readonly Found[];
  /** The first of those that are late for certain, by name. */
  readonly names: readonly string[];
  /** Series above the limit: not copied. */
  readonly uncovered: number;
  readonly tally: Tally;
}

/**
 * Finds the series whose samples are stored late, and writes to the receiver what may be missing of them.
 * @param allowance waits until this many samples may be written
 * @throws LinkError when Prometheus does not answer, Unavailable when the link does not
 */
export async function searchLate(
  prometheusUrl: string,
  watch: LateWatch,
  { at, marginMs }: { readonly at: number; readonly marginMs: number },
  write: Write,
  allowance: (samples: number) => Promise<void>,
): Promise<LateSearch> {
  const { candidates, beyond } = await seriesWithoutRecentSample(prometheusUrl, marginMs);
  let uncovered = beyond;
  const found: Found[] = [];
  const names: string[] = [];
  async function* missing(): AsyncGenerator<SeriesSpan> {
    for (let start = 0; start < candidates.length; start += seriesPerRead) {
      const source = readSeries(
        `${prometheusUrl}/api/v1/read`,
        lateSpan(watch),
        candidates.slice(start, start + seriesPerRead),
      );
      for await (const { labels, samples } of wholeSeries(source)) {
        // It has ended, and its end was stored in time.
        if (samples.length === 0 || samples.at(-1)?.bits === staleMarker) continue;
        const key = keyOf(labels);
        if (found.length === seriesLimit) {
          uncovered += 1;
          continue;
        }
        const times = samples.map(({ time }) => time);
        const one = foundOf(watch, at, key, times);
        found.push(one);
        if (one.isLate && names.length < namesKept) names.push(seriesName(labels));
        const copied = watch.copied[key] ?? Number.NEGATIVE_INFINITY;
        yield { labels, samples: samples.filter(({ time }) => time > copied), histograms: 0 };
      }
    }
  }
  const tally = await transfer(missing(), write, allowance);
  return { found, names, uncovered, tally };
}

async function seriesWithoutRecentSample(
  prometheusUrl: string,
  marginMs: number,
): Promise<{ readonly candidates: readonly (readonly Label[])[]; readonly beyond: number }> {
  const expression = lateQuery(marginMs);
  // One more than are looked at: the whole list may be larger than this process.
  const query = `query=${encodeURIComponent(expression)}&limit=${candidatesLimit + 1}`;
  const { status, body } = await ask({ url: `${prometheusUrl}/api/v1/query?${query}`, timeoutMs: queryTimeoutMs });
  if (status !== 200) {
    const what = `Prometheus answers ${status} to the search for late samples: ${body.slice(0, 500)}`;
    throw new LinkError("REQUEST_FAILED", { what });
  }
  const { result } = parseJson(answer, body, "the answer to the search for late samples").data;
  const candidates = result.slice(0, candidatesLimit).map(({ metric }) => labelsOf(metric));
  if (result.length <= candidatesLimit) return { candidates, beyond: 0 };
  const [counted] = await instantQuery({ ask }, prometheusUrl, `count(${expression})`, queryTimeoutMs);
  return { candidates, beyond: Math.max(1, Number(counted?.value?.[1] ?? 0) - candidatesLimit) };
}

/** Joins the parts of a series that spans several frames. */
async function* wholeSeries(source: AsyncIterable<SeriesSpan>): AsyncGenerator<Omit<SeriesSpan, "histograms">> {
  let current: { key: string; labels: readonly Label[]; samples: Sample[] } | undefined;
  for await (const { labels, samples } of source) {
    const key = keyOf(labels);
    if (current?.key === key) {
      current.samples.push(...samples);
      continue;
    }
    if (current) yield current;
    current = { key, labels, samples: [...samples] };
  }
  if (current) yield current;
}
