import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { type HostFile, hostPaths, hostUsers, ports } from "@metrics-link/contract";
import { hardening } from "./hardening.ts";
import { type RepairArgs, repairService } from "./repair-service.ts";
import { neverGivesUp, running, type ServiceSet, unitFile } from "./service-set.ts";
import { dataMountName, repairTextfileDirectory, textfileDirectory, unitNames } from "./unit-names.ts";
import { commandLine } from "./unit-text.ts";

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
  /** Which end of a link this is: what must go on after a change. Absent while there is none. */
  readonly link?: "sends" | "receives" | undefined;
  /** The command line after the command's name, given the absolute path of the configuration in force. */
  readonly flags: (configurationPath: string) => readonly string[];
}

export interface PrometheusArgs {
  readonly configuration: string;
  /** Everything after the command's name; `--config.file` included. */
  readonly flags: readonly string[];
  /** What a SIGHUP makes it read again. Default: everything in "prometheus/". */
  readonly reloadPaths?: readonly string[];
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

const prometheusUrl = `http://127.0.0.1:${ports.prometheus}`;
const prometheusMetricsUrl = `${prometheusUrl}/metrics`;

function envoyService(args: EnvoyArgs): ServiceSet {
  const { configuration, staticTwin, watchedPaths, certificate, trustBundles = [], link, flags } = args;
  const unit = unitNames.envoy;
  const socketPath = hostPaths.envoyAdminSocket;
  return {
    files: [
      unitFile(unit, {
        Unit: {
          Description: "Envoy: the link's mutual TLS",
          // A shutdown turns the order round: what gives samples ends before what takes them.
          After: `${link === "receives" ? `${unitNames.prometheus} ` : ""}network-online.target`,
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
        },
        Install: { WantedBy: "multi-user.target" },
      }),
      drainScript,
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
      ...(certificate ? [{ kind: "envoyCertificate" as const, unit, socketPath, certificate: certificate.chain }] : []),
      // Envoy may be well and the link cut all the same: what counts is that samples go on arriving.
      ...(link ? [{ kind: link, unit, metricsUrl: prometheusMetricsUrl }] : []),
    ],
    tools: ["envoy"],
  };
}

function prometheusService({ configuration, flags, reloadPaths = ["prometheus/"], queue }: PrometheusArgs): ServiceSet {
  const unit = unitNames.prometheus;
  return {
    files: [
      unitFile(unit, {
        Unit: {
          Description: "Prometheus",
          Requires: dataMountName,
          After: `${dataMountName} network-online.target`,
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
        Unit: { Description: "Metrics of this host", ...neverGivesUp },
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
          IPAddressAllow: "localhost",
          IPAddressDeny: "any",
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

const drainScript: HostFile = {
  path: "envoy/drain.sh",
  content: readFileSync(new URL("./scripts/drain-envoy.sh", import.meta.url), "utf8"),
  mode: "0644",
  owner: "root",
  group: "root",
};
