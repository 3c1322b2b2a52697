import { isIPv4 } from "node:net";
import { type Configuration, networkPortOf, scrapersOf } from "@metrics-link/config";
import { hostPaths, hostUsers, ports } from "@metrics-link/release";
import { exporter } from "./exporter-unit.ts";
import { gate, repair } from "./node-units.ts";
import {
  command,
  current,
  dataMount,
  hardening,
  install,
  type KnownUnit,
  listens,
  literal,
  memory,
  online,
  portsUnit,
  prometheusUnit,
  restartForever,
  running,
} from "./unit-parts.ts";

/** The units of a release by name, as packages/host renders them for this configuration. */
export function knownUnits(configuration: Configuration): Readonly<Record<string, KnownUnit>> {
  const { role, network, prometheus, metricsServices, queryServices, nodeExporter } = configuration;
  const sends = role === "sender";
  const own = rangeOf(network.cidr);
  const services = [...metricsServices, ...queryServices].filter(({ enabled }) => enabled);
  const queried = queryServices.some(({ enabled }) => enabled);
  const servicePorts = services.map(({ listenAddr }) => Number(listenAddr.split(":").at(-1)));
  const scrapers = services.flatMap((service) => scrapersOf(network, networkPortOf(service) ?? 0));
  /** Loopback, the stack's own network, and single addresses outside of these ranges. */
  const addressesBut =
    (closed: readonly string[], declared: readonly string[] = []) =>
    (text: string) =>
      text
        .split(" ")
        .every((one, index) =>
          index === 0 ? one === "localhost" : declared.includes(one) || isReachable(one, own, closed),
        );
  const isScraped = (text: string) => network.targets.some(({ cidr }) => cidr === text);
  const isOfAlertmanagers = (text: string) => prometheus.alertmanagers.length > 0 && isReachable(text, own, everything);
  return {
    [portsUnit]: {
      Unit: { always: { Description: "Reserve the link's ports for its own services", ...restartForever } },
      Service: {
        always: {
          Type: "oneshot",
          RemainAfterExit: "yes",
          ExecStart: command(`${current}/bin/node --jitless ${current}/ports/keep-ports.mjs`, /\d+/),
          ExecStop: command("/usr/sbin/sysctl --write", /net\.ipv4\.ip_unprivileged_port_start=\d+/),
          ...hardening,
          PrivateUsers: "no",
          ProtectKernelTunables: "no",
          ProcSubset: "all",
          RestrictAddressFamilies: "none",
        },
      },
      Install: install,
    },
    "metrics-link-envoy.service": {
      Unit: {
        always: {
          Description: "Envoy: the link's mutual TLS",
          After: new RegExp(`(${literal(prometheusUnit)} )?${literal(portsUnit)} network-online\\.target`),
          ...online,
          ...restartForever,
        },
        maybe: { Before: prometheusUnit },
      },
      Service: {
        always: {
          ExecStart: command(
            `${current}/bin/envoy --config-path`,
            new RegExp(`${literal(current)}/envoy/bootstrap\\.(yaml|json)`),
            /--concurrency 2 --reject-unknown-dynamic-fields --file-flush-interval-msec \d+/,
            "--drain-time-s 1 --disable-hot-restart",
          ),
          ExecStop: `/bin/bash ${current}/envoy/drain.sh ${hostPaths.envoyAdminSocket}`,
          TimeoutStopSec: "20",
          ...running(hostUsers.envoy),
          RuntimeDirectory: "metrics-link-envoy",
          RuntimeDirectoryMode: "0750",
          LimitNOFILE: "65536",
          ...hardening,
          ...(sends
            ? listens(ports.remoteWriteEgress, ports.envoyMetrics, ...servicePorts)
            : listens(ports.ingest, ports.ready, ports.envoyMetrics, ...servicePorts)),
          IPAddressAllow: addressesBut(notPublic, scrapers),
          IPAddressDeny: sends ? "any" : `${notPublic.join(" ")} ::/0 ${network.cidr}`,
        },
        maybe: memory,
      },
      Install: install,
    },
    [prometheusUnit]: {
      Unit: {
        always: {
          Description: "Prometheus",
          Requires: dataMount,
          After: `${dataMount} ${portsUnit} network-online.target`,
          ...online,
          ...restartForever,
        },
      },
      Service: {
        always: {
          ExecStart: command(
            `${current}/bin/prometheus --config.file=${current}/prometheus/prometheus.yml`,
            `--storage.tsdb.path=${hostPaths.prometheusData}`,
            /--storage\.tsdb\.retention\.size=\d+MB --storage\.tsdb\.retention\.time=30d/,
            `--web.listen-address=127.0.0.1:${ports.prometheus} --enable-feature=memory-snapshot-on-shutdown`,
            `--log.format=json${queried ? " --query.max-samples=10000000 --query.max-concurrency=8 --query.timeout=25s" : ""}`,
            sends ? "--storage.remote.flush-deadline=5s" : "--web.enable-remote-write-receiver",
          ),
          ExecReload: "/bin/kill -HUP $MAINPID",
          ...running(hostUsers.prometheus),
          StateDirectory: "metrics-link/prometheus",
          StateDirectoryMode: "0750",
          TimeoutStopSec: "180",
          LimitNOFILE: "65536",
          ...hardening,
          ...listens(ports.prometheus),
          IPAddressAllow: (text) =>
            text
              .split(" ")
              .every((one, index) => (index === 0 ? one === "localhost" : isScraped(one) || isOfAlertmanagers(one))),
          UMask: "0027",
          ProcSubset: "all",
        },
        maybe: { ...memory, LogRateLimitIntervalSec: "60", LogRateLimitBurst: "200" },
      },
      Install: install,
    },
    "metrics-link-node-exporter.service": {
      Unit: { always: { Description: "Metrics of this host", After: portsUnit, ...restartForever } },
      Service: {
        always: {
          ExecStart: command(
            `${current}/bin/node_exporter --web.listen-address=127.0.0.1:${ports.nodeExporter}`,
            new RegExp(
              `${textfiles("/var/lib/metrics-link-agent/textfile")}${sends ? ` ${textfiles("/run/metrics-link-repair")}` : `( ${textfiles("/run/metrics-link-gate-metrics")})?`}`,
            ),
          ),
          ...running(hostUsers.nodeExporter),
          ...hardening,
          ...listens(ports.nodeExporter),
          ProcSubset: "all",
        },
        maybe: memory,
      },
      Install: install,
    },
    ...(nodeExporter.exposed === undefined
      ? {}
      : { "metrics-link-exporter.service": exporter(scrapersOf(network, ports.exporter)) }),
    ...(sends ? { "metrics-link-repair.service": repair } : { "metrics-link-gate.service": gate }),
  };
}

