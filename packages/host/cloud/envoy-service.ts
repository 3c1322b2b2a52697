import { hostPaths, hostUsers, ports } from "@metrics-link/release";
import {
  commandLine,
  hardening,
  memoryCeilings,
  neverGivesUp,
  prometheusMetricsUrl,
  restrictedTo,
  running,
  type ServiceSet,
  scriptFile,
  type UnitNetwork,
  unitFile,
  unitNames,
} from "./units.ts";

/** Paths are relative to the release's directory. */
export interface EnvoyArgs {
  readonly configuration: string;
  /** Watched by Envoy itself (LDS, SDS), which loads changes without a signal. Folders end in "/". */
  readonly watchedPaths: readonly string[];
  readonly certificate?: { readonly chain: string; readonly key: string; readonly ownRoot: string };
  /** The file of each peer's roots, and their fingerprints. */
  readonly trustBundles?: readonly { readonly file: string; readonly fingerprints: readonly string[] }[];
  /** Metrics services: where each listens, who may come, and the files of its certificates. */
  readonly services?: readonly EnvoyMetricsService[];
  /** The heap size at which it sheds load, in bytes. */
  readonly heapBytes: number;
  /** Where its packets may go and come from, besides loopback. */
  readonly network: EnvoyNetwork;
  /** The side of the link. Absent while there is no link. */
  readonly link?: "sends" | "receives" | undefined;
  /** The longest pause between two writes on a healthy link, for the probe of the link. */
  readonly quietSeconds?: number;
  /**
   * Whether a peer has lost its access. Then samples may stop arriving, and Envoy's connections are closed at once when it
   * stops: a peer that is no longer trusted could otherwise write for 5 more seconds.
   */
  readonly interrupted?: boolean;
  /** The command line after the command's name, given the absolute path of the configuration in force. */
  readonly flags: (configurationPath: string) => readonly string[];
}

interface EnvoyMetricsService {
  readonly port: number;
  /** IPv4 ranges that scrapers come from, besides loopback. */
  readonly addresses: readonly string[];
  /** Absent: in clear. Paths are relative to the release's directory. */
  readonly tls?:
    | {
        readonly chain: string;
        readonly key: string;
        readonly roots: string;
        readonly fingerprints: readonly string[];
      }
    | undefined;
}

/** A sender's Envoy connects to the receiver; a receiver's accepts the load balancer, and strangers, to report them. */
type EnvoyNetwork =
  | { readonly side: "sends"; readonly receiverAddresses: readonly string[] }
  | { readonly side: "receives"; readonly balancerSubnets: readonly string[]; readonly vpcCidr: string };

const drainScript = scriptFile("envoy/drain.sh", "drain-envoy.sh");

/** Releases of older programs have the static twin as a file. That an update removes it, or brings it back, does not concern Envoy. */
const formerTwin = "envoy/static-twin.json";

/** Replaces the drain: the SIGTERM that follows closes every connection, and clients retry their requests. */
const cutAtOnce = "#!/bin/bash\n# A peer is no longer trusted: no connection is drained.\n";

