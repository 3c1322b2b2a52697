import { randomBytes } from "node:crypto";
import { LinkError, parseJson } from "@metrics-link/contract";
import * as z from "zod/mini";
import { ask } from "../common/http.ts";
import { instantQuery } from "../common/prometheus.ts";
import { keyOf, latestMs } from "./late.ts";
import type { Label } from "./messages.ts";

/** Series without a recent sample, most of which have ended: so many are looked at, in an answer of so many bytes. */
const candidatesLimit = 20_000;
const answerBytes = 8 * 1024 * 1024;
/** Labels may be large: then so many times fewer are asked for. */
const fewer = 8;
const queryTimeoutMs = 60_000;

export interface Candidates {
  readonly series: readonly (readonly Label[])[];
  /** Series above the limits: not looked at. */
  readonly beyond: number;
}

/**
 * The series that have samples of the last hour, but no recent one: late, or ended. Set operators of PromQL ignore the name of
 * a metric, so it is copied into a label.
 * @param nameLabel which no target has
 */
export function lateQuery(marginMs: number, nameLabel: string): string {
  const within = (milliseconds: number) =>
    `label_replace(last_over_time({__name__!=""}[${Math.ceil(milliseconds)}ms]), "${nameLabel}", "$1", "__name__", "(.*)")`;
  return `${within(latestMs + marginMs)} unless ${within(marginMs)}`;
}

/** The labels of a series in the answer to `lateQuery`. */
export function labelsOf(metric: Readonly<Record<string, string>>, nameLabel: string): readonly Label[] {
  const { [nameLabel]: name = "", ...others } = metric;
  return Object.entries({ ...others, __name__: name }).map(([name, value]) => ({ name, value }));
}

const answer = z.object({
  data: z.object({ result: z.array(z.object({ metric: z.record(z.string(), z.string()) })) }),
});

/** @throws LinkError `REQUEST_FAILED` or `TIMED_OUT` when Prometheus does not answer */
export async function candidatesOf(prometheusUrl: string, marginMs: number): Promise<Candidates> {
  // A target that knew the name could make two of its series one, and Prometheus would refuse each search.
  const nameLabel = `__metrics_link_name_${randomBytes(8).toString("hex")}__`;
  const expression = lateQuery(marginMs, nameLabel);
  for (let limit = candidatesLimit; limit > 0; limit = Math.floor(limit / fewer)) {
    // One more than are looked at: the whole list may be larger than this process.
    const url = `${prometheusUrl}/api/v1/query?query=${encodeURIComponent(expression)}&limit=${limit + 1}`;
    const { status, body, isCut } = await ask({ url, timeoutMs: queryTimeoutMs, maxBytes: answerBytes });
    if (isCut) continue;
    if (status !== 200) {
      const what = `Prometheus answers ${status} to the search for late samples: ${body.slice(0, 500)}`;
      throw new LinkError("REQUEST_FAILED", { what });
    }
    const { result } = parseJson(answer, body, "the answer to the search for late samples").data;
    const series = result.slice(0, limit).map(({ metric }) => labelsOf(metric, nameLabel));
    const beyond = result.length <= limit ? 0 : (await counted(prometheusUrl, expression)) - limit;
    return { series, beyond: Math.max(0, beyond) };
  }
  return { series: [], beyond: await counted(prometheusUrl, expression) };
}

async function counted(prometheusUrl: string, expression: string): Promise<number> {
  const [found] = await instantQuery({ ask }, prometheusUrl, `count(${expression})`, queryTimeoutMs);
  return Number(found?.value?.[1] ?? 0);
}

const labelList = z.array(z.object({ name: z.string(), value: z.string() }));

/** So many are remembered, and for as long as one of their samples may have been stored late. */
const rememberedLimit = 5_000;

/**
 * Series that were late for a while and are not now: a target that tells the present again after a restart, or whose lag varies.
 * Between windows the repairer looks for late series now and then, and remembers which were found no longer.
 */
export class FormerlyLate {
  #last = new Map<string, string>();
  readonly #former = new Map<string, { readonly labels: string; readonly at: number }>();

  /** @param at milliseconds since 1970 */
  note({ series }: Candidates, at: number): void {
    const now = new Map(series.map((labels) => [keyOf(labels), JSON.stringify(labels)]));
    for (const [key, labels] of this.#last) {
      if (!now.has(key) && this.#former.size < rememberedLimit) this.#former.set(key, { labels, at });
    }
    for (const [key, former] of this.#former) if (now.has(key) || at - former.at > latestMs) this.#former.delete(key);
    this.#last = now;
  }

  get series(): readonly (readonly Label[])[] {
    return [...this.#former.values()].map(({ labels }) => parseJson(labelList, labels, "a series"));
  }
}
