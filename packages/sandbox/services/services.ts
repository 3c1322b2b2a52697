/** Everything that answers inside the sandbox's networks: metadata, DNS, and AWS's API over TLS. */
import type { Socket as DatagramSocket } from "node:dgram";
import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import net from "node:net";
import type { TLSSocket } from "node:tls";
import type { Layout } from "../model/layout.ts";
import type { Topology, Vpc } from "../model/topology.ts";
import { bindUdp, listenTcp } from "../realiser/namespace-socket.ts";
import { gatewayEndpointSources } from "../realiser/network/network.ts";
import type { ServerCertificate } from "./authority.ts";
import { answerQuery, framed, splitStream } from "./dns/server.ts";
import type { Context, Way } from "./front/forward.ts";
import { type Entrance, type FrontOptions, frontListener } from "./front/front.ts";
import type { RoleCredentialsSource } from "./imds/credentials.ts";
import { imdsListener } from "./imds/listener.ts";
import { type Listener, listenersOf, OpenListeners, passThrough, type Service } from "./listeners.ts";

export interface ServicesOptions {
  readonly layout: Layout;
  readonly front: FrontOptions;
  readonly credentials: RoleCredentialsSource;
  /** Where a service of somebody else listens on this machine, by its short name; undefined while it does not. */
  readonly endpointService: (service: string) => number | undefined;
  /** Covers every name of `awsNames`. */
  readonly certificate: ServerCertificate;
  readonly log: (line: string) => void;
}

/** Names that AWS's endpoints in a region have. */
export function awsNames(region: string): readonly [string, ...string[]] {
  return [
    `*.${region}.amazonaws.com`,
    `*.s3.${region}.amazonaws.com`,
    `*.dualstack.${region}.amazonaws.com`,
    "*.amazonaws.com",
    "*.s3.amazonaws.com",
    // Interface endpoints' own names; a wildcard stands for one label only.
    ...["ssm", "ssmmessages", "secretsmanager", "kms", "sts", "ec2"].map((s) => `*.${s}.${region}.vpce.amazonaws.com`),
  ];
}

export class Services {
  readonly #options: ServicesOptions;
  readonly #listeners = new OpenListeners((listener) => this.#open(listener));
  #topology: Topology = { vpcs: [], internetHosts: [], prefixLists: {} };

  constructor(options: ServicesOptions) {
    this.#options = options;
  }

  /** Makes the services fit the topology; resolves when every new socket listens. */
  async reconcile(topology: Topology): Promise<void> {
    this.#topology = topology;
    await this.#listeners.reconcile(listenersOf(topology, this.#options.layout));
  }

  get topology(): Topology {
    return this.#topology;
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  async close(): Promise<void> {
    await this.#listeners.reconcile([]);
  }

  #vpc(id: string | undefined): Vpc | undefined {
    return this.#topology.vpcs.find((vpc) => vpc.id === id);
  }

  async #open(listener: Listener): Promise<() => Promise<void>> {
    const { namespace, protocol, service } = listener;
    if (protocol === "udp") return this.#serveDatagrams(await bindUdp(namespace, listener), service);
    const server = this.#server(service);
    const handle = await listenTcp(namespace, listener);
    server.on("error", (error) =>
      this.#options.log(`${service.kind} at ${listener.host} in ${namespace}: ${error.message}`),
    );
    await new Promise<void>((resolve) => server.listen(handle, resolve));
    return async () => {
      if ("closeAllConnections" in server) server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      if (handle.listening) await new Promise((resolve) => handle.close(resolve));
    };
  }

  #server(service: Service): net.Server | http.Server | https.Server {
    const { front, credentials, certificate, log } = this.#options;
    switch (service.kind) {
      case "metadata":
        return http.createServer(imdsListener({ vpc: () => this.#vpc(service.vpcId), credentials, log }));
      case "dns":
        return net.createServer((socket) => this.#serveStream(socket, service));
      case "endpoint-service":
        return net.createServer({ allowHalfOpen: true }, (socket) =>
          passThrough(socket, this.#options.endpointService(service.service)),
        );
      default:
        return https.createServer(
          { ...certificate, minVersion: "TLSv1.2" },
          frontListener(front, this.#entrance(service)),
        );
    }
  }

  #entrance(service: Extract<Service, { kind: "endpoint" | "public" }>): Entrance {
    return {
      ...(service.service !== undefined && { service: service.service }),
      way: (request) => {
        const { context, ...rest } = this.#way(service, request.socket.remoteAddress ?? "");
        return { ...rest, context: { ...transport(request), ...context } };
      },
    };
  }

  /** By a VPC endpoint, AWS knows the endpoint and the private address; else the public source address. */
  #way(service: Extract<Service, { kind: "endpoint" | "public" }>, address: string): Way {
    if (service.kind === "endpoint") {
      const endpoint = this.#vpc(service.vpcId)?.interfaceEndpoints.find(({ id }) => id === service.endpointId);
      return {
        context: { "aws:SourceVpce": service.endpointId, "aws:SourceVpc": service.vpcId, "aws:VpcSourceIp": address },
        // An endpoint that has just gone lets nothing pass.
        endpointPolicy: endpoint?.policy ?? '{"Statement": []}',
      };
    }
    const [vpcId] = [...gatewayEndpointSources(this.#topology)].find(([, source]) => source === address) ?? [];
    const vpc = this.#vpc(vpcId);
    const gateway = vpc?.gatewayEndpoints.find((endpoint) => endpoint.service === service.service);
    if (vpc === undefined || gateway === undefined) return { context: { "aws:SourceIp": address } };
    return {
      context: { "aws:SourceVpce": gateway.id, "aws:SourceVpc": vpc.id },
      endpointPolicy: gateway.policy,
    };
  }

  #serveDatagrams(socket: DatagramSocket, service: Service): () => Promise<void> {
    const vpcId = service.kind === "dns" ? service.vpcId : undefined;
    socket.on("error", (error) => this.#options.log(`dns: ${error.message}`));
    socket.on("message", (message, from) => {
      const answer = answerQuery(message, this.#topology, this.#vpc(vpcId));
      if (answer !== undefined) socket.send(answer, from.port, from.address);
    });
    return () => new Promise((resolve) => socket.close(() => resolve()));
  }

  #serveStream(socket: net.Socket, service: Service): void {
    const vpcId = service.kind === "dns" ? service.vpcId : undefined;
    let pending: Buffer = Buffer.alloc(0);
    socket.setTimeout(10_000, () => socket.destroy());
    socket.on("error", () => socket.destroy()); // the client went away
    socket.on("data", (chunk: Buffer) => {
      const { messages, rest } = splitStream(Buffer.concat([pending, chunk]));
      pending = rest;
      for (const message of messages) {
        const answer = answerQuery(message, this.#topology, this.#vpc(vpcId));
        if (answer === undefined) socket.destroy();
        else socket.write(framed(answer));
      }
    });
  }
}

function transport(request: IncomingMessage): Context {
  const version = (request.socket as TLSSocket).getProtocol?.() ?? undefined;
  return {
    "aws:SecureTransport": "true",
    ...(version !== undefined && { "s3:TlsVersion": version.replace("TLSv", "") }),
  };
}
