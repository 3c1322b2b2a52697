import { hostPaths, ports } from "@metrics-link/release";
import type { Role } from "@metrics-link/sandbox/cli/stack-files.ts";
import { on } from "./sandbox.ts";

/** What a host has in force and what it runs: two things until the service was handed over. */
interface Versions {
  readonly onDisk: string;
  readonly running: string;
}

const json = async (host: string, ...words: string[]) =>
  JSON.parse(await on(host, "curl", "--silent", "--fail", ...words));
const versionIn = (text: string) => /\b\d+\.\d+\.\d+\b/.exec(text)?.[0] ?? text;
const onDisk = async (host: string, command: string) =>
  versionIn(await on(host, `${hostPaths.current}/bin/${command}`, "--version"));

/** Of the tools that samples go through, by the tool's name. */
export async function versionsOf(host: string): Promise<Readonly<Record<"envoy" | "prometheus", Versions>>> {
  const envoy = await json(host, "--unix-socket", hostPaths.envoyAdminSocket, "http://envoy/server_info");
  const prometheus = await json(host, `http://127.0.0.1:${ports.prometheus}/api/v1/status/buildinfo`);
  return {
    envoy: { onDisk: await onDisk(host, "envoy"), running: versionIn(envoy.version) },
    prometheus: { onDisk: await onDisk(host, "prometheus"), running: prometheus.data.version },
  };
}

/** Whether a host runs what came with the gate: the receiver the gate itself, a sender the rules that keep its series' labels its own. */
export async function isGated(host: Role): Promise<boolean> {
  if (host === "receiver") {
    const cluster = 'envoy_cluster_membership_total{envoy_cluster_name="gate"}';
    return (
      await on(host, "curl", "--silent", "--fail", `http://127.0.0.1:${ports.envoyMetrics}/stats/prometheus`)
    ).includes(cluster);
  }
  const { data } = await json(host, `http://127.0.0.1:${ports.prometheus}/api/v1/status/config`);
  return data.yaml.includes("write_relabel_configs");
}

/** When each unit of a host was started last: beside the instants of missing samples it tells whose they are. */
export async function startsOf(host: string): Promise<string> {
  const units = ["metrics-link-envoy", "metrics-link-prometheus"];
  const started = await Promise.all(
    units.map(async (unit) => {
      const show = ["systemctl", "show", "--timestamp=unix", "--property=ActiveEnterTimestamp", "--value", unit];
      return `${unit} at ${(await on(host, ...show)).trim()}`;
    }),
  );
  return `${host} started ${started.join(", ")}`;
}
