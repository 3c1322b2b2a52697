import type { RawSeries } from "./samples.ts";

/** Runs a command on a host of the sandbox and returns what it printed. @throws Error when it fails */
export type RunOnHost = (host: string, command: readonly string[]) => Promise<string>;

/** An alert as Prometheus has it: pending until its condition has held long enough. */
export interface ActiveAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: "pending" | "firing";
  readonly activeAt: string;
}

interface Answer<Data> {
  readonly status: "success" | "error";
  readonly data?: Data;
  readonly error?: string;
}

/** Prometheus' HTTP API of one host, asked on its own loopback: nothing outside the host can reach it. */
export class PrometheusApi {
  private readonly host: string;
  private readonly run: RunOnHost;

  constructor(host: string, run: RunOnHost) {
    this.host = host;
    this.run = run;
  }

  /** Raw samples of every series that matches, in the `seconds` that end at `end` (exclusive of the first instant). */
  async raw(selector: string, seconds: number, end: number): Promise<RawSeries[]> {
    const { result } = await this.get<{ result: RawSeries[] }>("query", {
      query: `${selector}[${seconds}s]`,
      time: `${end}`,
    });
    return result;
  }

  /** The value of an instant query that has one result, or undefined when it has none. */
  async value(query: string, time?: number): Promise<number | undefined> {
    const { result } = await this.get<{ result: { value: [number, string] }[] }>("query", {
      query,
      ...(time === undefined ? {} : { time: `${time}` }),
    });
    const [first] = result;
    return first === undefined ? undefined : Number(first.value[1]);
  }

  /** The alerts whose condition holds now. */
  async alerts(): Promise<readonly ActiveAlert[]> {
    const { alerts } = await this.get<{ alerts: readonly ActiveAlert[] }>("alerts", {});
    return alerts;
  }

  private async get<Data>(path: string, parameters: Readonly<Record<string, string>>): Promise<Data> {
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
    const answer = JSON.parse(printed) as Answer<Data>;
    if (answer.status === "success" && answer.data !== undefined) return answer.data;
    throw new Error(`Prometheus of ${this.host} refuses ${path}: ${answer.error ?? printed.slice(0, 200)}`);
  }
}
