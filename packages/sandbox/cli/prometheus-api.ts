import { LinkError, parseJson } from "@metrics-link/contract";
import { z } from "zod";
import type { RawSeries } from "./samples.ts";

/** Runs a command on a host of the sandbox and returns what it printed. @throws Error when it fails */
export type RunOnHost = (host: string, command: readonly string[]) => Promise<string>;

const labels = z.record(z.string(), z.string());

const instantSeries = z.object({ metric: labels, value: z.tuple([z.number(), z.string()]) });
/** One series of an instant query: the time of the query in seconds, and the value as Prometheus prints it. */
export type InstantSeries = z.output<typeof instantSeries>;

const rawSeries = z.object({
  metric: labels,
  values: z.array(z.tuple([z.number(), z.string()])).optional(),
});

const alertingRule = z.object({
  name: z.string(),
  state: z.enum(["inactive", "pending", "firing"]),
  /** Its `for`, in seconds. */
  duration: z.number(),
  /** Time of the last evaluation, RFC 3339. */
  lastEvaluation: z.string(),
  lastError: z.string().optional(),
});
/** The fields of an alerting rule that we read. */
export type AlertingRule = z.output<typeof alertingRule>;

const activeAlert = z.object({
  labels,
  annotations: labels,
  state: z.enum(["pending", "firing"]),
  activeAt: z.string(),
});
/** An alert in Prometheus: pending until its condition has held for its `for`. */
export type ActiveAlert = z.output<typeof activeAlert>;

/** The HTTP API of one host's Prometheus, called on the host's loopback: nothing outside the host can reach it. */
export class PrometheusApi {
  private readonly host: string;
  private readonly run: RunOnHost;

  constructor(host: string, run: RunOnHost) {
    this.host = host;
    this.run = run;
  }

  /** Raw samples of every series that matches, in the `seconds` that end at `end` (exclusive of the first instant). */
  async raw(selector: string, seconds: number, end: number): Promise<RawSeries[]> {
    const { result } = await this.get("query", z.object({ result: z.array(rawSeries) }), {
      query: `${selector}[${seconds}s]`,
      time: `${end}`,
    });
    return result;
  }

  /** The series of an instant query, with their values at that time. Default: now. */
  async vector(query: string, time?: number): Promise<InstantSeries[]> {
    const { result } = await this.get("query", z.object({ result: z.array(instantSeries) }), {
      query,
      ...(time === undefined ? {} : { time: `${time}` }),
    });
    return result;
  }

  /** The value of an instant query that has one result, or undefined when it has none. */
  async value(query: string, time?: number): Promise<number | undefined> {
    const [first] = await this.vector(query, time);
    return first === undefined ? undefined : Number(first.value[1]);
  }

  /** The alerting rules of a name: one, none, or several of the same name. */
  async alertingRules(name: string): Promise<AlertingRule[]> {
    const { groups } = await this.get(
      "rules",
      z.object({ groups: z.array(z.object({ rules: z.array(alertingRule) })) }),
      {
        type: "alert",
        "rule_name[]": name,
      },
    );
    return groups.flatMap(({ rules }) => rules);
  }

  /** Pending and firing alerts. */
  async alerts(): Promise<readonly ActiveAlert[]> {
    const { alerts } = await this.get("alerts", z.object({ alerts: z.array(activeAlert) }), {});
    return alerts;
  }

  private async get<Data extends z.ZodType>(
    path: string,
    schema: Data,
    parameters: Readonly<Record<string, string>>,
  ): Promise<z.output<Data>> {
    const words = Object.entries(parameters).flatMap(([name, value]) => ["--data-urlencode", `${name}=${value}`]);
    const url = `http://127.0.0.1:9090/api/v1/${path}`;
    const printed = await this.run(this.host, [
      "curl",
      "--silent",
      "--show-error",
      "--max-time",
      "60",
      "--get",
      ...words,
      url,
    ]);
    const source = `The answer of ${this.host}'s Prometheus to ${path}`;
    const shape = z.object({ status: z.string(), data: schema.optional(), error: z.string().optional() });
    const answer = parseJson(shape, printed, source);
    if (answer.status === "success" && answer.data !== undefined) return answer.data;
    throw new LinkError("API_ERROR", {
      what: `Prometheus of ${this.host} refuses ${path}: ${answer.error ?? printed.slice(0, 200)}`,
    });
  }
}
