import { hostPaths } from "@metrics-link/release";

/** Units of a release, and those that cloud-init brings. */
export const unitNames = {
  ports: "metrics-link-ports.service",
  envoy: "metrics-link-envoy.service",
  prometheus: "metrics-link-prometheus.service",
  nodeExporter: "metrics-link-node-exporter.service",
  repair: "metrics-link-repair.service",
  agent: "metrics-link-agent.service",
  agentTimer: "metrics-link-agent.timer",
} as const;

/** Makes the data volume ready, and mounts it; from cloud-init, because nothing of a release may touch a file system. */
export const dataUnitName = "metrics-link-data.service";
/** systemd names a mount by its path, with a dash for each slash and dashes escaped (systemd-escape(1)). */
export const dataMountName = `${hostPaths.data.slice(1).replaceAll("-", "\\x2d").replaceAll("/", "-")}.mount`;

/** Fetches the agent; done as soon as there is one. */
export const bootstrapUnitName = "metrics-link-bootstrap.service";

/** Where node_exporter picks up what the agent says of itself. */
export const textfileDirectory = "/var/lib/metrics-link-agent/textfile";

/** What the repairer knows and has done; on the data volume. */
export const repairDirectory = `${hostPaths.data}/repair`;
/** Where node_exporter picks up what the repairer says of itself; gone when the repairer is. */
export const repairTextfileDirectory = "/run/metrics-link-repair";
