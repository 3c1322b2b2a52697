import { get, type IncomingMessage, request } from "node:http";
import { hasCode, LinkError } from "@metrics-link/contract";

// Node runs without a compiler on a host (--jitless): `fetch` needs WebAssembly, and cannot open unix sockets anyway.

/** One HTTP GET, to loopback or a unix socket. */
export type Ask = (request: {
  readonly url: string;
  readonly socketPath?: string | undefined;
  readonly timeoutMs: number;
  /** An answer of more bytes is not kept: `isCut`, and no body. */
  readonly maxBytes?: number;
}) => Promise<{ readonly status: number; readonly body: string; readonly isCut?: true }>;

/** @throws LinkError `REQUEST_FAILED` or `TIMED_OUT` naming the URL and why there was no answer */
export const ask: Ask = ({ url, socketPath, timeoutMs, maxBytes = Number.POSITIVE_INFINITY }) =>
  new Promise((resolve, reject) => {
    const asked = get(
      url,
      { agent: false, signal: AbortSignal.timeout(timeoutMs), ...(socketPath === undefined ? {} : { socketPath }) },
      (response) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on("data", (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes <= maxBytes) chunks.push(chunk);
          else {
            resolve({ status: response.statusCode ?? 0, body: "", isCut: true });
            response.destroy();
          }
        });
        response.on("error", reject);
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
      },
    );
    asked.on("error", (cause: Error) => {
      const where = socketPath === undefined ? url : `${url} on ${socketPath}`;
      const timedOut = cause.name === "AbortError";
      const reason = timedOut ? `timed out after ${timeoutMs} ms` : cause.message;
      const what = `${where} does not answer: ${reason}`;
      reject(new LinkError(timedOut ? "TIMED_OUT" : "REQUEST_FAILED", { what, cause }));
    });
  });

/**
 * One HTTP POST to loopback.
 * @param timeoutMs the longest pause without any data
 * @returns the answer as a stream
 * @throws LinkError `REQUEST_FAILED` or `TIMED_OUT` naming the URL and why there was no answer
 */
export function post(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
  timeoutMs: number,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asked = request(
      url,
      {
        method: "POST",
        agent: false,
        timeout: timeoutMs,
        headers: { "user-agent": "metrics-link-repair", "content-length": body.length, ...headers },
      },
      resolve,
    );
    asked.on("timeout", () =>
      asked.destroy(new LinkError("TIMED_OUT", { what: `timed out after ${timeoutMs} ms without data` })),
    );
    asked.on("error", (cause) => {
      const code = hasCode(cause, "TIMED_OUT") ? "TIMED_OUT" : "REQUEST_FAILED";
      reject(new LinkError(code, { what: `${url} does not answer: ${cause.message}`, cause }));
    });
    asked.end(body);
  });
}

/** The first 4096 characters of an answer; the rest is read and dropped. */
export async function textOf(answer: AsyncIterable<Uint8Array>): Promise<string> {
  const limit = 4096;
  let text = "";
  for await (const piece of answer) if (text.length < limit) text += Buffer.from(piece).toString();
  return text.slice(0, limit).trim();
}
