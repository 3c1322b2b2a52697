import { hostPaths, hostUsers } from "./paths.ts";

/**
 * What a release may place on a host, as closed sets: whoever writes one reaches nothing else of the host by a path, a
 * name or an owner in it.
 */

/** Its units. Those of the agent, of the data volume and of the system are not among them. */
export const releaseUnits = [
  "metrics-link-ports.service",
  "metrics-link-envoy.service",
  "metrics-link-prometheus.service",
  "metrics-link-node-exporter.service",
  "metrics-link-repair.service",
] as const;

/** What wants a unit at the boot. */
export const releaseTarget = "multi-user.target";

export const unitFolder = "systemd/";

/** Folders of a release's directory that something reads; `bin/` is the agent's. */
export const releaseFolders = [unitFolder, "ports/", "envoy/", "prometheus/", "tls/", "repair/"] as const;

/** Where a secret may lie: nothing that a service takes for configuration, or trusts, arrives as one. */
export const secretPlace = /^(tls\/private-key\.pem|prometheus\/alertmanager-\d+\.secret)$/;

export const releaseOwners = ["root", ...Object.values(hostUsers)] as const;

/** Unix sockets that a probe asks through. */
export const probeSockets = [hostPaths.envoyAdminSocket] as const;
