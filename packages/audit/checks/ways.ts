import { isPrivateBlock, parseBlock, rangeWith } from "@metrics-link/contract";
import type { Finding } from "@metrics-link/report";
import type { StackEvidence } from "../evidence.ts";
import { both, judge, unlike } from "../judge.ts";

type Network = StackEvidence["configuration"]["network"];

/** The rules of the host's group that the configuration declares for what it scrapes and who scrapes it. */
export function declaredRules({ targets, scrapedBy }: Network): readonly string[] {
  const rules = (direction: "egress" | "ingress", ways: Network["targets"]) =>
    ways.flatMap(({ cidr, ports, securityGroup }) =>
      ports.map((port) => `${direction} tcp ${port} ${securityGroup ?? cidr}`),
    );
  return [...rules("egress", targets), ...rules("ingress", scrapedBy)];
}

/** The routes that these need, without their tables, of which each zone has one. */
const declaredRoutes = ({ targets, scrapedBy, connections }: Network): readonly string[] =>
  [...targets, ...scrapedBy].flatMap(({ cidr }) => {
    const connection = rangeWith(connections, cidr);
    return connection === undefined ? [] : [`${cidr} to ${connection.id}`];
  });

/**
 * What AWS has of ways to targets, compared with the configuration: the state has what the last update made, and a person
 * signed what is declared.
 */
export function waysFinding({ configuration: { network }, declared, observed, surroundings }: StackEvidence): Finding {
  const seen = both(both(declared, observed), surroundings.routes);
  const source = "EC2 API, compared with the configuration";
  return judge("ways to targets", source, seen, ([[{ groups }, now], facts]) => {
    const hosts = groups.filter(({ name }) => name.endsWith("-host")).map(({ id }) => id);
    const rules = now.groups
      .filter(({ id }) => hosts.includes(id))
      .flatMap((group) => group.rules)
      .filter((rule) => isWay(endOf(rule), (id) => groups.some((group) => group.id === id)));
    const routes = facts.flatMap((fact) => / (\S+ to (?:pcx|tgw)-\S+)$/.exec(fact)?.[1] ?? []);
    const wanted = [...declaredRules(network), ...declaredRoutes(network)];
    const found = [...new Set([...rules, ...routes])];
    return { wrong: unlike("the network", wanted, found), fine: found.join("; ") || "none, and none is declared" };
  });
}

const endOf = (rule: string): string => rule.split(" ").at(-1) ?? "";

/** Whether a rule leads to other machines than the stack's own: to a private range, or to a group that the stack did not make. */
function isWay(end: string, isOwn: (group: string) => boolean): boolean {
  const block = parseBlock(end);
  return block === undefined ? end.startsWith("sg-") && !isOwn(end) : isPrivateBlock(block);
}
