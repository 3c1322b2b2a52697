import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { contentSecurityPolicy } from "@metrics-link/page/document.ts";

/**
 * Serves one page on loopback until Ctrl-C. Who loads it while it is being made gets the same one.
 * @throws Error when the port is taken
 */
export async function serve(port: number, make: () => Promise<string>): Promise<void> {
  let underWay: Promise<string> | undefined;
  const page = () => {
    underWay ??= make().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
  const server = createServer((request, response) => void answer(request, response, port, page));
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  console.log(`http://127.0.0.1:${port}/ until Ctrl-C`);
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  server.close();
  server.closeAllConnections();
}

async function answer(
  { method = "", url, headers: { host } }: IncomingMessage,
  response: ServerResponse,
  port: number,
  page: () => Promise<string>,
): Promise<void> {
  // A page of the internet that gives its own name the address 127.0.0.1 asks with that name.
  if (![`127.0.0.1:${port}`, `localhost:${port}`].includes(host ?? ""))
    return end(response, 421, "Another host is meant.");
  if (url !== "/") return end(response, 404, "There is one page: /");
  if (!["GET", "HEAD"].includes(method)) return end(response, 405, "The page can only be read.");
  try {
    end(response, 200, await page(), "text/html");
  } catch (error) {
    end(response, 500, (error as Error).message);
  }
}

function end(response: ServerResponse, status: number, text: string, type = "text/plain"): void {
  response.writeHead(status, {
    "content-type": `${type}; charset=utf-8`,
    "cache-control": "no-store",
    "content-security-policy": contentSecurityPolicy,
    "x-content-type-options": "nosniff",
  });
  response.end(text);
}
