/** The world's own interface: HTTP with JSON over its socket, for the command line and Pulumi's provider. */

import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { json } from "node:stream/consumers";
import { type ErrorCode, LinkError } from "@metrics-link/contract";
import { z } from "zod";
import { type Cloud, cloudRoutes } from "../cloud/index.ts";
import type { PowerAction, Realiser } from "../realiser/index.ts";
import { execRequest, neighbourRequest, powerActions, type WorldStatus } from "./protocol.ts";
import type { NeighbourOf } from "./settings.ts";

/** Requests to the world as a whole. */
export interface WorldControls {
  status(): Promise<WorldStatus>;
  setInternetHost(name: string, address: string): Promise<void>;
  setNeighbour(neighbour: NeighbourOf): Promise<void>;
  setAlertmanager(power: "on" | "off"): Promise<void>;
  stop(): Promise<void>;
  exit(): void;
}

interface Context {
  readonly cloud: Cloud;
  readonly realiser: Realiser;
  readonly log: (line: string) => void;
}

class RequestError extends LinkError {
  readonly status: number;

  constructor(status: number, what: string) {
    super("SANDBOX_REFUSED", { what });
    this.name = "RequestError";
    this.status = status;
  }
}

export function worldListener(world: WorldControls, context: Context): RequestListener {
  const cloud = cloudRoutes(context.cloud);
  return (request, response) => {
    serve(world, context, cloud, request, response).catch((error: Error) => {
      const status = error instanceof RequestError ? error.status : 500;
      context.log(`${request.method} ${request.url}: ${error.message}`);
      if (response.headersSent) response.destroy();
      else send(response, status, { error: { code: codeOf(error), message: error.message } });
    });
  };
}

const codeOf = (error: unknown): ErrorCode => (error instanceof LinkError ? error.code : "COMMAND_FAILED");

async function serve(
  world: WorldControls,
  { realiser }: Context,
  cloud: ReturnType<typeof cloudRoutes>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (await cloud(request, response)) return;
  const { method, url = "/" } = request;
  const [first, second, third] = url.split("/").filter(Boolean).map(decodeURIComponent);
  if (method === "GET" && first === "status") return send(response, 200, await world.status());
  if (method !== "POST") throw new RequestError(404, `there is no ${method} ${url}`);
  const body = (await json(request).catch(() => ({}))) as Record<string, unknown>;
  if (first === "hosts" && second !== undefined) {
    return send(response, 200, await hostAction(realiser, second, third ?? "", body));
  }
  if (first === "internet-hosts") {
    await world.setInternetHost(String(body.name), String(body.address));
    return send(response, 200, {});
  }
  if (first === "neighbours") {
    await world.setNeighbour(neighbourRequest.parse(body));
    return send(response, 200, {});
  }
  if (first === "alertmanager") {
    const { power } = body;
    if (power !== "on" && power !== "off") throw new RequestError(400, `power is on or off, not ${power}`);
    await world.setAlertmanager(power);
    return send(response, 200, {});
  }
  if (first === "stop") {
    await world.stop();
    response.once("finish", () => world.exit());
    return send(response, 200, {});
  }
  throw new RequestError(404, `there is no ${method} ${url}`);
}

async function hostAction(
  { hosts }: Realiser,
  host: string,
  action: string,
  body: Record<string, unknown>,
): Promise<unknown> {
  switch (action) {
    case "exec": {
      const { argv, ...options } = execRequest.parse(body);
      return await hosts.exec(host, argv, options);
    }
    case "shell":
      return await hosts.shell(host, z.array(z.string()).optional().parse(body.argv));
    case "power": {
      const wanted = body.action as PowerAction;
      if (!powerActions.includes(wanted))
        throw new RequestError(400, `power is one of ${powerActions.join(", ")}, not ${wanted}`);
      await hosts.power(host, wanted);
      return {};
    }
    default:
      throw new RequestError(404, `hosts have no action ${action}`);
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  response.end(text);
}
