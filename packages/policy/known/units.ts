import { isIPv4 } from "node:net";
import type { Configuration } from "@metrics-link/config";
import { hostPaths, hostUsers, ports } from "@metrics-link/release";

/** The required value of a directive: a string, a pattern or a predicate; a list if the directive is repeated. */
type Value = string | RegExp | ((value: string) => boolean);
export type Expected = Value | readonly Value[];
/** The directives of a section. `maybe`: only with a link, or in one role. */
export interface Section {
  readonly always: Readonly<Record<string, Expected>>;
  readonly maybe?: Readonly<Record<string, Expected>>;
}
export type KnownUnit = Readonly<Record<string, Section>>;

/** The restrictions of every service: packages/host/cloud/units.ts, written a second time. */
const hardening = {
  NoNewPrivileges: "yes",
  CapabilityBoundingSet: "",
  AmbientCapabilities: "",
  ProtectSystem: "strict",
  ProtectHome: "yes",
  PrivateTmp: "yes",
  PrivateDevices: "yes",
  PrivateUsers: "yes",
  ProtectClock: "yes",
  ProtectHostname: "yes",
  ProtectKernelLogs: "yes",
  ProtectKernelModules: "yes",
  ProtectKernelTunables: "yes",
  ProtectControlGroups: "yes",
  ProtectProc: "invisible",
  ProcSubset: "pid",
  RestrictAddressFamilies: "AF_UNIX AF_INET AF_INET6 AF_NETLINK",
  RestrictNamespaces: "yes",
  RestrictRealtime: "yes",
  RestrictSUIDSGID: "yes",
  LockPersonality: "yes",
  MemoryDenyWriteExecute: "yes",
  RemoveIPC: "yes",
  KeyringMode: "private",
  SystemCallArchitectures: "native",
  SystemCallFilter: ["@system-service", "~@privileged @resources"],
  SystemCallErrorNumber: "EPERM",
  UMask: "0077",
  SocketBindDeny: "any",
  IPAddressDeny: "any",
  IPAddressAllow: "localhost",
  IPAccounting: "yes",
} as const;

/** A service that listens on ports of the link, which are reserved for it. */
const listens = (...tcp: readonly number[]) => ({
  CapabilityBoundingSet: "CAP_NET_BIND_SERVICE",
  AmbientCapabilities: "CAP_NET_BIND_SERVICE",
  PrivateUsers: "no",
  SocketBindAllow: tcp.map((port) => `ipv4:tcp:${port}`),
});

const running = (user: string) => ({ Type: "exec", User: user, Group: user, Restart: "always", RestartSec: "1" });

const { current } = hostPaths;
const literal = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
/** A command line of these words in this order, each a string or a pattern. */
const command = (...words: readonly (string | RegExp)[]) =>
  new RegExp(words.map((word) => (word instanceof RegExp ? word.source : literal(word))).join(" "));

const install: Section = { always: { WantedBy: "multi-user.target" } };
const dataMount = String.raw`var-lib-metrics\x2dlink.mount`;
const restartForever = { StartLimitIntervalSec: "0" };
const online = { Wants: "network-online.target" };
const portsUnit = "metrics-link-ports.service";
const prometheusUnit = "metrics-link-prometheus.service";

/** The units of a release by name, as packages/host renders them for this configuration. */
export function knownUnits({ role, network }: Configuration): Readonly<Record<string, KnownUnit>> {
  const sends = role === "sender";
  const own = rangeOf(network.cidr);
  /** Loopback, the stack's own network, and single addresses outside of these ranges. */
  const addressesBut = (closed: readonly string[]) => (text: string) =>
    text.split(" ").every((one, index) => (index === 0 ? one === "localhost" : isReachable(one, own, closed)));
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
            ? listens(ports.remoteWriteEgress, ports.envoyMetrics)
            : listens(ports.ingest, ports.ready, ports.envoyMetrics)),
          IPAddressAllow: addressesBut(notPublic),
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
            `--log.format=json ${sends ? "--storage.remote.flush-deadline=5s" : "--web.enable-remote-write-receiver"}`,
          ),
          ExecReload: "/bin/kill -HUP $MAINPID",
          ...running(hostUsers.prometheus),
          StateDirectory: "metrics-link/prometheus",
          StateDirectoryMode: "0750",
          TimeoutStopSec: "180",
          LimitNOFILE: "65536",
          ...hardening,
          ...listens(ports.prometheus),
          IPAddressAllow: addressesBut(withoutTargets),
          UMask: "0027",
          ProcSubset: "all",
        },
        maybe: memory,
      },
      Install: install,
    },
    "metrics-link-node-exporter.service": {
      Unit: { always: { Description: "Metrics of this host", After: portsUnit, ...restartForever } },
      Service: {
        always: {
          ExecStart: command(
            `${current}/bin/node_exporter --web.listen-address=127.0.0.1:${ports.nodeExporter}`,
            `--collector.textfile.directory=/var/lib/metrics-link-agent/textfile${sends ? " --collector.textfile.directory=/run/metrics-link-repair" : ""}`,
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
    ...(sends ? { "metrics-link-repair.service": repair } : {}),
  };
}

/** Memory limits, and what happens when they are reached. Their size is not checked here. */
const memory = {
  MemoryMax: /\d+[MG%]?/,
  MemoryHigh: /\d+[MG]/,
  MemorySwapMax: /0|\d+[MG]/,
  OOMPolicy: /stop|continue|kill/,
};

const repair: KnownUnit = {
  Unit: {
    always: {
      Description: "Backfill of samples that the receiver lacks",
      Requires: dataMount,
      After: `${dataMount} ${prometheusUnit}`,
      ...restartForever,
    },
  },
  Service: {
    always: {
      ExecStart: command(
        `${current}/bin/node --jitless --max-old-space-size=96 ${current}/repair/repair.mjs watch`,
        `--settings=${current}/repair/settings.json --state=${hostPaths.data}/repair --metrics=/run/metrics-link-repair`,
      ),
      ...running(hostUsers.repair),
      StateDirectory: "metrics-link/repair",
      StateDirectoryMode: "0750",
      RuntimeDirectory: "metrics-link-repair",
      RuntimeDirectoryMode: "0755",
      MemoryMax: /\d+M/,
      ...hardening,
      RestrictAddressFamilies: "AF_UNIX AF_INET",
    },
    maybe: memory,
  },
  Install: install,
};

/** IPv4 ranges without scrape targets: this host by other names, link-local with the metadata service, multicast. */
const withoutTargets = ["0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4"] as const;

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
