/** The sandbox's one evaluator of policies (services/moto/policy.py), for requests that never reach moto. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { LinkError, parseJson } from "@metrics-link/contract";
import { z } from "zod";
import type { Request } from "./calls/requests.ts";

/** What IAM has of a caller: all policies of its role, and the permissions boundary, which gives no right. */
export interface Rights {
  readonly policies: readonly unknown[];
  readonly boundary?: unknown;
}

const answer = z.union([z.object({ allowed: z.array(z.boolean()) }), z.object({ error: z.string() })]);

export class Judge {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #waiting: { answer(line: string): void; fail(error: Error): void }[] = [];

  /** @param python a Python 3; the evaluator needs nothing else */
  constructor(python: string) {
    const script = fileURLToPath(new URL("../services/moto/judge.py", import.meta.url));
    this.#process = spawn(python, [script], { stdio: "pipe" });
    let said = "";
    this.#process.stderr.on("data", (chunk: Buffer) => (said += chunk));
    createInterface(this.#process.stdout).on("line", (line) => this.#waiting.shift()?.answer(line));
    const gone = () => {
      const error = new LinkError("COMMAND_FAILED", { what: `the evaluator of policies has ended: ${said}` });
      for (const { fail } of this.#waiting.splice(0)) fail(error);
    };
    this.#process.once("error", gone).once("close", gone);
    this.#process.stdin.on("error", gone);
  }

  /** Whether each request is allowed. @throws LinkError what a policy uses that the sandbox cannot evaluate */
  async allowed({ policies, boundary }: Rights, requests: readonly Request[]): Promise<boolean[]> {
    const line = new Promise<string>((resolve, reject) => this.#waiting.push({ answer: resolve, fail: reject }));
    this.#process.stdin.write(`${JSON.stringify({ policies, boundary: boundary ?? null, requests })}\n`);
    const found = parseJson(answer, await line, "judge.py");
    if ("error" in found) throw new LinkError("SANDBOX_REFUSED", { what: found.error });
    return found.allowed;
  }

  stop(): void {
    this.#process.stdin.end();
  }
}
