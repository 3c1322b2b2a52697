import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { contentSecurityPolicy } from "@metrics-link/report";

/**
 * Serves one page on loopback and renders it for every request. Resolves when it listens.
 * @returns a function that stops it
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

/** Requests during a rendering get its page. */
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
  // DNS rebinding: a website whose name resolves to 127.0.0.1 sends that name.
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
