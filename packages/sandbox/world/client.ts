/** A client of a running world, for the command line and the tests. */

import { readFileSync } from "node:fs";
import http from "node:http";
import { type ErrorCode, type ErrorFacts, errorCodes, hasCode, LinkError } from "@metrics-link/contract";
import { z } from "zod";
import type { Layout } from "../model/layout.ts";
import type { PowerAction } from "../realiser/index.ts";
import { timedOut, until } from "../realiser/until.ts";
import { forgottenCloud } from "./files.ts";
import { runningWorld } from "./instance.ts";
import type { ExecAnswer, ExecOptions, WorldStatus } from "./protocol.ts";
import type { NeighbourOf } from "./settings.ts";

/** The world answered with an error, or there is no world: SANDBOX_NOT_UP. */
export class WorldError extends LinkError {
  constructor(code: ErrorCode, facts: ErrorFacts) {
    super(code, facts);
    this.name = "WorldError";
  }
}

const refused = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

/** Includes the orderly shutdown of every host. */
const stopDeadlineMs = 120_000;

export class WorldClient {
  readonly #layout: Layout;

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  async status(): Promise<WorldStatus> {
    return (await this.#call("GET", "/status")) as WorldStatus;
  }

  /** Whether a world answers at the socket. */
  async answers(): Promise<boolean> {
    try {
      await this.status();
      return true;
    } catch (error) {
      if (hasCode(error, "SANDBOX_NOT_UP")) return false;
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

  /** Puts a machine in no stack beside a host, behind the same NAT gateway, or into a subnet. */
  async setNeighbour(neighbour: NeighbourOf): Promise<void> {
    await this.#call("POST", "/neighbours", neighbour);
  }

  /** Asks the cloud, as Pulumi's provider does: what the `caller` of the body may do beside a stack. */
  async cloud(verb: "create" | "update" | "delete" | "seen", body: object): Promise<unknown> {
    const answer = z.object({ result: z.unknown().optional() }).parse(await this.#call("POST", `/cloud/${verb}`, body));
    return answer.result;
  }

  /** Ends the Alertmanager, or starts it again. */
  async alertmanager(power: "on" | "off"): Promise<void> {
    await this.#call("POST", "/alertmanager", { power });
  }

  /**
   * Ends the world with its hosts and networks; files stay. No error if it does not run; kills one that does not
   * answer.
   */
  async stop(): Promise<void> {
    const pid = runningWorld(this.#layout);
    if (pid === undefined) return;
    await this.#call("POST", "/stop", {}, stopDeadlineMs).catch((error: Error) => {
      if (runningWorld(this.#layout) !== pid) return;
      process.kill(pid, "SIGKILL");
      throw new WorldError("TIMED_OUT", {
        what: `killed the world (process ${pid}), which did not end: ${error.message}`,
        cause: error,
      });
    });
    await until(`the world (process ${pid}) to end`, 10_000, async () => runningWorld(this.#layout) !== pid);
  }

  #call(method: string, path: string, body?: unknown, timeoutMs?: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const request = http.request({ socketPath: this.#layout.socket, method, path, agent: false });
      if (timeoutMs !== undefined) {
        request.setTimeout(timeoutMs, () => request.destroy(timedOut("the world to answer", timeoutMs)));
      }
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
          if (refusal.success) reject(refusalOf(refusal.data.error));
          else resolve(answer);
        });
      });
      request.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  #explain(error: NodeJS.ErrnoException): WorldError {
    if (error.code !== "ENOENT" && error.code !== "ECONNREFUSED") {
      const code = error instanceof LinkError ? error.code : "API_ERROR";
      return new WorldError(code, { what: `the world at ${this.#layout.socket}: ${error.message}`, cause: error });
    }
    return new WorldError("SANDBOX_NOT_UP", {
      ...(forgottenCloud(this.#layout) ?? { what: "the sandbox is not up", next: "run: npm run -s sandbox -- up" }),
      cause: error,
    });
  }
}

/** The code is the world's own; the cloud's routes answer with one of AWS. */
function refusalOf({ code, message }: { readonly code: string; readonly message: string }): WorldError {
  return new WorldError(isErrorCode(code) ? code : "API_ERROR", { what: message });
}

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errorCodes, code);

/** The last lines of the world's log. */
export function logTail(layout: Layout, lines = 20): string {
  try {
    return readFileSync(layout.log, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
  } catch {
    return "(no log)";
  }
}
