import type { Bootstrap } from "../bootstrap.ts";
import type { Cluster } from "../cluster.ts";
import type { Listener } from "../listener.ts";
import type { Rendering } from "../rendering.ts";
import { checkAdmin, isLocal } from "./admin.ts";
import { checkAddresses, checkRootsApart, leadsSomewhere } from "./chains.ts";
import { type Finding, findingsOf, type Unchecked } from "./finding.ts";
import { checkRoutes } from "./routes.ts";
import { checkSecrets } from "./secrets.ts";
import { checkDownstream, checkUpstream } from "./tls.ts";

export type { Finding, Unchecked } from "./finding.ts";

/**
 * What `envoy --mode validate` does not catch: configurations that are well-formed and open a fence. Each rule has been
 * seen to pass Envoy's own check.
 */
export function checkMeaning(bootstrap: Unchecked<Bootstrap>): Finding[] {
  const { listeners = [], clusters = [] } = bootstrap.static_resources ?? {};
  return [
    ...checkAdmin(bootstrap.admin),
    ...listeners.flatMap((listener) => checkListener(listener)),
    ...clusters.flatMap((cluster) => checkCluster(cluster)),
  ];
}

/** `checkMeaning` of what runs and of its twin, and whether the secrets are where they are looked for. */
export function checkRendering({ bootstrap, staticTwin, secrets }: Unchecked<Rendering>): Finding[] {
  return [
    ...checkMeaning(bootstrap ?? {}),
    ...checkMeaning(staticTwin ?? {}),
    ...checkSecrets(bootstrap ?? {}, secrets ?? []),
  ];
}

function checkListener(listener: Unchecked<Listener>): Finding[] {
  const where = `listener ${listener.name}`;
  const chains = listener.filter_chains ?? [];
  const each = chains.flatMap((chain) => checkRoutes(`${where}, filter chain ${chain.name}`, chain));
  if (isLocal(listener.address)) return each;
  return [
    ...each,
    ...checkAddresses(where, chains),
    ...checkRootsApart(where, chains),
    ...chains.flatMap((chain) => {
      const place = `${where}, filter chain ${chain.name}`;
      if (chain.transport_socket !== undefined) return checkDownstream(place, chain.transport_socket.typed_config);
      return findingsOf("no-clear-text", place)([leadsSomewhere(chain), "reached from outside without TLS"]);
    }),
  ];
}

function checkCluster(cluster: Unchecked<Cluster>): readonly Finding[] {
  const where = `cluster ${cluster.name}`;
  const endpoints = (cluster.load_assignment?.endpoints ?? []).flatMap(({ lb_endpoints }) => lb_endpoints ?? []);
  if (cluster.transport_socket !== undefined) return checkUpstream(where, cluster.transport_socket.typed_config);
  return findingsOf(
    "no-clear-text",
    where,
  )([endpoints.some(({ endpoint }) => !isLocal(endpoint?.address)), "leaves this machine without TLS"]);
}
