import { type IncomingMessage, request } from "node:http";

/** A request to loopback. `fetch` would want WebAssembly, which a Node without a compiler has not. */
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
    asked.on("timeout", () => asked.destroy(new Error(`nothing came for ${timeoutMs} ms`)));
    asked.on("error", (cause) => reject(new Error(`${url} does not answer: ${cause.message}`)));
    asked.end(body);
  });
}

/** The beginning of an answer's text; the rest is not kept. */
export async function textOf(answer: AsyncIterable<Uint8Array>): Promise<string> {
  const limit = 4096;
  let text = "";
  for await (const piece of answer) if (text.length < limit) text += Buffer.from(piece).toString();
  return text.slice(0, limit).trim();
}
