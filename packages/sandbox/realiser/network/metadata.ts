import type { Vpc } from "../../model/topology.ts";
import { linkLocal } from "./addressing.ts";
import type { Table } from "./ruleset.ts";

/**
 * The instance metadata service answers with the hop limit of the instance as TTL (EC2 user guide, "Instance metadata
 * options"): with 1, nothing behind another router inside the instance, such as a container's bridge, gets an answer.
 */
export function metadataTable(vpc: Vpc): Table {
  return {
    name: "metadata",
    chains: [
      {
        name: "hop_limit",
        base: { type: "filter", hook: "output", priority: 0, policy: "accept" },
        rules: vpc.instances.map(
          ({ privateAddress, metadata }) =>
            `ip saddr ${linkLocal.metadata} ip daddr ${privateAddress} ip ttl set ${metadata.hopLimit}`,
        ),
      },
    ],
  };
}
