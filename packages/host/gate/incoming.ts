import type { IncomingMessage } from "node:http";
import { type Protocol, protocols } from "@metrics-link/gate";

/** Headers that go on to Prometheus, as they came. */
const passedOn = ["content-type", "content-encoding", "user-agent", "x-prometheus-remote-write-version"] as const;

/** The value of a header that came exactly once. Node joins several into one text, so the raw ones are read. */
export function only({ rawHeaders }: Pick<IncomingMessage, "rawHeaders">, name: string): string | undefined {
  const values = rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name);
  return values.length === 1 ? values[0] : undefined;
}

/** Remote Write 1 or 2, in snappy; undefined for anything else. */
export function protocolOf(request: Pick<IncomingMessage, "rawHeaders">): Protocol | undefined {
  if (only(request, "content-encoding") !== "snappy") return undefined;
  return protocols.get(only(request, "content-type") ?? "");
}

export const headersOn = (request: Pick<IncomingMessage, "rawHeaders">): Record<string, string> =>
  Object.fromEntries(
    passedOn.flatMap((name) => {
      const value = only(request, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );

/**
 * The whole body. One that is too large is read to its end and dropped: an answer before that would reach Envoy as a broken
 * connection, which senders retry.
 * @param timeoutMs for all of it: who sends nothing more would keep a slot for ever
 */
export function bodyOf(
  request: IncomingMessage,
  mostBytes: number,
  timeoutMs: number,
): Promise<Buffer | "too large" | "cut off"> {
  return new Promise((resolve) => {
    let chunks: Buffer[] = [];
    let bytes = 0;
    const end = (found: Buffer | "too large" | "cut off") => {
      clearTimeout(timer);
      resolve(found);
    };
    const timer = setTimeout(() => end("cut off"), timeoutMs);
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= mostBytes) chunks.push(chunk);
      else chunks = [];
    });
    request.on("end", () => end(bytes <= mostBytes ? Buffer.concat(chunks) : "too large"));
    request.on("error", () => end("cut off"));
    request.on("close", () => end("cut off"));
  });
}
