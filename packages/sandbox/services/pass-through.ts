import net from "node:net";

/** Connects a client with a port on loopback, byte by byte, as PrivateLink does; without a port it is turned away. */
export function passThrough(client: net.Socket, port: number | undefined): void {
  if (port === undefined) {
    client.resetAndDestroy();
    return;
  }
  const service = net.connect({ host: "127.0.0.1", port, allowHalfOpen: true });
  // What happens to one side happens to the other.
  client.on("error", () => service.resetAndDestroy());
  service.on("error", () => client.resetAndDestroy());
  client.pipe(service).pipe(client);
}
