import { hostPaths, ports, remoteWrite } from "@metrics-link/release";
import { readyConnections, readyListener } from "./admin.ts";
import { type Bootstrap, bootstrap } from "./bootstrap.ts";
import { gateCluster, prometheusCluster } from "./clusters.ts";
import { requireSoundSenders, type SenderPeer } from "./input.ts";
import { connectionsInPassing, defaultLimits, type Limits, roomFor } from "./limits.ts";
import { ingestListener, type Listener } from "./listeners.ts";
import { typed } from "./messages.ts";
import type { Rendering } from "./publish.ts";
import { type LocalService, requireSoundServices } from "./service-input.ts";
import { serviceParts, serviceSecrets } from "./services.ts";
import { leafSecretFile, trustSecretFile } from "./tls.ts";

export interface ReceiverInput {
  /** Names this Envoy, for example the stack's name. */
  readonly nodeId: string;
  /** The admitted senders; without any there is no ingest listener. */
  readonly senders: readonly SenderPeer[];
  /** The number of senders including suspended and rejected ones; default: the number of `senders`. */
  readonly declared?: number;
  /** Whether requests go through the gate, which is told the sender of each. Default: straight to Prometheus. */
  readonly gated?: boolean;
  readonly services?: readonly LocalService[];
  readonly limits?: Partial<Limits>;
}

/**
 * The receiver's Envoy: mutual TLS from each sender's addresses, and from there to the Prometheus on loopback.
 * @throws InvalidInputError when two senders cannot be told apart
 */
export function renderReceiver(input: ReceiverInput): Rendering {
  requireSoundSenders(input.senders);
  const services = servicesOf(input);
  requireSoundServices(services);
  return {
    bootstrap: receiverBootstrap(input),
    ingest: { resources: ingestListeners(input).map((one) => typed("envoy.config.listener.v3.Listener", one)) },
    secrets: [leafSecretFile(), ...input.senders.map(({ name }) => trustSecretFile(name)), ...serviceSecrets(services)],
  };
}

const limitsOf = (input: ReceiverInput): Limits => ({ ...defaultLimits, ...input.limits });
const servicesOf = ({ services }: ReceiverInput): readonly LocalService[] => services ?? [];
const declaredOf = ({ declared, senders }: ReceiverInput) => declared ?? senders.length;

/** Envoy refuses a listener without a chain. */
function ingestListeners(input: ReceiverInput): readonly Listener[] {
  if (input.senders.length === 0) return [];
  return [
    ingestListener({
      port: ports.ingest,
      senders: input.senders,
      declared: declaredOf(input),
      cluster: input.gated ? "gate" : "prometheus",
      namesSender: input.gated ?? false,
      routeTimeoutSeconds: remoteWrite.receiverRouteTimeoutSeconds,
      limits: limitsOf(input),
    }),
  ];
}

function receiverBootstrap(input: ReceiverInput): Bootstrap {
  const limits = limitsOf(input);
  // Each sender's share, and one for all unknown addresses together.
  const connections = (roomFor(declaredOf(input)) + 1) * limits.connectionsPerSender;
  const services = serviceParts(servicesOf(input), limits);
  const requests = Math.max(1024, connections * limits.streamsPerConnection);
  return bootstrap({
    nodeId: input.nodeId,
    role: "receiver",
    ingestByFile: true,
    listeners: [readyListener(ports.ready), ...services.listeners],
    clusters: [
      input.gated ? gateCluster(hostPaths.gateSocket, requests) : prometheusCluster(ports.prometheus, requests),
      ...services.clusters,
    ],
    heapBytes: limits.heapBytes,
    connections: connections + readyConnections + connectionsInPassing + services.connections,
  });
}
