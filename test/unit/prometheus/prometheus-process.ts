import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { prometheusFiles, type Rendering } from "@metrics-link/prometheus";
import { hostPaths, ports } from "@metrics-link/release";
import { eventually } from "../../support/eventually.ts";
import { tool } from "../../support/tool.ts";

/** What the HTTP API answers for an instant query. */
export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

/** A real Prometheus with a rendered configuration and the real flags, at other ports and paths. */
export class PrometheusProcess {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #directory: string;

  private constructor(child: ChildProcess, directory: string, url: string) {
    this.#child = child;
    this.#directory = directory;
    this.url = url;
  }

  /**
   * @param egressPort where it writes to, in place of the sender's Envoy
   * @param secrets what a host would be given as secret files, by path
   */
  static async start(
    rendering: Rendering,
    flags: readonly string[],
    port: number,
    egressPort: number,
    secrets: Readonly<Record<string, string>> = {},
  ): Promise<PrometheusProcess> {
    const directory = mkdtempSync(join(tmpdir(), "prometheus-"));
    const relocated = (text: string) =>
      text
        .replaceAll(`127.0.0.1:${ports.prometheus}`, `127.0.0.1:${port}`)
        .replaceAll(`127.0.0.1:${ports.remoteWriteEgress}`, `127.0.0.1:${egressPort}`)
        .replaceAll(hostPaths.current, directory)
        .replaceAll(hostPaths.prometheusData, join(directory, "data"));
    const files = prometheusFiles(rendering).map(({ path, content }) => [path, relocated(content)]);
    placeFiles(directory, Object.fromEntries(files));
    placeFiles(directory, secrets);
    let messages = "";
    const child = spawn(tool("prometheus"), flags.map(relocated), { stdio: ["ignore", "ignore", "pipe"] });
    child.stderr.on("data", (data: Buffer) => {
      messages += data.toString();
    });
    const prometheus = new PrometheusProcess(child, directory, `http://127.0.0.1:${port}`);
    try {
      await eventually("Prometheus is ready", async () => {
        if (child.exitCode !== null) throw new Error(`Prometheus ended with ${child.exitCode}`);
        const answer = await fetch(`${prometheus.url}/-/ready`).catch(() => undefined);
        return answer?.ok === true ? true : undefined;
      });
    } catch (cause) {
      await prometheus.stop();
      throw new Error(`Prometheus did not start:\n${messages}`, { cause });
    }
    return prometheus;
  }

  async query(expression: string): Promise<readonly Sample[]> {
    const answer = await fetch(`${this.url}/api/v1/query?query=${encodeURIComponent(expression)}`);
    const { data } = (await answer.json()) as { data: { result: readonly Sample[] } };
    return data.result;
  }

  /** Gives it other secret files, by path, as a release with new versions of them does. */
  rotate(secrets: Readonly<Record<string, string>>): void {
    placeFiles(this.#directory, secrets);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = once(this.#child, "exit");
      this.#child.kill("SIGTERM");
      await ended;
    }
    rmSync(this.#directory, { recursive: true });
  }
}

function placeFiles(directory: string, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
}
