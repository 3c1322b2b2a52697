/** A client of a running world, for the command line and the tests. */

import { readFileSync } from "node:fs";
import http from "node:http";
import { z } from "zod";
import type { Layout } from "../model/layout.ts";
import type { PowerAction } from "../realiser/index.ts";
import { until } from "../realiser/until.ts";
import { runningWorld } from "./instance.ts";
import type { ExecAnswer, ExecOptions, WorldStatus } from "./protocol.ts";

/** The world answered with an error, or there is no world (`code` "NotRunning"). */
export class WorldError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

const refused = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

/** Ending includes every host's orderly shutdown. */
const stopDeadlineMs = 120_000;

export class WorldClient {
  readonly #layout: Layout;

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  async status(): Promise<WorldStatus> {
    return (await this.#call("GET", "/status")) as WorldStatus;
  }

  /** Whether a world takes orders at the socket. */
  async answers(): Promise<boolean> {
    try {
      await this.status();
      return true;
    } catch (error) {
      if (error instanceof WorldError && error.code === "NotRunning") return false;
      throw error;
    }
  }

  /** Runs a command as root on a host, by its name or instance id. Any exit code is an answer. */
  async exec(host: string, argv: readonly string[], options: ExecOptions = {}): Promise<ExecAnswer> {
    return (await this.#call("POST", `/hosts/${encodeURIComponent(host)}/exec`, { argv, ...options })) as ExecAnswer;
  }

  /** The command line, on this machine, of an interactive shell in a host, or of `argv`; spawn it with the terminal. */
  async shell(host: string, argv?: readonly string[]): Promise<string[]> {
    return (await this.#call("POST", `/hosts/${encodeURIComponent(host)}/shell`, { argv })) as string[];
  }

  async power(host: string, action: PowerAction): Promise<void> {
    await this.#call("POST", `/hosts/${encodeURIComponent(host)}/power`, { action });
  }

  /** Puts a host on the internet, or moves it to another address. */
  async setInternetHost(name: string, address: string): Promise<void> {
    await this.#call("POST", "/internet-hosts", { name, address });
  }

  /** Ends the Alertmanager, or starts it again. */
  async alertmanager(power: "on" | "off"): Promise<void> {
    await this.#call("POST", "/alertmanager", { power });
  }

  /** Ends the world with its hosts and networks; files stay. No error if it does not run; a deaf one is killed. */
  async stop(): Promise<void> {
    const pid = runningWorld(this.#layout);
    if (pid === undefined) return;
    await this.#call("POST", "/stop", {}, stopDeadlineMs).catch((error: Error) => {
      if (runningWorld(this.#layout) !== pid) return;
      process.kill(pid, "SIGKILL");
      throw new WorldError("Unresponsive", `the world (process ${pid}) did not end and was killed: ${error.message}`);
    });
    await until(`the world (process ${pid}) ends`, 10_000, async () => runningWorld(this.#layout) !== pid);
  }

  #call(method: string, path: string, body?: unknown, timeoutMs?: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const request = http.request({ socketPath: this.#layout.socket, method, path, agent: false });
      if (timeoutMs !== undefined) request.setTimeout(timeoutMs, () => request.destroy(new Error("no answer in time")));
      request.once("error", (error: NodeJS.ErrnoException) => reject(this.#explain(error)));
      request.once("response", (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
        });
        response.once("error", reject);
        response.once("end", () => {
          const answer: unknown = JSON.parse(text || "null");
          const refusal = refused.safeParse(answer);
          if (refusal.success) reject(new WorldError(refusal.data.error.code, refusal.data.error.message));
          else resolve(answer);
        });
      });
      request.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  #explain(error: NodeJS.ErrnoException): WorldError {
    if (error.code !== "ENOENT" && error.code !== "ECONNREFUSED") {
      return new WorldError(error.code ?? "Unknown", `the world at ${this.#layout.socket}: ${error.message}`);
    }
    return new WorldError("NotRunning", "the sandbox is not up; run: npm run -s sandbox -- up");
  }
}

/** The last lines of the world's log. */
export function logTail(layout: Layout, lines = 20): string {
  try {
    return readFileSync(layout.log, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
  } catch {
    return "(no log)";
  }
}
