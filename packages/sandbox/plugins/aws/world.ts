/** The unix socket of the sandbox's world, where its cloud lives. */
import { request } from "node:http";
import { text } from "node:stream/consumers";

const UP = "npm run -s sandbox -- up";

/** An answer of the cloud that says no, with AWS's code. */
class ApiError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(`api error ${code}: ${message}`);
    this.name = "ApiError";
    this.code = code;
  }
}

/**
 * Sends one request to the cloud.
 *
 * @throws ApiError if the cloud refuses, Error if no sandbox is up
 */
export async function post(verb: string, body: object, signal?: AbortSignal): Promise<unknown> {
  const socketPath = process.env.METRICS_LINK_WORLD;
  if (!socketPath) {
    throw new Error(
      "METRICS_LINK_WORLD is not set: this is the sandbox's stand-in for the AWS provider, and it does not know which " +
        `sandbox is meant. Start one with: ${UP}; then use its environment: eval "$(npm run -s sandbox -- env sender)"`,
    );
  }
  const answer = JSON.parse(await send(socketPath, verb, JSON.stringify(body), signal)) as {
    result?: unknown;
    error?: { code: string; message: string };
  };
  if (answer.error !== undefined) throw new ApiError(answer.error.code, answer.error.message);
  return answer.result;
}

function send(socketPath: string, verb: string, body: string, signal: AbortSignal | undefined): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const options = { socketPath, path: `/cloud/${verb}`, method: "POST", headers, ...(signal ? { signal } : {}) };
    request(options, (response) => text(response).then(resolve, reject))
      .on("error", (error: NodeJS.ErrnoException) => {
        const absent = error.code === "ENOENT" || error.code === "ECONNREFUSED";
        reject(absent ? new Error(`No sandbox is up at ${socketPath}. Start it with: ${UP}`, { cause: error }) : error);
      })
      .end(body);
  });
}
