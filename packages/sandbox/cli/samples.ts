/** A series of Prometheus' HTTP API, as a range selector returns it: raw samples, nothing interpolated. */
export interface RawSeries {
  readonly metric: Readonly<Record<string, string>>;
  /** Timestamp in seconds with milliseconds as fraction, value as Prometheus prints it. */
  readonly values?: readonly (readonly [number, string])[];
}

/** What became of the sender's samples at the receiver. */
export interface Comparison {
  readonly series: number;
  readonly compared: number;
  /** At the sender and not at the receiver. */
  readonly missing: number;
  /** At both, at the same instant, with another value. */
  readonly different: number;
  /** At the receiver under this sender's labels, and not at the sender. */
  readonly unexpected: number;
  /** A few of those that are wrong, in words. */
  readonly examples: readonly string[];
}

/**
 * Compares raw samples, series by series, by timestamp and value.
 * @param externalLabels what the sender's Prometheus adds to series that lack the label
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
  let [compared, missing, different, unexpected] = [0, 0, 0, 0];
  for (const series of sent) {
    const key = keyOf({ ...externalLabels, ...series.metric });
    const there = receivedByKey.get(key) ?? new Map<number, string>();
    receivedByKey.delete(key);
    const here = samplesOf(series);
    for (const [instant, value] of here) {
      compared += 1;
      const found = there.get(instant);
      if (found === undefined) {
        missing += 1;
        note(`missing: ${key} at ${instant} ms`);
      } else if (found !== value) {
        different += 1;
        note(`different: ${key} at ${instant} ms is ${value} here and ${found} there`);
      }
      there.delete(instant);
    }
    unexpected += there.size;
    for (const instant of there.keys()) note(`unexpected: ${key} at ${instant} ms`);
  }
  for (const [key, samples] of receivedByKey) {
    unexpected += samples.size;
    if (samples.size > 0) note(`unexpected series: ${key}`);
  }
  return { series: sent.length, compared, missing, different, unexpected, examples };
}

function keyOf(labels: Readonly<Record<string, string>>): string {
  const names = Object.keys(labels).toSorted();
  return JSON.stringify(names.map((name) => [name, labels[name]]));
}

function samplesOf(series: RawSeries): Map<number, string> {
  return new Map((series.values ?? []).map(([seconds, value]) => [Math.round(seconds * 1000), value]));
}
