import { shortened } from "@metrics-link/contract";
import { asSent } from "@metrics-link/release";

/** A series of Prometheus' HTTP API, as a range selector returns it: raw samples, nothing interpolated. */
export interface RawSeries {
  readonly metric: Readonly<Record<string, string>>;
  /** Timestamp in seconds with milliseconds as fraction, value as Prometheus prints it. */
  readonly values?: readonly (readonly [number, string])[] | undefined;
}

export type Between = readonly [first: number, last: number];

/** The sender's samples compared with the receiver's. */
export interface Comparison {
  readonly series: number;
  readonly compared: number;
  /** At the sender but not at the receiver. */
  readonly missing: number;
  /**
   * How many of the missing ones are newer than everything that the receiver has of their series. The queue sends a
   * series in order, so these may still be in it. The other missing ones were overtaken: only the repairer brings them.
   */
  readonly waiting: number;
  /** At both at the same instant, with different values. */
  readonly different: number;
  /** At the receiver under this sender's labels, but not at the sender. */
  readonly unexpected: number;
  /** First and last missing instant, in milliseconds since the epoch; undefined when nothing is missing. */
  readonly missingBetween: Between | undefined;
  readonly unexpectedBetween: Between | undefined;
  /** A few examples of differences, as text. */
  readonly examples: readonly string[];
}

/**
 * Compares raw samples, series by series, by timestamp and value.
 * @param externalLabels the sender's identity
 */
export function compareSamples(
  sent: readonly RawSeries[],
  received: readonly RawSeries[],
  externalLabels: Readonly<Record<string, string>>,
): Comparison {
  const receivedByKey = new Map(received.map((series) => [keyOf(series.metric), series]));
  const differences: Difference[] = [];
  const note = (kind: string, metric: RawSeries["metric"], { count, between }: Instants) => {
    if (between !== undefined) differences.push({ kind, metric, count, between });
  };
  let [compared, different, waiting] = [0, 0, 0];
  const [missing, unexpected] = [new Instants(), new Instants()];
  const leave = (metric: RawSeries["metric"], samples: ReadonlyMap<number, string>) => {
    const left = new Instants();
    for (const instant of samples.keys()) {
      left.add(instant);
      unexpected.add(instant);
    }
    note("unexpected", metric, left);
  };
  for (const { metric, values } of sent) {
    const key = keyOf(asSent(metric, externalLabels));
    const there = samplesOf(receivedByKey.get(key)?.values);
    receivedByKey.delete(key);
    const newest = Math.max(...there.keys());
    const found = { lost: new Instants(), waiting: new Instants(), different: new Instants() };
    for (const [instant, value] of samplesOf(values)) {
      compared += 1;
      const arrived = there.get(instant);
      if (arrived === undefined) {
        missing.add(instant);
        found[instant > newest ? "waiting" : "lost"].add(instant);
      } else if (arrived !== value) {
        found.different.add(instant);
      }
      there.delete(instant);
    }
    different += found.different.count;
    waiting += found.waiting.count;
    note("missing", metric, found.lost);
    note("not yet received", metric, found.waiting);
    note("different", metric, found.different);
    leave(metric, there);
  }
  for (const { metric, values } of receivedByKey.values()) leave(metric, samplesOf(values));
  return {
    series: sent.length,
    compared,
    missing: missing.count,
    waiting,
    different,
    unexpected: unexpected.count,
    missingBetween: missing.between,
    unexpectedBetween: unexpected.between,
    examples: differences.toSorted(mostTelling).slice(0, 5).map(describe),
  };
}

/** The counts of a comparison, for a person. */
export function describeCounts(found: Omit<Comparison, "missingBetween" | "unexpectedBetween" | "examples">): string {
  const { compared, series, missing, waiting, different, unexpected } = found;
  const parts = [
    ...(missing - waiting > 0 ? [`${missing - waiting} overtaken, which only the repairer brings`] : []),
    ...(waiting > 0 ? [`${waiting} not yet received`] : []),
  ];
  return (
    `${compared} samples of ${series} series compared, ${missing} missing` +
    `${parts.length > 0 ? ` (${parts.join("; ")})` : ""}, ${different} different, ${unexpected} unexpected`
  );
}

/** What differs in one series. */
interface Difference {
  readonly kind: string;
  readonly metric: RawSeries["metric"];
  readonly count: number;
  readonly between: Between;
}

/** The user's own series before those of the link's hosts, what is lost before what may still arrive, large before small. */
function mostTelling(one: Difference, other: Difference): number {
  const ofTheLink = ({ metric }: Difference) => Number(metric.link_side !== undefined);
  const mayArrive = ({ kind }: Difference) => Number(kind === "not yet received");
  return ofTheLink(one) - ofTheLink(other) || mayArrive(one) - mayArrive(other) || other.count - one.count;
}

const describe = ({ kind, metric, count, between: [first, last] }: Difference): string => {
  const at = first === last ? `at ${timeOf(first)}` : `from ${timeOf(first)} to ${timeOf(last)}`;
  return `${kind}: ${count} ${count === 1 ? "sample" : "samples"} of ${selectorOf(metric)} ${at}`;
};

const timeOf = (milliseconds: number): string => new Date(milliseconds).toISOString();

/** A series as PromQL selects it; a label may have megabytes, so each value is shortened. */
function selectorOf({ __name__: name = "", ...labels }: RawSeries["metric"]): string {
  const shown = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(shortened(value, 60))}`);
  const left = shown.length - 12;
  return `${shortened(name, 100)}{${[...shown.slice(0, 12), ...(left > 0 ? [`and ${left} more labels`] : [])].join(", ")}}`;
}

/** Counts instants and remembers the ends of the span that they lie in. */
class Instants {
  count = 0;
  between: Between | undefined;

  add(instant: number): void {
    const [first, last] = this.between ?? [instant, instant];
    this.between = [Math.min(first, instant), Math.max(last, instant)];
    this.count += 1;
  }
}

function keyOf(labels: Readonly<Record<string, string>>): string {
  const names = Object.keys(labels).toSorted();
  return JSON.stringify(names.map((name) => [name, labels[name]]));
}

function samplesOf(values: RawSeries["values"]): Map<number, string> {
  return new Map((values ?? []).map(([seconds, value]) => [Math.round(seconds * 1000), value]));
}
