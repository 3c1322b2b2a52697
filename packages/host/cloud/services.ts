import { relative } from "node:path";
import {
  defaultFirstUnprivilegedPort,
  firstUnprivilegedPort,
  hostPaths,
  hostUsers,
  ports,
} from "@metrics-link/release";
import { type RepairArgs, repairService } from "./repair-service.ts";
import {
  commandLine,
  dataMountName,
  hardening,
  heldTo,
  neverGivesUp,
  repairTextfileDirectory,
  running,
  type ServiceSet,
  scriptFile,
  textfileDirectory,
  type UnitNetwork,
  unitFile,
  unitNames,
} from "./units.ts";

/** Paths are relative to the release's directory. */
export interface EnvoyArgs {
  readonly configuration: string;
  /** The same configuration with certificates by file instead of SDS: Envoy then loads them when it validates. */
  readonly staticTwin?: string;
  /** Watched by Envoy itself (SDS): a change in these is taken up without any signal. Folders end in "/". */
  readonly watchedPaths: readonly string[];
  readonly certificate?: { readonly chain: string; readonly key: string; readonly ownRoot: string };
  /** The file of each peer's roots, and which these are. */
  readonly trustBundles?: readonly { readonly file: string; readonly fingerprints: readonly string[] }[];
  /** What it sheds load at, in bytes of its heap. */
  readonly heapBytes: number;
  /** Where its packets may go to and come from, besides loopback. */
  readonly network: EnvoyNetwork;
  /** Which end of a link this is. Absent while there is none. */
  readonly link?: "sends" | "receives" | undefined;
  /**
   * Whether a peer has lost its way in or out. Then what went over the link before may well end, and when Envoy stops,
   * connections are cut instead of drained: the one that has lost its trust would otherwise write for 5 s more.
   */
  readonly interrupted?: boolean;
  /** The command line after the command's name, given the absolute path of the configuration in force. */
  readonly flags: (configurationPath: string) => readonly string[];
}

/** What an Envoy speaks to: a sender's the receiver; a receiver's the load balancer, and strangers, whom it tells of. */
export type EnvoyNetwork =
  | { readonly side: "sends"; readonly receiverAddresses: readonly string[] }
  | { readonly side: "receives"; readonly balancerSubnets: readonly string[]; readonly vpcCidr: string };

export interface PrometheusArgs {
  readonly configuration: string;
  /** Everything after the command's name; `--config.file` included. */
  readonly flags: readonly string[];
  /** What a SIGHUP makes it read again. Default: everything in "prometheus/". */
  readonly reloadPaths?: readonly string[];
  /** Addresses and ranges that it speaks to, besides loopback: scrape targets, and Alertmanagers with their resolver. */
  readonly addresses?: readonly string[];
  /** What its remote-write queue is made from, and how long that takes to send what it has. Absent without a queue. */
  readonly queue?: { readonly sha256: string; readonly settleSeconds: number } | undefined;
}

export interface StandardServicesArgs {
  /** Absent while there is no link to carry. */
  readonly envoy?: EnvoyArgs | undefined;
  readonly prometheus: PrometheusArgs;
  /** Of a sender; while there is no link it finds no queue and waits. */
  readonly repair?: RepairArgs | undefined;
}

/** Units, checks and probes of the services of a host, in the order in which they are started. */
export function standardServices({ envoy, prometheus, repair }: StandardServicesArgs): ServiceSet {
  const parts = [
    portsService,
    nodeExporterService([textfileDirectory, ...(repair ? [repairTextfileDirectory] : [])]),
    ...(envoy ? [envoyService(envoy)] : []),
    prometheusService(prometheus),
    ...(repair ? [repairService(repair)] : []),
  ];
  return {
    files: parts.flatMap(({ files }) => files),
    services: parts.flatMap(({ services }) => services),
    checks: parts.flatMap(({ checks }) => checks),
    probes: parts.flatMap(({ probes }) => probes),
    tools: parts.flatMap(({ tools }) => tools),
  };
}

/**
 * Where the kernel ends a service instead of another one that did nothing wrong. Envoy sheds load at its heap's limit, so
 * that it comes here only if that fails. Both together fit into 2 GiB, the smallest host, beside what runs there. There
 * is no MemoryHigh=: files in the kernel's cache count, and would have Prometheus slowed down all the time.
 */
