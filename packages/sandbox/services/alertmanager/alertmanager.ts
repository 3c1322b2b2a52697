/** A real Alertmanager as a child process, behind an endpoint service as in another team's account. */
import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { LinkError, messageOf } from "@metrics-link/contract";
import { timedOut } from "../../realiser/until.ts";
import { alertmanagerFlags, portIn } from "./configuration.ts";
import { makeAccess } from "./make.ts";

export interface AlertmanagerOptions {
  readonly program: string;
  /** Configuration, data, log, and what clients need (`accessIn`). */
  readonly directory: string;
  /** The name in its certificate. */
  readonly dnsName: string;
  readonly log: (line: string) => void;
}

interface Running {
  readonly child: ChildProcess;
  readonly port: number;
  readonly exited: Promise<string>;
}

const readyDeadlineMs = 60_000;

export class Alertmanager {
  readonly #options: AlertmanagerOptions;
  #running: Running | undefined;

  constructor(options: AlertmanagerOptions) {
    this.#options = options;
  }

  /** The port on loopback; undefined while it does not run. */
  get port(): number | undefined {
    return this.#running?.port;
  }

  get pid(): number | undefined {
    return this.#running?.child.pid;
  }

  /** Starts it, unless it runs, and resolves once it listens. */
  async start(): Promise<void> {
    if (this.#running !== undefined) return;
    const { program, directory, dnsName, log } = this.#options;
    await makeAccess(directory, dnsName);
    // The kernel kills it when the world ends, even after a crash.
    const child = spawn("setpriv", ["--pdeathsig", "KILL", program, ...alertmanagerFlags(directory)], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    const exited = new Promise<string>((resolve) => {
      child.once("error", (error) => resolve(`cannot run setpriv: ${error.message}`));
      child.once("exit", (code, signal) => resolve(`it ended with ${signal ?? `code ${code}`}`));
    });
    const logFile = join(directory, "alertmanager.log");
    try {
      this.#running = { child, exited, port: await listening(child, exited, logFile) };
    } catch (error) {
      child.kill("SIGKILL");
      throw new LinkError("SANDBOX_UNUSABLE", {
        what: `the Alertmanager did not start: ${messageOf(error)}`,
        next: `read its log, ${logFile}`,
        cause: error,
      });
    }
    void exited.then((how) => {
      if (this.#running?.child !== child) return;
      this.#running = undefined;
      log(`alertmanager: ${how}`);
    });
  }

  async stop(): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    running.child.kill("SIGTERM");
    await running.exited;
  }
}

function listening(child: ChildProcess, exited: Promise<string>, logFile: string): Promise<number> {
  const { stderr } = child;
  if (stderr === null) throw new LinkError("INTERNAL", { what: "the Alertmanager's stderr is not a pipe" });
  stderr.pipe(createWriteStream(logFile, { flags: "a", mode: 0o600 }));
  return new Promise((resolve, reject) => {
    const late = () => reject(timedOut("the Alertmanager to listen", readyDeadlineMs));
    const timer = setTimeout(late, readyDeadlineMs);
    createInterface(stderr).on("line", (line) => {
      const port = portIn(line);
      if (port === undefined) return;
      clearTimeout(timer);
      resolve(port);
    });
    void exited.then((how) => {
      clearTimeout(timer);
      reject(new LinkError("COMMAND_FAILED", { what: how }));
    });
  });
}
