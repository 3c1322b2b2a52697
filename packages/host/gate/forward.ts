import { Agent, type IncomingHttpHeaders, request } from "node:http";
import { LinkError } from "@metrics-link/contract";

/** What Prometheus answered. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Passes a body on to Prometheus as it came. @throws LinkError `REQUEST_FAILED` or `TIMED_OUT` */
export type Forward = (headers: Readonly<Record<string, string>>, body: Buffer) => Promise<Answer>;

/** What a sender reads of an answer: what was written (Remote Write 2), and when to try again. */
const passedBack = /^(content-type|retry-after|x-prometheus-remote-write-.*)$/;
/** A sender shows the first 256 bytes of an answer; more than this is cut off. */
const mostBytes = 65_536;

/**
 * Forwards over connections that are kept.
 * @param url of the receiver's Prometheus, on loopback
 * @param timeoutMs for the whole answer; shorter than Envoy waits for this one
 */
export function forwardTo(url: string, timeoutMs: number): Forward {
  // Below the five minutes after which Prometheus closes an idle connection.
  const agent = new Agent({ keepAlive: true, timeout: 60_000 });
  return (headers, body) =>
    new Promise((resolve, reject) => {
      const fail = (cause: Error) => {
        const timedOut = cause.name === "AbortError" || cause.name === "TimeoutError";
        const reason = timedOut ? `timed out after ${timeoutMs} ms` : cause.message;
        const what = `${url} does not answer: ${reason}`;
        reject(new LinkError(timedOut ? "TIMED_OUT" : "REQUEST_FAILED", { what, cause }));
      };
      const signal = AbortSignal.timeout(timeoutMs);
      const asked = request(
        url,
        { method: "POST", agent, signal, headers: { ...headers, "content-length": body.length } },
        (answer) => {
          const chunks: Buffer[] = [];
          let bytes = 0;
          answer.on("data", (chunk: Buffer) => {
            if (bytes < mostBytes) chunks.push(chunk);
            bytes += chunk.length;
          });
          answer.on("error", fail);
          answer.on("end", () =>
            resolve({
              status: answer.statusCode ?? 0,
              headers: headersBack(answer.headers),
              body: Buffer.concat(chunks).subarray(0, mostBytes),
            }),
          );
        },
      );
      asked.on("error", fail);
      asked.end(body);
    });
}

const headersBack = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      passedBack.test(name) && typeof value === "string" ? [[name, value]] : [],
    ),
  );
