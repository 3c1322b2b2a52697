import { ports, queueDefaults, remoteWrite } from "@metrics-link/release";
import { type Bootstrap, bootstrap } from "./bootstrap.ts";
import { receiverCluster } from "./clusters.ts";
import { type ReceiverPeer, requireSoundReceiver } from "./input.ts";
import { defaultLimits, type Limits } from "./limits.ts";
import { egressListener } from "./listeners.ts";
import type { Rendering } from "./publish.ts";
import { type LocalService, requireSoundServices } from "./service-input.ts";
import { serviceParts, serviceSecrets } from "./services.ts";
import { leafSecretFile, trustSecretFile, upstreamTls } from "./tls.ts";

export interface SenderInput {
  /** Names this Envoy, for example the stack's name. */
  readonly nodeId: string;
  /** Absent until the receiver has a `contract` output: there is no link yet, and the writes of Prometheus wait in its WAL. */
  readonly receiver?: ReceiverPeer | undefined;
  /** `max_shards` of the sender's Prometheus. */
  readonly maxShards?: number | undefined;
  readonly services?: readonly LocalService[];
  readonly limits?: Partial<Limits>;
}

/**
 * The sender's Envoy: from the Prometheus on loopback to the receiver, over mutual TLS.
 * @throws InvalidInputError when the receiver cannot be reached or recognised as described
 */
export function renderSender(input: SenderInput): Rendering {
  if (input.receiver !== undefined) requireSoundReceiver(input.receiver);
  const services = input.services ?? [];
  requireSoundServices(services);
  return {
    bootstrap: senderBootstrap(input),
    secrets: [
      ...(input.receiver === undefined ? [] : [leafSecretFile(), trustSecretFile(input.receiver.name)]),
      ...serviceSecrets(services),
    ],
  };
}

function senderBootstrap(input: SenderInput): Bootstrap {
  const limits = { ...defaultLimits, ...input.limits };
  const maxShards = input.maxShards ?? queueDefaults.maxShards;
  const { listeners, clusters } = link(input.receiver, maxShards, limits);
  const services = serviceParts(input.services ?? [], limits);
  return bootstrap({
    nodeId: input.nodeId,
    role: "sender",
    listeners: [...listeners, ...services.listeners],
    clusters: [...clusters, ...services.clusters],
    heapBytes: limits.heapBytes,
    connections: 1024 + services.connections,
  });
}

function link(receiver: ReceiverPeer | undefined, maxShards: number, limits: Limits) {
  if (receiver === undefined) return { listeners: [], clusters: [] };
  const serverName = receiver.serverName ?? receiver.dnsName;
  const cluster = receiverCluster({
    addresses: receiver.addresses,
    port: receiver.port ?? ports.https,
    tls: upstreamTls(receiver, serverName),
    maxShards,
    connectionLifetimeSeconds: limits.connectionLifetimeSeconds,
  });
  const listener = egressListener({
    port: ports.remoteWriteEgress,
    cluster: cluster.name,
    routeTimeoutSeconds: remoteWrite.senderRouteTimeoutSeconds,
    authority: serverName,
    limits,
  });
  return { listeners: [listener], clusters: [cluster] };
}