export function envoyService(args: EnvoyArgs): ServiceSet {
  const {
    configuration,
    watchedPaths,
    certificate,
    trustBundles = [],
    network,
    services = [],
    heapBytes,
    link,
    interrupted = false,
    flags,
  } = args;
  const unit = unitNames.envoy;
  const socketPath = hostPaths.envoyAdminSocket;
  return {
    files: [
      unitFile(unit, {
        Unit: {
          Description: "Envoy: the link's mutual TLS",
          // A shutdown reverses the order: whoever writes samples stops before whoever takes them.
          After: `${link === "receives" ? `${unitNames.prometheus} ` : ""}${unitNames.ports} network-online.target`,
          ...(link === "sends" ? { Before: unitNames.prometheus } : {}),
          Wants: "network-online.target",
          ...neverGivesUp,
        },
        Service: {
          ExecStart: commandLine([`${hostPaths.current}/bin/envoy`, ...flags(`${hostPaths.current}/${configuration}`)]),
          // On SIGTERM alone, Envoy cuts off requests in flight.
          ExecStop: commandLine(["/bin/bash", `${hostPaths.current}/${drainScript.path}`, socketPath]),
          TimeoutStopSec: 20,
          ...running(hostUsers.envoy),
          RuntimeDirectory: "metrics-link-envoy",
          RuntimeDirectoryMode: "0750",
          // Each downstream and each upstream connection is a descriptor.
          LimitNOFILE: 65_536,
          ...hardening,
          ...restrictedTo(envoyNetwork(network, services)),
          MemoryMax: heapBytes * memoryCeilings.envoyHeaps,
        },
        Install: { WantedBy: "multi-user.target" },
      }),
      interrupted ? { ...drainScript, content: cutAtOnce } : drainScript,
    ],
    services: [
      {
        unit,
        onChange: [
          // Envoy reads the watched paths itself, and the drain script is read only when it stops.
          { paths: [...watchedPaths, formerTwin, drainScript.path], action: "nothing" },
          { paths: ["envoy/"], tools: ["envoy"], action: "restart" },
        ],
      },
    ],
    checks: [
      { kind: "envoyConfig" as const, file: configuration, user: hostUsers.envoy },
      { kind: "envoyMeaning" as const, file: configuration },
      ...(certificate
        ? [
            { kind: "keyPair" as const, certificate: certificate.chain, key: certificate.key },
            { kind: "chain" as const, certificate: certificate.chain, root: certificate.ownRoot },
          ]
        : []),
      ...trustBundles.map(({ file, fingerprints }) => ({
        kind: "trustBundle" as const,
        file,
        fingerprints: [...fingerprints],
      })),
      ...services.flatMap(({ tls }) =>
        tls === undefined
          ? []
          : [
              { kind: "keyPair" as const, certificate: tls.chain, key: tls.key },
              { kind: "trustBundle" as const, file: tls.roots, fingerprints: [...tls.fingerprints] },
            ],
      ),
    ],
    probes: [
      { kind: "active", unit },
      { kind: "http", unit, url: "http://127.0.0.1/ready", socketPath },
      // /ready is LIVE even when Envoy has refused its listener file, or has no listener because the file was bad at start.
      ...(watchedPaths.length > 0 ? [{ kind: "envoyRuns" as const, unit, bootstrap: configuration }] : []),
      // /ready is LIVE even when every handshake fails because no certificate is loaded; /certs shows what is loaded.
      // Without a peer, Envoy loads no certificate.
      ...(certificate && trustBundles.length > 0
        ? [{ kind: "envoyCertificate" as const, unit, socketPath, certificate: certificate.chain }]
        : []),
      ...services.flatMap(({ tls }) =>
        tls === undefined ? [] : [{ kind: "envoyCertificate" as const, unit, socketPath, certificate: tls.chain }],
      ),
      // Envoy may be healthy and the link still cut: what counts is that samples keep arriving.
      ...(link && !interrupted
        ? [{ kind: link, unit, metricsUrl: prometheusMetricsUrl, quietSeconds: args.quietSeconds }]
        : []),
    ],
    tools: ["envoy"],
  };
}

function envoyNetwork(network: EnvoyNetwork, services: readonly EnvoyMetricsService[]): UnitNetwork {
  const served = services.map(({ port }) => port);
  const addresses = [...new Set(services.flatMap((service) => service.addresses))];
  if (network.side === "sends")
    return {
      listens: [ports.remoteWriteEgress, ports.envoyMetrics, ...served],
      addresses: [...network.receiverAddresses, ...addresses],
    };
  return {
    listens: [ports.ingest, ports.ready, ports.envoyMetrics, ...served],
    // Health checks come from the load balancer's own addresses; it preserves those of clients.
    addresses: [...network.balancerSubnets, ...addresses],
    public: { butNot: network.vpcCidr },
  };
}
