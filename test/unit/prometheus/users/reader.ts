import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseJson } from "@metrics-link/contract";
import { z } from "zod";
import { eventually } from "../../../support/eventually.ts";
import { freePorts } from "../../../support/free-ports.ts";
import { tool } from "../../../support/tool.ts";

const answer = z.object({ data: z.object({ yaml: z.string() }) });

/** Prometheus' own reader: a real Prometheus on loopback that loads a configuration and prints what it read. */
export class PrometheusReader {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #url: string;

  private constructor(child: ChildProcess, folder: string, url: string) {
    this.#child = child;
    this.#folder = folder;
    this.#url = url;
  }

  static async start(): Promise<PrometheusReader> {
    const folder = mkdtempSync(join(tmpdir(), "prometheus-reader-"));
    const [port = 0] = await freePorts(1);
    writeFileSync(join(folder, "prometheus.yml"), "{}\n");
    const words = [
      `--config.file=${join(folder, "prometheus.yml")}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--web.enable-lifecycle",
    ];
    const child = spawn(tool("prometheus"), words, { stdio: "ignore" });
    const url = `http://127.0.0.1:${port}`;
    await eventually("Prometheus is ready", async () => {
      const response = await fetch(`${url}/-/ready`).catch(() => undefined);
      return response?.ok === true ? true : undefined;
    });
    return new PrometheusReader(child, folder, url);
  }

  /** Another file beside the configuration. */
  place(name: string, text: string): void {
    writeFileSync(join(this.#folder, name), text);
  }

  /** The configuration as Prometheus prints it after reading this text. @throws Error with why it refused the text */
  async read(text: string): Promise<string> {
    this.place("prometheus.yml", text);
    const reload = await fetch(`${this.#url}/-/reload`, { method: "POST" });
    if (!reload.ok) throw new Error(`${await reload.text()} for\n${text}`);
    return parseJson(answer, await this.get("status/config"), "status/config").data.yaml;
  }

  /** What the API answers. */
  async get(path: string): Promise<string> {
    return (await fetch(`${this.#url}/api/v1/${path}`)).text();
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    await ended;
    rmSync(this.#folder, { recursive: true });
  }
}
