import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { contentSecurityPolicy } from "@metrics-link/report";

/**
 * Serves one page on loopback, made anew at every load. Resolves when it listens.
 * @returns what ends it
 * @throws Error when the port is taken
 */
export async function serve(port: number, make: () => Promise<string>): Promise<() => void> {
  const page = oneAtATime(make);
  const server = createServer((request, response) => void answer(request, response, port, page));
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return () => {
    server.close();
    server.closeAllConnections();
  };
}

/** Who asks while it is being made gets the same one. */
export function oneAtATime<Made>(make: () => Promise<Made>): () => Promise<Made> {
  let underWay: Promise<Made> | undefined;
  return () => {
    underWay ??= make().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
}

async function answer(
  { method = "", url, headers: { host } }: IncomingMessage,
  response: ServerResponse,
  port: number,
  page: () => Promise<string>,
): Promise<void> {
  // A page of the internet that gives its own name the address 127.0.0.1 asks with that name.
  if (![`127.0.0.1:${port}`, `localhost:${port}`].includes(host ?? ""))
    return say(response, 421, "Another host is meant.");
  if (url !== "/") return say(response, 404, "There is one page: /");
  if (!["GET", "HEAD"].includes(method)) return say(response, 405, "The page can only be read.");
  try {
    say(response, 200, await page(), "text/html");
  } catch (error) {
    say(response, 500, (error as Error).message);
  }
}

function say(response: ServerResponse, status: number, text: string, type = "text/plain"): void {
  response.writeHead(status, {
    "content-type": `${type}; charset=utf-8`,
    "cache-control": "no-store",
    "content-security-policy": contentSecurityPolicy,
    "x-content-type-options": "nosniff",
  });
  response.end(text);
}
