import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Taken {
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** In the place of Prometheus: keeps what it gets, and answers as it is told. */
export class StandIn {
  readonly taken: Taken[] = [];
  answer: (response: ServerResponse, body: Buffer) => void = (response) => void response.writeHead(204).end();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const body = Buffer.concat(chunks);
        this.taken.push({ url: request.url, headers: request.headers, body });
        this.answer(response, body);
      });
    });
  }

  /** @param port default: any that is free */
  static start(port = 0): Promise<StandIn> {
    const standIn = new StandIn();
    return new Promise((resolve) => standIn.#server.listen(port, "127.0.0.1", () => resolve(standIn)));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}
