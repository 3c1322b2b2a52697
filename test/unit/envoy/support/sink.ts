import { createServer, type Server } from "node:http";

export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: number;
}

/** Stands for the receiver's Prometheus: takes down what arrives and answers with `status`. */
export class Sink {
  readonly received: Received[] = [];
  status = 204;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      let bytes = 0;
      request.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
      });
      request.on("end", () => {
        this.received.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers, bytes });
        response.writeHead(this.status, { server: "sink" }).end();
      });
    });
  }

  static async listen(port: number): Promise<Sink> {
    const sink = new Sink();
    await new Promise<void>((resolve) => sink.#server.listen(port, "127.0.0.1", resolve));
    return sink;
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }
}
