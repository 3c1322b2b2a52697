import type { Point, Span } from "@metrics-link/report/chart/series.ts";

/**
 * Asks a Prometheus: a path below /api/v1 with its parameters, and what `data` of the answer holds.
 * @throws Error in words when it does not answer, or answers with an error
 */
export type Ask = (path: string, parameters: Readonly<Record<string, string>>) => Promise<unknown>;

export type Labels = Readonly<Record<string, string>>;

/** How expressions are asked: for a young value only, and with rates over a window that fits the scrapes. */
export interface Pace {
  /** The scrape interval, in seconds. */
  readonly interval: number;
  readonly span: Span;
}

/** A series of an instant query. */
export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/** A series of a range query. */
export interface Line {
  readonly labels: Labels;
  readonly points: readonly Point[];
}

/** The value of each series at the end of the span. */
export async function samples(ask: Ask, query: string, pace: Pace): Promise<Sample[]> {
  const parameters = { query, time: `${pace.span.until}`, lookback_delta: lookback(pace) };
  const { result } = (await ask("query", parameters)) as { result: { metric: Labels; value: [number, string] }[] };
  return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
}

/** The values of each series over the span. Grafana's variables are filled in: rates over a fitting window, both sides. */
export async function lines(ask: Ask, expression: string, pace: Pace): Promise<Line[]> {
  const { from, until, step } = pace.span;
  const query = expression.replaceAll("$__rate_interval", rateWindow(pace)).replaceAll("$side", ".*");
  const parameters = { query, start: `${from}`, end: `${until}`, step: `${step}`, lookback_delta: lookback(pace) };
  const { result } = (await ask("query_range", parameters)) as {
    result: { metric: Labels; values: [number, string][] }[];
  };
  return result.map(({ metric, values }) => ({
    labels: metric,
    points: values.map(([at, value]) => [at, Number(value)] as const),
  }));
}

/**
 * How old a value may be and still be told: three scrapes, not Prometheus' five minutes. What the receiver last heard of
 * a sender that is gone would otherwise go on as a straight line.
 */
const lookback = ({ interval }: Pace) => `${Math.max(15, 3 * interval)}s`;

/** As Grafana computes it: four scrapes, and never less than a step with the scrape before it. */
const rateWindow = ({ interval, span: { step } }: Pace) => `${Math.max(60, 4 * interval, step + interval)}s`;
