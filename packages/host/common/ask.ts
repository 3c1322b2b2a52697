import { get } from "node:http";
import type { Effects } from "../agent/effects.ts";

/** One HTTP GET on loopback or on a unix socket, which `fetch` cannot. */
export const ask: Effects["ask"] = ({ url, socketPath, timeoutMs }) =>
  new Promise((resolve, reject) => {
    const request = get(
      url,
      { agent: false, signal: AbortSignal.timeout(timeoutMs), ...(socketPath === undefined ? {} : { socketPath }) },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
      },
    );
    request.on("error", (cause: Error) => {
      const where = socketPath === undefined ? url : `${url} on ${socketPath}`;
      const reason = cause.name === "AbortError" ? `nothing within ${timeoutMs} ms` : cause.message;
      reject(new Error(`${where} does not answer: ${reason}`));
    });
  });
