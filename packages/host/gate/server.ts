import { chmodSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { printableJson } from "@metrics-link/contract";
import type { GateConfiguration } from "@metrics-link/gate";
import type { ConfigurationFile } from "./configuration-file.ts";
import type { ErrorLog } from "./error-log.ts";
import type { Answer } from "./forward.ts";
import { metricsOf, type Tally } from "./metrics.ts";
import type { Slots } from "./slots.ts";
import type { WriteRequests } from "./write.ts";

/** What the server is made of. */
export interface Parts {
  readonly file: ConfigurationFile;
  readonly writes: WriteRequests;
  readonly tally: Tally;
  readonly slots: Slots;
  readonly startedAt: number;
  readonly errors: ErrorLog;
}

/** The page of metrics, now. */
export function metricsPage({ file, writes, tally, slots, startedAt }: Parts): string {
  const { configuration, at } = file.current;
  return metricsOf(tally, {
    enforcing: configuration.mode === "enforce",
    configurationIsGood: file.isGood,
    configurationAt: at,
    startedAt,
    memory: process.memoryUsage.rss(),
    inUse: slots.inUse,
    senders: writes.senders(),
  });
}

/** Listens on a unix socket: Envoy's user reaches it by its group, other users not at all. */
export async function listen(parts: Parts, socketPath: string): Promise<Server> {
  const server = createServer((request, response) => {
    // While it stops, each connection ends with its answer.
    response.shouldKeepAlive = server.listening;
    void answer(parts, request, response);
  });
  // Envoy reuses a connection for 60 s, and must not find one that is just being closed.
  server.keepAliveTimeout = 75_000;
  // Node's own would answer 408, which makes a sender drop its samples. Envoy has the whole request before it connects.
  server.requestTimeout = 0;
  server.headersTimeout = 0;
  // Of a gate that was killed.
  rmSync(socketPath, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(socketPath, resolve);
  });
  chmodSync(socketPath, 0o660);
  return server;
}

async function answer(parts: Parts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  const { status, headers, body } = await answerOf(parts, request, gone.signal).catch((error: unknown): Answer => {
    // A bug: the sender keeps its samples, and tries again.
    parts.errors.add(error, Date.now());
    return text(500, "the gate failed; its journal says how");
  });
  // What is still to come of a body would be read as the next request.
  if (!request.complete) response.shouldKeepAlive = false;
  response.writeHead(status, { ...headers, ...(status === 204 ? {} : { "content-length": body.length }) }).end(body);
}

async function answerOf(parts: Parts, request: IncomingMessage, gone: AbortSignal): Promise<Answer> {
  const { configuration, sha256 } = parts.file.current;
  switch (`${request.method} ${request.url}`) {
    case "POST /api/v1/write":
      return parts.writes.answer(request, configuration, gone);
    case "GET /ready":
      return parts.file.isGood
        ? text(200, `configuration ${sha256}`)
        : text(503, `the configuration file is not good; in force is ${sha256}`);
    case "GET /metrics":
      return { ...text(200, ""), body: Buffer.from(metricsPage(parts)) };
    case "GET /labels":
      return json(labelsPage(configuration, sha256));
    default:
      return text(404, "no such page");
  }
}

/** What each sender may write, for the audit. */
const labelsPage = ({ mode, reserved, senders }: GateConfiguration, sha256: string) => ({
  configuration: sha256,
  mode,
  reserved,
  senders: Object.fromEntries([...senders].map(([name, { labels }]) => [name, labels])),
});

const text = (status: number, words: string): Answer => ({
  status,
  headers: { "content-type": "text/plain; charset=utf-8" },
  body: Buffer.from(`${words}\n`),
});

const json = (value: unknown): Answer => ({
  status: 200,
  headers: { "content-type": "application/json" },
  body: Buffer.from(`${printableJson(value)}\n`),
});
