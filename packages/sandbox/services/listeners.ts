import net from "node:net";
import type { Topology } from "../model/topology.ts";
import { namespaces, serviceAddresses } from "../realiser/names.ts";
import { linkLocal, resolverAddress } from "../realiser/network/addressing.ts";

/** Which sockets the services need for a topology, and one set of them kept open. */

/** What answers at a socket. */
export type Service =
  | { readonly kind: "metadata"; readonly vpcId: string }
  /** Without a VPC: the resolver of the internet's own hosts. */
  | { readonly kind: "dns"; readonly vpcId?: string }
  | { readonly kind: "endpoint"; readonly vpcId: string; readonly endpointId: string; readonly service: string }
  /** Somebody else's service, to which bytes pass as they are. */
  | { readonly kind: "endpoint-service"; readonly service: string }
  | { readonly kind: "public"; readonly service?: string };

export interface Listener {
  readonly namespace: string;
  readonly protocol: "tcp" | "udp";
  readonly host: string;
  readonly port: number;
  readonly service: Service;
}

/** Every socket that must be open before a host of the topology boots. */
export function listenersOf(topology: Topology, layout: { readonly tag: string }): Listener[] {
  const names = namespaces(layout);
  const onInternet = (host: string, port: number, service: Service): Listener => ({
    namespace: names.internet,
    protocol: "tcp",
    host,
    port,
    service,
  });
  const ofVpcs = topology.vpcs.flatMap((vpc) => {
    const namespace = names.vpc(vpc.id);
    const resolvers = [resolverAddress(vpc.cidr), linkLocal.resolver];
    return [
      ...tcp(namespace, linkLocal.metadata, 80, { kind: "metadata", vpcId: vpc.id }),
      ...resolvers.flatMap((host) => dns(namespace, host, { kind: "dns", vpcId: vpc.id })),
      ...vpc.interfaceEndpoints.flatMap(({ id, service, addresses }) =>
        addresses.flatMap(({ address }) =>
          tcp(
            namespace,
            address,
            443,
            service.startsWith("vpce-svc-")
              ? { kind: "endpoint-service", service }
              : { kind: "endpoint", vpcId: vpc.id, endpointId: id, service },
          ),
        ),
      ),
    ];
  });
  return [
    onInternet(serviceAddresses.s3, 443, { kind: "public", service: "s3" }),
    onInternet(serviceAddresses.front, 443, { kind: "public" }),
    ...dns(names.internet, serviceAddresses.front, { kind: "dns" }),
    ...ofVpcs,
  ];
}

function tcp(namespace: string, host: string, port: number, service: Service): Listener[] {
  return [{ namespace, protocol: "tcp", host, port, service }];
}

function dns(namespace: string, host: string, service: Service): Listener[] {
  return (["udp", "tcp"] as const).map((protocol) => ({ namespace, protocol, host, port: 53, service }));
}

/** Keeps exactly the wanted sockets open: opens what is new, closes what is gone, leaves the rest alone. */
export class OpenListeners {
  readonly #open: (listener: Listener) => Promise<() => Promise<void>>;
  readonly #closers = new Map<string, () => Promise<void>>();

  /** `open` starts serving and gives what ends it. */
  constructor(open: (listener: Listener) => Promise<() => Promise<void>>) {
    this.#open = open;
  }

  async reconcile(wanted: readonly Listener[]): Promise<void> {
    const keyed = new Map(wanted.map((listener) => [JSON.stringify(listener), listener]));
    const gone = [...this.#closers].filter(([key]) => !keyed.has(key));
    for (const [key] of gone) this.#closers.delete(key);
    await Promise.all(gone.map(([, close]) => close()));
    const added = [...keyed].filter(([key]) => !this.#closers.has(key));
    await Promise.all(added.map(async ([key, listener]) => this.#closers.set(key, await this.#open(listener))));
  }

  get size(): number {
    return this.#closers.size;
  }
}

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
