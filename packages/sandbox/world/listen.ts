/** Where the world listens outside its own networks: one port on loopback, one socket in its folder. */
import { chmodSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Listens on the wanted port, or on a free one if none is wanted or it is taken. @returns the port */
export async function listenOnLoopback(server: Server, wanted?: number): Promise<number> {
  try {
    await listening(server, { host: "127.0.0.1", port: wanted ?? 0 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE" || wanted === undefined) throw error;
    await listening(server, { host: "127.0.0.1", port: 0 });
  }
  return (server.address() as AddressInfo).port;
}

/** Listens on a unix socket that only its owner may use. The caller has made sure that no other world does. */
export async function listenOnSocket(server: Server, path: string): Promise<void> {
  rmSync(path, { force: true });
  await listening(server, { path });
  chmodSync(path, 0o600);
}

function listening(server: Server, where: { host: string; port: number } | { path: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(where, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
