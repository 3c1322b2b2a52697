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

/** The whole body. @param mostBytes a larger one is not kept; the rest of it is read and dropped, so that an answer arrives */
export function bodyOf(request: IncomingMessage, mostBytes: number): Promise<Buffer | "too large" | "cut off"> {
  return new Promise((resolve) => {
    let chunks: Buffer[] = [];
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= mostBytes) chunks.push(chunk);
      else {
        chunks = [];
        resolve("too large");
      }
    });
    request.on("end", () => resolve(Buffer.concat(chunks)));
    request.on("error", () => resolve("cut off"));
    request.on("close", () => resolve("cut off"));
  });
}
