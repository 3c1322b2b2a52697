/** Network load balancers: each node spreads connections over targets; the target sees the client's own address. */

import { LinkError } from "@metrics-link/contract";
import type { LoadBalancer, LoadBalancerListener, LoadBalancerNode, Vpc } from "../../model/topology.ts";
import { subnetOf } from "./attachments.ts";
import { replyMark } from "./routes.ts";
import type { Table } from "./ruleset.ts";
import { nodeAddresses } from "./security-groups.ts";

/** Which targets passed their health checks: keys by `targetKey`. */
export type HealthyTargets = ReadonlySet<string>;

export const targetKey = (targetGroupId: string, instanceId: string): string => `${targetGroupId} ${instanceId}`;

export function loadBalancerTable(vpc: Vpc, healthy: HealthyTargets): Table {
  const virtualAddresses = vpc.loadBalancers.flatMap(nodeAddresses);
  return {
    name: "load_balancer",
    sets: [{ name: "virtual_addresses", type: "ipv4_addr", elements: virtualAddresses }],
    chains: [
      {
        name: "to_targets",
        base: { type: "nat", hook: "prerouting", priority: -100, policy: "accept" },
        rules: vpc.loadBalancers.flatMap((balancer) =>
          balancer.nodes.flatMap((node) =>
            balancer.listeners.flatMap((listener) => translation(vpc, balancer, node, listener, healthy)),
          ),
        ),
      },
      {
        // A target's answer goes back through the node, whatever the route table of the target's subnet says.
        name: "answers",
        base: { type: "filter", hook: "prerouting", priority: -149, policy: "accept" },
        rules: [`ct direction reply ct original ip daddr @virtual_addresses meta mark set ${replyMark}`],
      },
    ],
  };
}

/** The targets that a node may use: of its zone or of all, the healthy ones; if none is healthy, all ("fail open"). */
function eligibleTargets(
  vpc: Vpc,
  balancer: LoadBalancer,
  node: LoadBalancerNode,
  { target }: LoadBalancerListener,
  healthy: HealthyTargets,
): string[] {
  const reachable = vpc.instances.filter(
    (instance) =>
      target.instanceIds.includes(instance.id) && (balancer.crossZone || subnetOf(vpc, instance).zone === node.zone),
  );
  const sound = reachable.filter(({ id }) => healthy.has(targetKey(target.id, id)));
  return (sound.length > 0 ? sound : reachable).map(({ privateAddress }) => privateAddress);
}

function translation(
  vpc: Vpc,
  balancer: LoadBalancer,
  node: LoadBalancerNode,
  listener: LoadBalancerListener,
  healthy: HealthyTargets,
): string[] {
  if (!listener.target.preserveClientAddress) {
    throw new LinkError("SANDBOX_REFUSED", {
      what: `target group ${listener.target.id}: a load balancer that hides the client's address is not modelled`,
      next: "set preserveClientIp to true",
    });
  }
  const targets = eligibleTargets(vpc, balancer, node, listener, healthy);
  const match = `ip daddr ${node.privateAddress} tcp dport ${listener.port}`;
  const { port } = listener.target;
  if (targets.length <= 1) return targets.map((address) => `${match} dnat to ${address}:${port}`);
  const places = targets.map((address, index) => `${index} : ${address} . ${port}`);
  return [`${match} dnat to jhash ip saddr . tcp sport mod ${targets.length} map { ${places.join(", ")} }`];
}
