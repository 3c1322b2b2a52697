import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { envoyFlags, validateFlags } from "@metrics-link/envoy";
import { eventually } from "../../../support/eventually.ts";
import { tool } from "../../../support/tool.ts";

/** One line of Envoy's access log. */
export type LogLine = Readonly<Record<string, unknown>>;

/** A running Envoy with its access log and its counters. */
export class EnvoyProcess {
  readonly log: LogLine[] = [];
  /** Envoy's own messages, for when a test fails. */
  readonly messages: string[] = [];
  readonly #child: ChildProcess;
  readonly #metrics: string;

  private constructor(child: ChildProcess, metricsPort: number) {
    this.#child = child;
    this.#metrics = `http://127.0.0.1:${metricsPort}`;
    if (child.stdout === null || child.stderr === null) throw new Error("Envoy was started without pipes");
    createInterface({ input: child.stdout }).on("line", (line) => this.log.push(JSON.parse(line) as LogLine));
    createInterface({ input: child.stderr }).on("line", (line) => this.messages.push(line));
  }

  /** @throws with Envoy's messages when it does not become ready */
  static async start(configPath: string, metricsPort: number): Promise<EnvoyProcess> {
    const flags = [...envoyFlags(configPath, 20), "--log-level", "warning"];
    const child = spawn(tool("envoy"), flags, { stdio: ["ignore", "pipe", "pipe"] });
    const envoy = new EnvoyProcess(child, metricsPort);
    try {
      await eventually("Envoy is ready", async () => {
        if (child.exitCode !== null) throw new Error(`Envoy ended with ${child.exitCode}`);
        const answer = await fetch(`${envoy.#metrics}/ready`).catch(() => undefined);
        return answer?.ok === true ? true : undefined;
      });
    } catch (cause) {
      await envoy.stop();
      throw new Error(`Envoy did not start:\n${envoy.messages.join("\n")}`, { cause });
    }
    return envoy;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    await ended;
  }

  async metrics(): Promise<string> {
    return (await fetch(`${this.#metrics}/stats/prometheus`)).text();
  }

  /** The sum of all samples of a metric whose labels contain `labels`; 0 if there are none. */
  async counter(metric: string, labels = ""): Promise<number> {
    const lines = (await this.metrics()).split("\n");
    const samples = lines.filter((line) => line.startsWith(`${metric}{`) && line.includes(labels));
    return samples.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
  }

  /** Waits for a line of the access log after the first `from` ones. */
  logged(what: string, fits: (line: LogLine) => boolean, from = 0): Promise<LogLine> {
    return eventually(`a log line of ${what}`, () => this.log.slice(from).find(fits));
  }
}

/** What `envoy --mode validate` says in `directory`: undefined when it is content. */
export function validate(configPath: string, directory: string): string | undefined {
  const { status, stderr, stdout } = spawnSync(tool("envoy"), [...validateFlags(configPath), "--log-level", "error"], {
    cwd: directory,
    encoding: "utf8",
  });
  return status === 0 ? undefined : stderr + stdout;
}
