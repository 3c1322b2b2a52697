import { hostPaths, ports, remoteWrite } from "@metrics-link/release";
import { readyConnections, readyListener } from "./admin.ts";
import { type Bootstrap, bootstrap } from "./bootstrap.ts";
import { gateCluster, prometheusCluster } from "./clusters.ts";
import { requireSoundSenders, type SenderPeer } from "./input.ts";
import { connectionsInPassing, defaultLimits, type Limits } from "./limits.ts";
import { ingestListener } from "./listeners.ts";
import type { Rendering } from "./publish.ts";
import { inPlace, leafSecretFile, type Material, swappable, trustSecretFile } from "./tls.ts";

export interface ReceiverInput {
  /** Names this Envoy, for example the stack's name. */
  readonly nodeId: string;
  /** The admitted senders; without any there is no ingest listener. */
  readonly senders: readonly SenderPeer[];
  /** The number of senders including suspended and rejected ones; default: the number of `senders`. */
  readonly declared?: number;
  /** Whether requests go through the gate, which is told the sender of each. Default: straight to Prometheus. */
  readonly gated?: boolean;
  readonly limits?: Partial<Limits>;
}

/**
 * The receiver's Envoy: mutual TLS from each sender's addresses, and from there to the Prometheus on loopback.
 * @throws InvalidInputError when two senders cannot be told apart
 */
export function renderReceiver(input: ReceiverInput): Rendering {
  requireSoundSenders(input.senders);
  return {
    bootstrap: receiverBootstrap(input, swappable),
    staticTwin: receiverBootstrap(input, inPlace),
    secrets: [leafSecretFile(), ...input.senders.map(({ name }) => trustSecretFile(name))],
  };
}

function receiverBootstrap(input: ReceiverInput, material: Material): Bootstrap {
  const limits = { ...defaultLimits, ...input.limits };
  // Each sender's share, and one for all unknown addresses together.
  const connections = (input.senders.length + 1) * limits.connectionsPerSender;
  const requests = Math.max(1024, connections * limits.streamsPerConnection);
  const upstream = input.gated
    ? gateCluster(hostPaths.gateSocket, requests)
    : prometheusCluster(ports.prometheus, requests);
  return bootstrap({
    nodeId: input.nodeId,
    role: "receiver",
    listeners: [
      // Envoy refuses a listener without a chain.
      ...(input.senders.length === 0
        ? []
        : [
            ingestListener({
              port: ports.ingest,
              senders: input.senders,
              declared: input.declared ?? input.senders.length,
              cluster: upstream.name,
              namesSender: input.gated ?? false,
              routeTimeoutSeconds: remoteWrite.receiverRouteTimeoutSeconds,
              limits,
              material,
            }),
          ]),
      readyListener(ports.ready),
    ],
    clusters: [upstream],
    heapBytes: limits.heapBytes,
    connections: connections + readyConnections + connectionsInPassing,
  });
}