const memoryCeilings = { envoyHeaps: 1.25, prometheus: "60%" } as const;

const prometheusUrl = `http://127.0.0.1:${ports.prometheus}`;
const prometheusMetricsUrl = `${prometheusUrl}/metrics`;

function envoyService(args: EnvoyArgs): ServiceSet {
  const {
    configuration,
    staticTwin,
    watchedPaths,
    certificate,
    trustBundles = [],
    network,
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
          // A shutdown turns the order round: what gives samples ends before what takes them.
          After: `${link === "receives" ? `${unitNames.prometheus} ` : ""}${unitNames.ports} network-online.target`,
          ...(link === "sends" ? { Before: unitNames.prometheus } : {}),
          Wants: "network-online.target",
          ...neverGivesUp,
        },
        Service: {
          ExecStart: commandLine([`${hostPaths.current}/bin/envoy`, ...flags(`${hostPaths.current}/${configuration}`)]),
          // At SIGTERM Envoy cuts off what is under way.
          ExecStop: commandLine(["/bin/bash", `${hostPaths.current}/${drainScript.path}`, socketPath]),
          TimeoutStopSec: 20,
          ...running(hostUsers.envoy),
          RuntimeDirectory: "metrics-link-envoy",
          RuntimeDirectoryMode: "0750",
          // Each connection of the link and each of its upstream ones is a descriptor.
          LimitNOFILE: 65_536,
          ...hardening,
          ...heldTo(envoyNetwork(network)),
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
          // Read when Envoy is stopped, and not before.
          { paths: [...watchedPaths, drainScript.path], action: "nothing" },
          { paths: ["envoy/"], tools: ["envoy"], action: "restart" },
        ],
      },
    ],
    checks: [
      ...[configuration, ...(staticTwin ? [staticTwin] : [])].map((file) => ({
        kind: "envoyConfig" as const,
        file,
        user: hostUsers.envoy,
      })),
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
    ],
    probes: [
      { kind: "active", unit },
      { kind: "http", unit, url: "http://127.0.0.1/ready", socketPath },
      // /ready is LIVE even when every handshake fails for want of a certificate; /certs tells what is loaded.
      // Envoy loads none while there is nobody to show it to.
      ...(certificate && trustBundles.length > 0
        ? [{ kind: "envoyCertificate" as const, unit, socketPath, certificate: certificate.chain }]
        : []),
      // Envoy may be well and the link cut all the same: what counts is that samples go on arriving.
      ...(link && !interrupted ? [{ kind: link, unit, metricsUrl: prometheusMetricsUrl }] : []),
    ],
    tools: ["envoy"],
  };
}

function envoyNetwork(network: EnvoyNetwork): UnitNetwork {
  if (network.side === "sends")
    return { listens: [ports.remoteWriteEgress, ports.envoyMetrics], addresses: network.receiverAddresses };
  return {
    listens: [ports.ingest, ports.ready, ports.envoyMetrics],
    // The load balancer checks from addresses of its own, and passes a client's address on.
    addresses: network.balancerSubnets,
    public: { butNot: network.vpcCidr },
  };
}

function prometheusService(args: PrometheusArgs): ServiceSet {
  const { configuration, flags, reloadPaths = ["prometheus/"], addresses = [], queue } = args;
  const unit = unitNames.prometheus;
  return {
    files: [
      unitFile(unit, {
        Unit: {
          Description: "Prometheus",
          Requires: dataMountName,
          After: `${dataMountName} ${unitNames.ports} network-online.target`,
          Wants: "network-online.target",
          ...neverGivesUp,
        },
        Service: {
          ExecStart: commandLine([`${hostPaths.current}/bin/prometheus`, ...flags]),
          ExecReload: "/bin/kill -HUP $MAINPID",
          ...running(hostUsers.prometheus),
          // Below /var/lib, so on the data volume; made at the first start, and writable.
          StateDirectory: relative("/var/lib", hostPaths.prometheusData),
          StateDirectoryMode: "0750",
          // On SIGTERM it flushes remote write, for 5 s at most by the sender's flags, and closes the TSDB.
          TimeoutStopSec: 180,
          LimitNOFILE: 65_536,
          ...hardening,
          ...heldTo({ listens: [ports.prometheus], addresses }),
          // Prometheus reads it and has its garbage collected in time (--auto-gomemlimit).
          MemoryMax: memoryCeilings.prometheus,
          // Its group may list the WAL: the agent tells which segment is the oldest.
          UMask: "0027",
          // The start time that it reports of itself comes from /proc/stat.
          ProcSubset: "all",
        },
        Install: { WantedBy: "multi-user.target" },
      }),
    ],
    services: [
      {
        unit,
        onChange: [
          { paths: [...reloadPaths], action: "reload" },
          { tools: ["prometheus"], action: "restart" },
        ],
        ...(queue ? { queue: { ...queue, metricsUrl: prometheusMetricsUrl } } : {}),
      },
    ],
    checks: [{ kind: "prometheusConfig", file: configuration }],
    probes: [
      { kind: "active", unit },
      { kind: "http", unit, url: `${prometheusUrl}/-/ready` },
      { kind: "loaded", unit, metricsUrl: prometheusMetricsUrl },
      { kind: "scrapes", unit, url: prometheusUrl },
    ],
    tools: ["prometheus"],
  };
}

