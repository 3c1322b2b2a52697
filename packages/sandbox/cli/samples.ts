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
 * @param externalLabels labels that the sender's Prometheus adds to series without them
 */
export function compareSamples(
  sent: readonly RawSeries[],
  received: readonly RawSeries[],
  externalLabels: Readonly<Record<string, string>>,
): Comparison {
  const receivedByKey = new Map(received.map((series) => [keyOf(series.metric), samplesOf(series)]));
  const examples: string[] = [];
  const note = (text: string) => {
    if (examples.length < 5) examples.push(text);
  };
  let [compared, different] = [0, 0];
  const [missing, unexpected] = [new Instants(), new Instants()];
  for (const series of sent) {
    const key = keyOf({ ...externalLabels, ...series.metric });
    const there = receivedByKey.get(key) ?? new Map<number, string>();
    receivedByKey.delete(key);
    const here = samplesOf(series);
    for (const [instant, value] of here) {
      compared += 1;
      const found = there.get(instant);
      if (found === undefined) {
        missing.add(instant);
        note(`missing: ${key} at ${instant} ms`);
      } else if (found !== value) {
        different += 1;
        note(`different: ${key} at ${instant} ms is ${value} here and ${found} there`);
      }
      there.delete(instant);
    }
    for (const instant of there.keys()) {
      unexpected.add(instant);
      note(`unexpected: ${key} at ${instant} ms`);
    }
  }
  for (const [key, samples] of receivedByKey) {
    for (const instant of samples.keys()) unexpected.add(instant);
    if (samples.size > 0) note(`unexpected series: ${key}`);
  }
  return {
    series: sent.length,
    compared,
    missing: missing.count,
    different,
    unexpected: unexpected.count,
    missingBetween: missing.between,
    unexpectedBetween: unexpected.between,
    examples,
  };
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

function samplesOf(series: RawSeries): Map<number, string> {
  return new Map((series.values ?? []).map(([seconds, value]) => [Math.round(seconds * 1000), value]));
}
