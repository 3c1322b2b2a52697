/** The cloud over HTTP: how the provider, in a process of its own, reaches it. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { json } from "node:stream/consumers";
import { errorBody } from "./aws-error.ts";
import type { Cloud } from "./cloud.ts";

/**
 * Serves `POST /cloud/{create,read,update,delete,identify,seen}` with JSON bodies, and answers `{result}` or
 * `{error: {code, message}}`. Resolves to false for any other request, which is then left alone.
 */
export function cloudRoutes(cloud: Cloud): (request: IncomingMessage, response: ServerResponse) => Promise<boolean> {
  const verbs: Record<string, (body: never) => Promise<unknown>> = {
    create: (body) => cloud.create(body),
    read: (body) => cloud.read(body),
    update: (body) => cloud.update(body),
    delete: (body) => cloud.delete(body),
    identify: (body) => cloud.identify(body),
    seen: (body) => cloud.seen(body),
  };
  return async (request, response) => {
    const verb = /^\/cloud\/(\w+)$/.exec(request.url ?? "")?.[1];
    const handle = verb === undefined ? undefined : verbs[verb];
    if (request.method !== "POST" || handle === undefined) return false;
    const [status, body] = await answer(async () => handle((await json(request)) as never));
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    return true;
  };
}

async function answer(work: () => Promise<unknown>): Promise<[number, unknown]> {
  try {
    return [200, { result: await work() }];
  } catch (thrown) {
    return [400, { error: errorBody(thrown) }];
  }
}