/** @param textfiles folders from which it takes what others say of themselves */
function nodeExporterService(textfiles: readonly string[]): ServiceSet {
  const unit = unitNames.nodeExporter;
  return {
    files: [
      unitFile(unit, {
        Unit: { Description: "Metrics of this host", After: unitNames.ports, ...neverGivesUp },
        Service: {
          ExecStart: commandLine([
            `${hostPaths.current}/bin/node_exporter`,
            `--web.listen-address=127.0.0.1:${ports.nodeExporter}`,
            ...textfiles.map((folder) => `--collector.textfile.directory=${folder}`),
          ]),
          ...running(hostUsers.nodeExporter),
          ...hardening,
          // Its subject is the whole machine: /proc/stat, /proc/net and the mounts.
          ProcSubset: "all",
          ...heldTo({ listens: [ports.nodeExporter] }),
        },
        Install: { WantedBy: "multi-user.target" },
      }),
    ],
    services: [{ unit, onChange: [{ tools: ["node_exporter"], action: "restart" }] }],
    checks: [],
    probes: [
      { kind: "active", unit },
      {
        kind: "http",
        unit,
        url: `http://127.0.0.1:${ports.nodeExporter}/metrics`,
        contains: "node_exporter_build_info",
      },
    ],
    tools: ["node_exporter"],
  };
}

const drainScript = scriptFile("envoy/drain.sh", "drain-envoy.sh");

/** In the place of the drain: SIGTERM, which follows, ends every connection. Clients send again what was under way. */
const cutAtOnce = "#!/bin/bash\n# A peer has lost its trust: no connection is drained.\n";

const keepPortsScript = scriptFile("ports/keep-ports.mjs", "keep-ports.mjs");

/**
 * Keeps the ports of the link for who may bind them: another user could take one while its service restarts, and be sent
 * samples or asked for them. Nothing runs afterwards; the setting is the kernel's, and gone with the next boot.
 */
export const portsService: ServiceSet = {
  files: [
    unitFile(unitNames.ports, {
      Unit: { Description: "Ports of the link: for its own services alone", ...neverGivesUp },
      Service: {
        Type: "oneshot",
        RemainAfterExit: true,
        ExecStart: commandLine([
          `${hostPaths.current}/bin/node`,
          // Without a compiler no memory that can be written is ever run.
          "--jitless",
          `${hostPaths.current}/${keepPortsScript.path}`,
          `${firstUnprivilegedPort}`,
        ]),
        // A release before this unit, to which a host may have to go back, has units that may not bind such ports; and it
        // has no script of ours, so this is Debian's own.
        ExecStop: commandLine([
          "/usr/sbin/sysctl",
          "--write",
          `net.ipv4.ip_unprivileged_port_start=${defaultFirstUnprivilegedPort}`,
        ]),
        ...hardening,
        // It writes below /proc/sys/net, which belongs to the host's root.
        PrivateUsers: false,
        ProtectKernelTunables: false,
        ProcSubset: "all",
        RestrictAddressFamilies: "none",
        ...heldTo({ listens: [] }),
      },
      Install: { WantedBy: "multi-user.target" },
    }),
    keepPortsScript,
  ],
  services: [{ unit: unitNames.ports, onChange: [{ paths: [keepPortsScript.path], action: "restart" }] }],
  checks: [],
  probes: [{ kind: "active", unit: unitNames.ports }],
  tools: [],
};
