/** Starts a sandbox's world as a process of its own, which outlives the command that started it. */
import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { LinkError, messageOf } from "@metrics-link/contract";
import type { Layout } from "../model/layout.ts";
import { timedOut, until } from "../realiser/until.ts";
import { logTail, WorldClient } from "./client.ts";
import { runningWorld } from "./instance.ts";
import type { StartMessage } from "./protocol.ts";

export interface StartOptions {
  /** Called with what the world is doing, in a few words. */
  readonly progress?: (text: string) => void;
  /** Default 120 s; from nothing it takes some 3, and on a busy machine some 15. */
  readonly deadlineMs?: number;
}

/** Starts the world, or finds it running. Resolves once it answers; rejects with the end of its log. */
export async function startWorld(layout: Layout, options: StartOptions = {}): Promise<void> {
  const { progress = () => {}, deadlineMs = 120_000 } = options;
  if (process.getuid?.() !== 0) {
    throw new LinkError("SANDBOX_UNUSABLE", {
      what: "the sandbox makes network namespaces and boots hosts",
      next: "run it as root",
    });
  }
  const running = runningWorld(layout);
  if (running !== undefined) {
    const world = new WorldClient(layout);
    // Another command may have started it a moment ago.
    await until(`the world (process ${running}) to answer`, deadlineMs, () => world.answers());
    progress(`already up, process ${running}`);
    return;
  }
  mkdirSync(layout.directory, { recursive: true, mode: 0o700 });
  const log = openSync(layout.log, "a", 0o600);
  const main = fileURLToPath(new URL("main.ts", import.meta.url));
  const child = spawn(process.execPath, [main, layout.directory, JSON.stringify(layout)], {
    detached: true,
    cwd: "/",
    stdio: ["ignore", log, log, "ipc"],
    env: worldEnvironment(),
  });
  closeSync(log);
  try {
    await new Promise<void>((resolve, reject) => {
      const late = () => reject(timedOut("it to answer", deadlineMs));
      const timer = setTimeout(late, deadlineMs);
      child.on("message", (message: StartMessage) => {
        if ("progress" in message) return progress(message.progress);
        clearTimeout(timer);
        if ("failed" in message) reject(new LinkError("SANDBOX_UNUSABLE", { what: message.failed }));
        else resolve();
      });
      child.once("error", reject);
      child.once("exit", (code, signal) => {
        clearTimeout(timer);
        reject(new LinkError("COMMAND_FAILED", { what: `it ended with ${signal ?? `code ${code}`}` }));
      });
    });
  } catch (error) {
    child.kill("SIGKILL");
    throw new LinkError("SANDBOX_UNUSABLE", {
      what: `the world did not start: ${messageOf(error)}\nThe end of ${layout.log}:\n${logTail(layout)}`,
      cause: error,
    });
  }
  child.disconnect();
  child.unref();
}

/** Nothing of the caller's own AWS or Node settings: the world talks to its own moto alone. */
function worldEnvironment(): NodeJS.ProcessEnv {
  const foreign = /^(AWS_|PULUMI_|NODE_OPTIONS$|https?_proxy$|no_proxy$)/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}
