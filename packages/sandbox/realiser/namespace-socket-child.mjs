// Runs inside a network namespace (see namespace-socket.ts): opens one socket, hands it to the parent, ends.
// Plain JavaScript, because it must start in tens of milliseconds under any loader.
import dgram from "node:dgram";
import net from "node:net";

/** @type {import("./namespace-socket.ts").SocketRequest} */
const request = JSON.parse(process.argv[2] ?? "");

const fail = (error) => process.send({ error: error.message, code: error.code ?? "EUNKNOWN" });
const hand = (handle) => process.send({}, handle);

process.on("disconnect", () => process.exit(0));

if (request.kind === "listen") {
  const server = net.createServer();
  server.on("error", fail);
  server.listen(request.port, request.host, () => hand(server));
} else if (request.kind === "bind") {
  const socket = dgram.createSocket("udp4");
  socket.on("error", fail);
  socket.bind(request.port, request.host, () => hand(socket));
} else {
  const { host, port, localAddress, timeoutMs } = request;
  const socket = net.connect({ host, port, localAddress, allowHalfOpen: true });
  // Paused before it connects: bytes that arrive early stay in the kernel for the parent.
  socket.pause();
  socket.setTimeout(timeoutMs, () => {
    fail(Object.assign(new Error(`no connection within ${timeoutMs} ms`), { code: "ETIMEDOUT" }));
  });
  socket.on("error", fail);
  socket.on("connect", () => hand(socket));
}
