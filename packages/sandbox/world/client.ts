/** A client of a running world, for the command line and the tests. */
import http from "node:http";
import type { Layout } from "../model/layout.ts";
import type { ExecAnswer, ExecRequest, Power, WorldStatus } from "./protocol.ts";

/** The world answered with an error, or there is no world (`code` "NotRunning"). */
export class WorldError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export class WorldClient {
  readonly #socket: string;

  constructor(layout: Pick<Layout, "socket">) {
    this.#socket = layout.socket;
  }

  status(): Promise<WorldStatus> {
    return this.#call("GET", "/status") as Promise<WorldStatus>;
  }

  /** Runs a command as root on a host, by its name or instance id. */
  exec(host: string, request: ExecRequest): Promise<ExecAnswer> {
    return this.#call("POST", `/hosts/${encodeURIComponent(host)}/exec`, request) as Promise<ExecAnswer>;
  }

  async power(host: string, action: Power): Promise<void> {
    await this.#call("POST", `/hosts/${encodeURIComponent(host)}/power`, { action });
  }

  /** Puts a host on the internet, or gives it another address. */
  async setInternetHost(name: string, address: string): Promise<void> {
    await this.#call("POST", "/internet-hosts", { name, address });
  }

  /** Ends the world and everything that it runs; resolves when it has let go of all of it. */
  async stop(): Promise<void> {
    await this.#call("POST", "/stop");
  }

  /** Whether a world answers at the socket. */
  async running(): Promise<boolean> {
    try {
      await this.status();
      return true;
    } catch (error) {
      if (error instanceof WorldError && error.code === "NotRunning") return false;
      throw error;
    }
  }

  #call(method: string, path: string, body?: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const request = http.request({ socketPath: this.#socket, method, path, agent: false });
      request.once("error", (error: NodeJS.ErrnoException) => {
        const absent = error.code === "ENOENT" || error.code === "ECONNREFUSED";
        const message = absent ? "the sandbox is not up; run: npm run -s sandbox -- up" : error.message;
        reject(new WorldError(absent ? "NotRunning" : (error.code ?? "Unknown"), message));
      });
      request.once("response", (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          text += chunk;
        });
        response.once("error", reject);
        response.once("end", () => {
          const answer = JSON.parse(text || "null") as { error?: { code: string; message: string } } | null;
          if (answer?.error) reject(new WorldError(answer.error.code, answer.error.message));
          else resolve(answer);
        });
      });
      request.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}
