import type { EvidencePart } from "@metrics-link/release";
import type { Point, Span } from "@metrics-link/report";
import { z } from "zod";
import type { Comparison } from "../reading.ts";

/**
 * Asks a Prometheus: a path below /api/v1 with its parameters, and `data` of the answer.
 * @throws Error when it does not answer, or answers with an error
 */
export type Ask = (path: string, parameters: Readonly<Record<string, string>>) => Promise<unknown>;

export type Labels = Readonly<Record<string, string>>;

/** What a console reads from. */
export interface Sources {
  /** The receiver's Prometheus, which has the samples of both sides. */
  readonly receiver: Ask;
  /** A sender's own, which also knows what has not arrived. */
  readonly sender?: { readonly ask: Ask; readonly externalLabels: Labels };
  /** Compares the raw samples of both ends. */
  readonly compare?: () => Promise<Comparison>;
}

/** How expressions are evaluated: for recent values only, and with rates over a window that fits the scrapes. */
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

/** A part of a reading, or why it could not be read. */
export const part = <Value>(look: () => Promise<Value>): Promise<EvidencePart<Value>> =>
  look().then(
    (value) => ({ value }),
    (error: unknown) => ({ error: error instanceof Error ? error.message : String(error) }),
  );

const labelSet = z.record(z.string(), z.string());
const point = z.tuple([z.number(), z.string()]);

/** Answers of Prometheus' HTTP API (docs/querying/api.md): `data` of query, query_range and alerts. */
const vector = z.object({ result: z.array(z.object({ metric: labelSet, value: point })) });
const matrix = z.object({ result: z.array(z.object({ metric: labelSet, values: z.array(point) })) });
const activeAlerts = z.object({
  alerts: z.array(z.object({ labels: labelSet, annotations: labelSet, state: z.string() })),
});

/** The value of each series at the end of the span. */
export async function samples(ask: Ask, query: string, pace: Pace): Promise<Sample[]> {
  const parameters = { query, time: `${pace.span.until}`, lookback_delta: lookback(pace) };
  const { result } = vector.parse(await ask("query", parameters));
  return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
}

/** The values of each series over the span, with Grafana's variables filled in: the window of rates, both sides. */
export async function lines(ask: Ask, expression: string, pace: Pace): Promise<Line[]> {
  const { from, until, step } = pace.span;
  const query = expression.replaceAll("$__rate_interval", rateWindow(pace)).replaceAll("$side", ".*");
  const parameters = { query, start: `${from}`, end: `${until}`, step: `${step}`, lookback_delta: lookback(pace) };
  const { result } = matrix.parse(await ask("query_range", parameters));
  return result.map(({ metric, values }) => ({
    labels: metric,
    points: values.map(([at, value]) => [at, Number(value)] as const),
  }));
}

/** The alerts that fire by a Prometheus' own rules. */
export async function firingAlerts(ask: Ask) {
  const { alerts } = activeAlerts.parse(await ask("alerts", {}));
  return alerts.filter(({ state, labels }) => state === "firing" && labels.severity !== "none");
}

/**
 * How old a value may be: three scrapes, not Prometheus' five minutes. Otherwise the last value of a sender that is gone
 * would go on as a straight line.
 */
const lookback = ({ interval }: Pace) => `${Math.max(15, 3 * interval)}s`;

/** As Grafana computes it: four scrapes, and never less than a step with the scrape before it. */
const rateWindow = ({ interval, span: { step } }: Pace) => `${Math.max(60, 4 * interval, step + interval)}s`;
