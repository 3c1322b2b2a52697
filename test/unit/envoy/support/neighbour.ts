import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { type Caller, openTls } from "./client.ts";

/** Opens connections and holds them: what somebody does who wants to use up the receiver's. */
export class Neighbour {
  readonly #sockets: Socket[] = [];

  /**
   * Opens connections without TLS and sends `bytes`, which may be none, on each.
   * @param from the source address, of 127.0.0.0/8
   * @returns when each is open or closed again
   */
  async open(count: number, from: string, port: number, bytes: Buffer = Buffer.of()): Promise<void> {
    await this.#hold(count, "connect", bytes, () => connect({ host: "127.0.0.1", port, localAddress: from }));
  }

  /** As `open`, after a handshake as `caller`. */
  async openTls(count: number, caller: Caller, bytes: Buffer = Buffer.of()): Promise<void> {
    await this.#hold(count, "secureConnect", bytes, () => openTls(caller));
  }

  /** How many of its connections the other side has not closed. */
  get held(): number {
    return this.#sockets.filter(({ destroyed }) => !destroyed).length;
  }

  leave(): void {
    for (const socket of this.#sockets.splice(0)) socket.destroy();
  }

  async #hold(count: number, established: string, bytes: Buffer, one: () => Socket): Promise<void> {
    const sockets = Array.from({ length: count }, one);
    this.#sockets.push(...sockets);
    await Promise.all(
      sockets.map(
        (socket) =>
          new Promise<void>((resolve) => {
            socket.once(established, () => {
              socket.write(bytes);
              resolve();
            });
            socket.once("close", () => resolve());
            // A refusal; it is counted at the receiver.
            socket.on("error", () => {});
            // Without a reader the other side's close would go unnoticed.
            socket.resume();
          }),
      ),
    );
  }
}

/** The first half of a client's first message (RFC 8446, 4.1.2). */
export async function halfAClientHello(serverName: string): Promise<Buffer> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const client = connectTls({ host: "127.0.0.1", port, servername: serverName, ALPNProtocols: ["h2"] });
  client.on("error", () => {});
  const [peer] = (await once(server, "connection")) as [Socket];
  const [hello] = (await once(peer, "data")) as [Buffer];
  client.destroy();
  peer.destroy();
  server.close();
  return hello.subarray(0, hello.length / 2);
}

/** The HTTP/2 connection preface: the fixed text and an empty SETTINGS frame (RFC 9113, 3.4 and 6.5). */
export const http2Preface = Buffer.concat([
  Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
  Buffer.of(0, 0, 0, 4, 0, 0, 0, 0, 0),
]);
