// @ts-check
import { rmSync } from "node:fs";
import net from "node:net";

/**
 * Takes the lock, waiting for whoever holds it. It is an abstract Unix socket (unix(7)) where there are such: the kernel lets
 * go of it when the process ends, so a crash leaves none behind. Otherwise it is a socket with a path, and one that nobody
 * listens on is removed. The holder tells its process id to those who wait.
 * @param {string} name socket name, starting with a NUL, or path
 * @param {(pid: string) => void} onWait called for each holder that is waited for
 * @returns {Promise<() => Promise<void>>} lets go of it
 */
export async function takeLock(name, onWait) {
  for (;;) {
    const server = await listen(name);
    if (server) {
      server.unref();
      return () => new Promise((done) => server.close(() => done()));
    }
    await waitForHolder(name, onWait);
  }
}

/**
 * @param {string} name
 * @returns {Promise<net.Server | null>} null if another holds it
 */
function listen(name) {
  /** @type {Set<net.Socket>} */
  const waiting = new Set();
  return new Promise((resolve, reject) => {
    const server = net.createServer((socket) => {
      waiting.add(socket.unref());
      socket.on("error", () => socket.destroy()).on("close", () => waiting.delete(socket));
      socket.write(`${process.pid}\n`);
    });
    const close = server.close.bind(server);
    server.close = (callback) => {
      close(callback);
      for (const socket of waiting) socket.destroy();
      return server;
    };
    server.once("error", (/** @type {NodeJS.ErrnoException} */ error) =>
      error.code === "EADDRINUSE" ? resolve(null) : reject(error),
    );
    server.listen(name, () => resolve(server));
  });
}

/**
 * @param {string} name
 * @param {(pid: string) => void} onWait
 * @returns {Promise<void>}
 */
function waitForHolder(name, onWait) {
  return new Promise((resolve) => {
    const socket = net.connect(name);
    socket.once("data", (pid) => onWait(String(pid).trim()));
    // Refused: the holder went away between our two calls, or, of a path, crashed long ago.
    socket.once("error", (/** @type {NodeJS.ErrnoException} */ { code }) => {
      if (code === "ECONNREFUSED" && !name.startsWith("\0")) rmSync(name, { force: true });
      socket.destroy();
    });
    socket.once("close", () => resolve());
  });
}
