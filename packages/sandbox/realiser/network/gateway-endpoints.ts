import { routerInterfaces } from "./attachments.ts";
import { quoted, type Table } from "./ruleset.ts";

/** Behind a gateway endpoint, the hosts of a VPC share one address which no other VPC has. */
export function gatewayEndpointTable(source: string): Table {
  return {
    name: "gateway_endpoints",
    chains: [
      {
        name: "translate",
        base: { type: "nat", hook: "postrouting", priority: 100, policy: "accept" },
        rules: [`oifname ${quoted(routerInterfaces.gatewayEndpoints)} snat to ${source}`],
      },
    ],
  };
}
