import { candidatesOf, type FormerlyLate } from "./candidates.ts";
import { type Found, foundOf, keyOf, type LateWatch, lateSpan, seriesLimit } from "./late.ts";
import type { Label } from "./messages.ts";
import { readSeries, type SeriesSpan } from "./read.ts";
import { seriesName } from "./refused.ts";
import type { RepairSettings } from "./settings.ts";
import { type Tally, transfer } from "./transfer.ts";
import type { Write } from "./write.ts";
import type { Sample } from "./xor-chunk.ts";

const namesKept = 10;
/** So many series are read in one request, or fewer with labels of so many characters. */
const seriesPerRead = 200;
const charactersPerRead = 1_000_000;
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
  { prometheusUrl, externalLabels }: RepairSettings,
  { watch, formerly }: { readonly watch: LateWatch; readonly formerly: FormerlyLate },
  moment: { readonly at: number; readonly marginMs: number },
  write: Write,
  allowance: (samples: number) => Promise<void>,
): Promise<LateSearch> {
  const candidates = await candidatesOf(prometheusUrl, moment.marginMs);
  formerly.note(candidates, moment.at);
  const found: Found[] = [];
  const names = new Set<string>();
  let uncovered = candidates.beyond;
  const { from, to } = lateSpan(watch);
  async function* missing(): AsyncGenerator<SeriesSpan> {
    for (const wanted of reads([...candidates.series, ...formerly.series])) {
      // Up to now: the marker of a series' end may be younger than what may be missing of it.
      const source = readSeries(`${prometheusUrl}/api/v1/read`, { from, to: Math.max(to, moment.at) }, wanted);
      for await (const { key, labels, samples: all } of wholeSeries(source)) {
        // A matcher finds series with more labels, too.
        if (!wanted.some((one) => isSame(one, labels, externalLabels))) continue;
        const samples = all.filter(({ time }) => time <= to);
        // It has ended, and its end was stored in time.
        if (samples.length === 0 || all.at(-1)?.bits === staleMarker) continue;
        if (found.length === seriesLimit) {
          uncovered += 1;
          continue;
        }
        const times = samples.map(({ time }) => time);
        const one = foundOf(watch, moment, key, times);
        found.push(one);
        if (one.isLate && names.size < namesKept) names.add(seriesName(labels));
        const copied = watch.copied[key] ?? Number.NEGATIVE_INFINITY;
        yield { labels, samples: samples.filter(({ time }) => time > copied), histograms: 0 };
      }
    }
  }
  const tally = await transfer(missing(), write, allowance);
  return { found, names: [...names], uncovered, tally };
}

/** Splits series into requests. */
function* reads(series: readonly (readonly Label[])[]): Generator<readonly (readonly Label[])[]> {
  let [part, characters]: [(readonly Label[])[], number] = [[], 0];
  for (const labels of series) {
    part.push(labels);
    characters += labels.reduce((sum, { name, value }) => sum + name.length + value.length, 0);
    if (part.length < seriesPerRead && characters < charactersPerRead) continue;
    yield part;
    [part, characters] = [[], 0];
  }
  if (part.length > 0) yield part;
}

/** Remote read adds the external labels that a series does not have. */
function isSame(
  wanted: readonly Label[],
  labels: readonly Label[],
  externalLabels: RepairSettings["externalLabels"],
): boolean {
  const own = new Map(wanted.map(({ name, value }) => [name, value]));
  let matched = 0;
  for (const { name, value } of labels) {
    if (own.get(name) === value) matched += 1;
    else if (own.has(name) || !Object.hasOwn(externalLabels, name)) return false;
  }
  return matched === own.size;
}

interface WholeSeries {
  readonly key: string;
  readonly labels: readonly Label[];
  readonly samples: Sample[];
}

/** Joins the parts of a series that spans several frames. */
async function* wholeSeries(source: AsyncIterable<SeriesSpan>): AsyncGenerator<WholeSeries> {
  let current: WholeSeries | undefined;
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
