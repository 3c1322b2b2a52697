import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { request as requestTls } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Limits,
  type LocalService,
  listenerOf,
  type MetricsService,
  releaseFiles,
  renderServices,
} from "@metrics-link/envoy";
import { differencesFrom } from "@metrics-link/envoy/read/index.ts";
import { runningEnvoy } from "@metrics-link/host/agent/evidence/envoy.ts";
import { ask } from "@metrics-link/host/common/http.ts";
import { ports } from "@metrics-link/release";
import { freePorts } from "../../../support/free-ports.ts";
import { Authority, type Leaf } from "./authority.ts";
import type { Caller } from "./client.ts";
import { EnvoyProcess } from "./envoy-process.ts";
import { ReleaseFolder } from "./release.ts";

export const serverName = "teleport.account-a.internal";
export const clientName = "prometheus.ops.internal";

/** Where a service of the bench listens, and for whom. */
export const place = {
  name: "teleport",
  host: "0.0.0.0",
  port: 3081,
  clients: [{ name: "ops", dnsName: clientName, addresses: [] }],
};
const page = {
  address: { socket_address: { address: "127.0.0.1", port_value: 3000 } },
  path: "/metrics",
  timeoutSeconds: 10,
};

/** A page of metrics, and others that nobody else may see. */
const metrics = "# TYPE teleport_up gauge\nteleport_up 1\n";

interface Answered {
  readonly method: string;
  readonly path: string;
  readonly body: number;
}

/** An Envoy with one metrics service in front of a small HTTP server, on loopback. */
export class ServiceBench {
  readonly clients: Authority;
  readonly server: Authority;
  readonly clientLeaf: Leaf;
  readonly folder: ReleaseFolder;
  leaf: Leaf;
  envoy!: EnvoyProcess;
  /** What reached the server behind the service. */
  readonly reached: Answered[] = [];
  /** Ends what each request to the server waits for. */
  slow: Promise<void> | undefined;
  readonly #directory = mkdtempSync(join(tmpdir(), "service-"));
  #server!: Server;
  #ports: readonly number[] = [];
  readonly #service: LocalService;
  readonly #limits: Partial<Limits>;

  private constructor(service: LocalService, limits: Partial<Limits>) {
    this.#service = service;
    this.#limits = limits;
    this.clients = new Authority(this.#directory, "ops");
    this.server = new Authority(this.#directory, "a");
    this.clientLeaf = this.clients.issue({ dnsName: clientName, usage: "clientAuth" });
    this.leaf = this.server.issue({ dnsName: serverName, usage: "serverAuth" });
    mkdirSync(join(this.#directory, "host"));
    this.folder = new ReleaseFolder(join(this.#directory, "host"));
  }

  static up(service: Partial<MetricsService> = {}, limits: Partial<Limits> = {}): Promise<ServiceBench> {
    return ServiceBench.of({ ...place, upstream: page, ...service }, limits);
  }

  static async of(service: LocalService, limits: Partial<Limits> = {}): Promise<ServiceBench> {
    const bench = new ServiceBench(service, limits);
    try {
      bench.#ports = await freePorts(3);
      await bench.#serve();
      bench.folder.switchTo(bench.release());
      bench.envoy = await EnvoyProcess.start(join(bench.folder.current, releaseFiles.bootstrap), bench.#port(1));
      return bench;
    } catch (cause) {
      await bench.down();
      throw cause;
    }
  }

  /** Lays out a release with these certificates. @returns its directory */
  release(leaf: Leaf = this.leaf, roots: string = this.clients.root): string {
    const rendering = renderServices({ nodeId: "machine", services: [this.#service], limits: this.#limits });
    const at = (index: number) => ({ address: "127.0.0.1", port: this.#port(index) });
    const server = at(2);
    const places = { 3081: at(0), [ports.envoyMetrics]: at(1), 3000: server, [ports.prometheus]: server };
    return this.folder.write(rendering, undefined, {}, places, { [listenerOf(this.#service)]: { leaf, roots } });
  }

  /** A scraper with the right certificate; a test replaces what shall be wrong. */
  get scraper(): Caller {
    return { leaf: this.clientLeaf, root: this.server.root, serverName, port: this.port };
  }

  get port(): number {
    return this.#port(0);
  }

  newAuthority(name: string): Authority {
    return new Authority(this.#directory, name);
  }

  /** Where what Envoy says that it runs differs from its files, as the agent compares them. */
  async differences() {
    const running = await runningEnvoy({
      ask: (request) => ask({ ...request, socketPath: this.folder.adminSocket }),
    });
    const read = (path: string) => {
      const file = join(this.folder.current, path);
      return existsSync(file) ? readFileSync(file, "utf8") : undefined;
    };
    return differencesFrom(read, running);
  }

  async stopServer(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async down(): Promise<void> {
    await Promise.all([this.envoy?.stop(), this.#server?.listening ? this.stopServer() : undefined]);
    rmSync(this.#directory, { recursive: true });
  }

  async #serve(): Promise<void> {
    this.#server = createServer((request, response) => {
      let body = 0;
      request.on("data", (chunk: Buffer) => {
        body += chunk.length;
      });
      request.on("end", () => {
        this.reached.push({ method: request.method ?? "", path: request.url ?? "", body });
        const answer = () => response.end(request.url === "/metrics" ? metrics : "secret");
        if (this.slow === undefined) answer();
        else void this.slow.then(answer);
      });
    });
    await new Promise<void>((resolve) => this.#server.listen(this.#port(2), "127.0.0.1", resolve));
  }

  #port(index: number): number {
    const port = this.#ports[index];
    if (port === undefined) throw new Error(`port number ${index} was not reserved`);
    return port;
  }
}

/** A request by HTTP/1.1, as scrapers without HTTP/2 make it. @param path sent byte for byte */
export function getByHttp1(caller: Caller, path: string, method = "GET"): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const { leaf, root, serverName: servername, port, maxVersion } = caller;
    const identity = {
      ...(leaf === undefined ? {} : { cert: leaf.certificateChain, key: leaf.privateKey }),
      ...(maxVersion === undefined ? {} : { maxVersion }),
    };
    const request = requestTls(
      { host: "127.0.0.1", port, path, method, ca: root, servername, agent: false, ...identity },
      (response: IncomingMessage) => {
        let text = "";
        response.on("data", (chunk: Buffer) => {
          text += chunk.toString();
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
        response.on("error", reject);
      },
    );
    request.on("error", reject);
    request.end();
  });
}
