import type { Finding } from "@metrics-link/report";
import type { Connection, Evidence } from "../evidence.ts";
import { type Conclusion, check, fine, stops } from "../judge.ts";

/** Whether each connection to another network is there: without it the update would stop at its first route. */
export const connectionFindings = ({ configuration, connections }: Evidence): Finding[] =>
  configuration.network.connections.map(({ id, cidr }) =>
    check(`connection ${id}`, "EC2", connections, (all) => conclusionOf(cidr, all.get(id))),
  );

function conclusionOf(cidr: string, found: Connection | undefined): Conclusion {
  if (found === undefined) {
    return stops(
      "this account has no such peering connection, or no attachment to such a transit gateway",
      "let the people of both accounts make it (docs/targets.md), and name it by its id",
    );
  }
  const { state, ranges, leadsThere } = found;
  if (state !== "active" && state !== "available") {
    return stops(`it is ${state}`, "let the owner of the other network accept it");
  }
  if (ranges === undefined) return fine(`${state}; what lies behind a transit gateway, EC2 does not tell here`);
  return leadsThere
    ? fine(`${state}, between ${ranges.join(" and ")}`)
    : stops(
        `it is between ${ranges.join(" and ")}, and ${cidr} is in neither`,
        "name the range of the other network in network.connections, or the connection that leads there",
      );
}
