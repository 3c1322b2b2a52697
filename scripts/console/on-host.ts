import type { Ask } from "@metrics-link/console";
import { LinkError } from "@metrics-link/contract";
import { ports } from "@metrics-link/release";
import { runOnHost, type Sandbox } from "@metrics-link/sandbox/cli/sandbox.ts";
import { dataOf } from "./answer.ts";

interface Question {
  readonly path: string;
  readonly url: string;
  readonly resolve: (data: unknown) => void;
  readonly reject: (reason: Error) => void;
}

/**
 * Queries the Prometheus of a sandbox host on the host's loopback. Concurrent queries share one command: a page has
 * about fifty, and a command on a host costs more than a query.
 */
export function askOnHost(sandbox: Sandbox, host: string): Ask {
  let waiting: Question[] = [];
  const flush = () => {
    const questions = waiting;
    waiting = [];
    answer(sandbox, host, questions).catch((error: Error) => {
      for (const { reject } of questions) reject(error);
    });
  };
  return (path, parameters) =>
    new Promise((resolve, reject) => {
      if (waiting.length === 0) setImmediate(flush);
      const url = `http://127.0.0.1:${ports.prometheus}/api/v1/${path}?${new URLSearchParams(parameters)}`;
      waiting.push({ path, url, resolve, reject });
    });
}

/** Prometheus' answers have no line feed; curl ends each with one. */
async function answer(sandbox: Sandbox, host: string, questions: readonly Question[]): Promise<void> {
  const curl = ["curl", "--silent", "--show-error", "--max-time", "60", "--write-out", "\\n"];
  const printed = await runOnHost(sandbox, host, [...curl, ...questions.map(({ url }) => url)]).catch(
    (error: Error) => {
      throw new LinkError("API_ERROR", {
        what: `Prometheus of the ${host} does not answer: ${error.message.split("\n")[0]}`,
        cause: error,
      });
    },
  );
  const answers = printed.split("\n");
  for (const [index, { path, resolve, reject }] of questions.entries()) {
    try {
      resolve(dataOf(answers[index] ?? "", `Prometheus of the ${host}`, path));
    } catch (error) {
      reject(error as Error);
    }
  }
}
