import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SecureVersion } from "node:tls";
import { type WebConfigInput, webConfigText } from "@metrics-link/exporter";
import type { Issued } from "../../support/authority.ts";
import { eventually } from "../../support/eventually.ts";
import { freePorts } from "../../support/free-ports.ts";
import { tool } from "../../support/tool.ts";

export interface Asking {
  readonly client?: Issued | undefined;
  /** PEM of the server's root; the server is not verified without. */
  readonly serverRoot?: string;
  readonly serverName?: string;
  /** `name:password` */
  readonly user?: string;
  readonly maxVersion?: SecureVersion;
  /** To ask on a connection that is open; a new one otherwise. */
  readonly agent?: Agent;
}

/** A real node_exporter on loopback with a web configuration of ours. */
export class RunningExporter {
  readonly #directory: string;
  #process: ChildProcess | undefined;
  port = 0;

  /** @param directory where its `web.json` is */
  constructor(directory = mkdtempSync(join(tmpdir(), "exporter-"))) {
    this.#directory = directory;
  }

  /** @param input the web configuration; without it that in the folder */
  async start(input?: WebConfigInput): Promise<void> {
    [this.port = 0] = await freePorts(1);
    if (input !== undefined) this.write(input);
    await this.restart();
  }

  get webConfig(): string {
    return join(this.#directory, "web.json");
  }

  /** Replaces the web configuration by one rename, as a release does. */
  write(input: WebConfigInput): void {
    const next = join(this.#directory, "next");
    writeFileSync(next, webConfigText(input));
    renameSync(next, this.webConfig);
  }

  async restart(): Promise<void> {
    await this.#end();
    const flags = [`--web.listen-address=127.0.0.1:${this.port}`, `--web.config.file=${this.webConfig}`];
    const few = ["--collector.disable-defaults", "--collector.loadavg"];
    this.#process = spawn(tool("node_exporter"), [...flags, ...few], { stdio: "ignore" });
    await eventually("the exporter listens", async () => {
      const answer = await this.ask({});
      return answer === "ECONNREFUSED" ? undefined : answer;
    });
  }

  /** The status of `GET /metrics`, or why there is none. */
  ask({ client, serverRoot, serverName, user, maxVersion, agent }: Asking): Promise<number | string> {
    return new Promise((resolve) => {
      const asked = request(
        {
          ...{ host: "127.0.0.1", port: this.port, path: "/metrics" },
          agent: agent ?? new Agent({ keepAlive: false }),
          ...(client === undefined ? {} : { cert: client.pem, key: client.key }),
          ...(serverRoot === undefined ? { rejectUnauthorized: false } : { ca: serverRoot }),
          ...(serverName === undefined ? {} : { servername: serverName }),
          ...(user === undefined ? {} : { auth: user }),
          ...(maxVersion === undefined ? {} : { maxVersion }),
        },
        (response) => {
          response.resume();
          response.on("end", () => resolve(response.statusCode ?? 0));
        },
      );
      asked.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      asked.end();
    });
  }

  async stop(): Promise<void> {
    await this.#end();
    rmSync(this.#directory, { recursive: true });
  }

  async #end(): Promise<void> {
    const running = this.#process;
    if (running === undefined) return;
    this.#process = undefined;
    const ended = new Promise((resolve) => running.once("exit", resolve));
    running.kill("SIGKILL");
    await ended;
  }
}
