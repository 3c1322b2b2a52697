/** Forwards a request to moto unchanged: the caller's signature covers its headers and body. */
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { LinkError } from "@metrics-link/contract";

/** Header that carries a request's network context to moto (read by moto/context.py). */
const contextHeader = "X-Sandbox-Context";

const hopByHop = new Set(["connection", "keep-alive", "proxy-connection", "upgrade", "te", "expect"]);
/** Only the world may set these headers. */
const reserved = /^x[-_](sandbox|moto)[-_]/i;

/** Header that carries the policy of the VPC endpoint through which a request came. */
const endpointPolicyHeader = "X-Sandbox-Endpoint-Policy";

/** Header that asks moto whether it would answer, of a call that the front answers itself (read by moto/resources.py). */
const verdictHeader = "X-Sandbox-Verdict";

/** Condition keys and their values. */
export type Context = Readonly<Record<string, string>>;

/** The network context of a request, as AWS knows it. */
export interface Way {
  readonly context: Context;
  /** JSON, of a VPC endpoint. */
  readonly endpointPolicy?: string;
  /** Moto is only asked whose call it is, and whether it is allowed. */
  readonly onlyVerdict?: boolean;
}

/** Sends the request on and pipes the answer back. `body`: the whole body, where the caller has read it already. */
export async function forward(
  moto: string,
  request: IncomingMessage,
  response: ServerResponse,
  way: Way,
  body?: Buffer,
): Promise<void> {
  const answer = await send(moto, request, way, body);
  response.writeHead(answer.statusCode ?? 502, pairs(answer.rawHeaders).filter(keptInAnswer).flat());
  await pipeline(answer, response);
}

/** Sends the request on and reads the whole answer, for calls which the front itself completes. */
export async function ask(
  moto: string,
  request: IncomingMessage,
  way: Way,
  body: Buffer,
): Promise<{ status: number; headers: [string, string][]; body: Buffer }> {
  const answer = await send(moto, request, way, body);
  return {
    status: answer.statusCode ?? 502,
    headers: pairs(answer.rawHeaders).filter(keptInAnswer),
    body: await readAll(answer),
  };
}

/** Reads a small body; API calls other than S3's stay below a megabyte. */
export async function readAll(stream: NodeJS.ReadableStream, limit = 16 * 1024 * 1024): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += (chunk as Buffer).length;
    if (size > limit) throw new LinkError("SANDBOX_REFUSED", { what: `the body has more than ${limit} bytes` });
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function send(moto: string, request: IncomingMessage, way: Way, body?: Buffer): Promise<IncomingMessage> {
  const { hostname, port } = new URL(moto);
  const headers = pairs(request.rawHeaders).filter(
    ([name]) => !hopByHop.has(name.toLowerCase()) && !reserved.test(name),
  );
  headers.push([contextHeader, JSON.stringify(way.context)]);
  if (way.onlyVerdict) headers.push([verdictHeader, "1"]);
  // A policy may span lines; a header may not.
  if (way.endpointPolicy !== undefined) {
    headers.push([endpointPolicyHeader, JSON.stringify(JSON.parse(way.endpointPolicy))]);
  }
  return new Promise((resolve, reject) => {
    const upstream = http.request({
      hostname,
      port,
      method: request.method ?? "GET",
      path: request.url ?? "/",
      // As flat pairs, which keeps spelling, order and repetition and adds no Host.
      headers: headers.flat(),
      agent: false,
    });
    upstream.once("response", resolve);
    upstream.once("error", reject);
    if (body !== undefined) upstream.end(body);
    else pipeline(request, upstream).catch(reject);
  });
}

function keptInAnswer([name]: [string, string]): boolean {
  return !hopByHop.has(name.toLowerCase()) && name.toLowerCase() !== "transfer-encoding";
}

function pairs(raw: readonly string[]): [string, string][] {
  return raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1] ?? ""] as [string, string]] : []));
}
