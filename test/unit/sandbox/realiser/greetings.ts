import type { Server, Socket } from "node:net";
import { connectTcp, listenTcp } from "@metrics-link/sandbox/realiser/namespace-socket.ts";

const silenceMs = 700;

/** Whether nothing answered. */
export const times = (error: unknown): boolean => (error as { code?: string }).code === "ETIMEDOUT";

/** Servers in namespaces, and clients that tell who answered them. */
export function greetings() {
  const servers: { close(): unknown }[] = [];

  /** A server that greets with its own name and the address that it sees. */
  async function greet(namespace: string, name: string, at: { host: string; port: number }): Promise<void> {
    const server: Server = await listenTcp(namespace, at);
    server.on("connection", (socket: Socket) => socket.end(`${name} ${socket.remoteAddress}`));
    servers.push(server);
  }

  async function greeting(from: string, host: string, port: number): Promise<string> {
    const socket = await connectTcp(from, { host, port, timeoutMs: silenceMs });
    socket.setTimeout(silenceMs, () => socket.destroy(new Error("connected, but nothing came")));
    let text = "";
    for await (const chunk of socket) text += chunk;
    return text;
  }

  return { servers, greet, greeting };
}
