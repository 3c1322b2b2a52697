import { spawn } from "node:child_process";
import type { Socket as DatagramSocket } from "node:dgram";
import type { Server, Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { namespacePath } from "./names.ts";

/** What the child opens: JSON in its only argument. */
export type SocketRequest =
  | { readonly kind: "listen"; readonly host: string; readonly port: number }
  | { readonly kind: "bind"; readonly host: string; readonly port: number }
  | {
      readonly kind: "connect";
      readonly host: string;
      readonly port: number;
      readonly localAddress?: string;
      readonly timeoutMs: number;
    };

/** The child's answer; the socket travels with the message. */
interface SocketAnswer {
  readonly error?: string;
  readonly code?: string;
}

/** A socket could not be opened inside a namespace; `code` is the system's, such as EADDRINUSE or ETIMEDOUT. */
class NamespaceSocketError extends Error {
  readonly code: string;

  constructor(namespace: string, request: SocketRequest, message: string, code: string) {
    super(`${request.kind} ${request.host}:${request.port} in namespace ${namespace}: ${message}`);
    this.name = "NamespaceSocketError";
    this.code = code;
  }
}

/**
 * A TCP socket listening inside `namespace`, served by this process. Give it to a server:
 * `http.createServer(handler).listen(await listenTcp(...))`. Closing that server closes the socket.
 */
export function listenTcp(namespace: string, at: { host: string; port: number }): Promise<Server> {
  return open<Server>(namespace, { kind: "listen", ...at });
}

/** A UDP socket bound inside `namespace`, owned by this process. */
export function bindUdp(namespace: string, at: { host: string; port: number }): Promise<DatagramSocket> {
  return open<DatagramSocket>(namespace, { kind: "bind", ...at });
}

/** A TCP connection made from inside `namespace`; paused, so that no byte is lost before a reader is attached. */
export function connectTcp(
  namespace: string,
  to: { host: string; port: number; localAddress?: string; timeoutMs: number },
): Promise<Socket> {
  return open<Socket>(namespace, { kind: "connect", ...to });
}

/**
 * A socket stays in the network namespace in which it was made, whichever process holds it. Node cannot enter a
 * namespace, so a short-lived child does, makes the socket and passes it on.
 */
function open<Handle>(namespace: string, request: SocketRequest): Promise<Handle> {
  const child = spawn(
    "nsenter",
    [
      `--net=${namespacePath(namespace)}`,
      process.execPath,
      fileURLToPath(new URL("namespace-socket-child.mjs", import.meta.url)),
      JSON.stringify(request),
    ],
    { stdio: ["ignore", "ignore", "pipe", "ipc"] },
  );
  let stderr = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  return new Promise<Handle>((resolve, reject) => {
    const fail = (message: string, code: string) => reject(new NamespaceSocketError(namespace, request, message, code));
    child.once("message", (answer: SocketAnswer, handle: unknown) => {
      if (answer.error !== undefined) fail(answer.error, answer.code ?? "EUNKNOWN");
      else resolve(handle as Handle);
      child.disconnect();
    });
    child.once("error", (error) => fail(`cannot run nsenter: ${error.message}`, "ENOENT"));
    child.once("exit", (code) => fail(stderr.trim() || `the helper process ended with ${code}`, "ECHILD"));
  });
}