const textfiles = (folder: string) => literal(`--collector.textfile.directory=${folder}`);

/** Leaves a unit no address outside of the stack's own network. */
const everything = ["0.0.0.0/0"] as const;

/** IPv4 ranges that are not public (RFC 6890), without loopback, which units call `localhost`. */
const notPublic = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "224.0.0.0/4",
  "240.0.0.0/4",
] as const;

interface Range {
  readonly first: number;
  readonly last: number;
}

function rangeOf(text: string): Range {
  const [address = "", length = "32"] = text.split("/");
  const size = 2 ** (32 - Number(length));
  const at = isIPv4(address) ? address.split(".").reduce((sum, byte) => sum * 256 + Number(byte), 0) : Number.NaN;
  const first = Math.floor(at / size) * size;
  return { first, last: first + size - 1 };
}

/** Whether a unit may connect to it: a range in the stack's own network, or a single address outside the closed ranges. */
function isReachable(text: string, own: Range, closed: readonly string[]): boolean {
  if (!/^\d{1,3}(\.\d{1,3}){3}(\/\d{1,2})?$/.test(text)) return false;
  const { first, last } = rangeOf(text);
  if (own.first <= first && last <= own.last) return true;
  const outside = [...closed, "127.0.0.0/8"].map(rangeOf).every((range) => last < range.first || range.last < first);
  return first === last && outside;
}
