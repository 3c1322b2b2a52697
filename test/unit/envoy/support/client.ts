import { type ClientHttp2Session, connect } from "node:http2";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { Leaf } from "./authority.ts";

export interface Caller {
  /** Absent: no client certificate. */
  readonly leaf?: Leaf;
  readonly root: string;
  readonly serverName: string;
  readonly port: number;
  readonly sourceAddress?: string;
  readonly maxVersion?: "TLSv1.2" | "TLSv1.3";
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
}

export interface Request {
  readonly method?: string;
  /** Sent byte for byte. */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** Sent without ever ending the request. */
  readonly unfinished?: Buffer;
}

/** Speaks to the receiver as any program on the internet may: HTTP/2 over TLS, with or without a certificate. */
export class Client {
  readonly #session: ClientHttp2Session;

  private constructor(session: ClientHttp2Session) {
    this.#session = session;
    // A refusal comes as an error of the session; the request under way reports it.
    session.on("error", () => {});
    // One listener a request.
    session.setMaxListeners(0);
  }

  static connect(caller: Caller): Client {
    const createConnection = () => openTls(caller);
    return new Client(connect(`https://${caller.serverName}:${caller.port}`, { createConnection }));
  }

  /** @throws what the connection failed with */
  request({ method = "POST", path = "/api/v1/write", headers = {}, body, unfinished }: Request = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const pseudo = method === "CONNECT" ? { ":authority": "127.0.0.1:9090" } : { ":path": path };
      const isWhole = body === undefined && unfinished === undefined;
      const stream = this.#session.request({ ":method": method, ...pseudo, ...headers }, { endStream: isWhole });
      let answer: Answer | undefined;
      stream.on("response", ({ ":status": status, ...rest }) => {
        answer = { status: Number(status), headers: rest };
      });
      stream.on("error", reject);
      this.#session.once("error", reject);
      stream.on("close", () =>
        answer === undefined ? reject(new Error("the connection was closed without an answer")) : resolve(answer),
      );
      stream.resume();
      if (isWhole) return;
      if (unfinished === undefined) stream.end(body);
      else stream.write(unfinished);
    });
  }

  get isClosed(): boolean {
    return this.#session.destroyed;
  }

  close(): void {
    this.#session.destroy();
  }
}

/** Begins a handshake as `caller` would. */
export function openTls(caller: Caller): TLSSocket {
  return connectTls({
    host: "127.0.0.1",
    port: caller.port,
    servername: caller.serverName,
    ca: caller.root,
    ALPNProtocols: ["h2"],
    ...(caller.leaf === undefined ? {} : { cert: caller.leaf.certificateChain, key: caller.leaf.privateKey }),
    ...(caller.sourceAddress === undefined ? {} : { localAddress: caller.sourceAddress }),
    ...(caller.maxVersion === undefined ? {} : { maxVersion: caller.maxVersion }),
  });
}

/** One request on a connection of its own. */
export async function callOnce(caller: Caller, request: Request = {}): Promise<Answer> {
  const client = Client.connect(caller);
  try {
    return await client.request(request);
  } finally {
    client.close();
  }
}
