import { type Block, blockOfAddress, contains, formatAddress, overlaps, parseBlock } from "@metrics-link/contract";
import type { Known } from "../known.ts";
import { scrapedListeners } from "../listeners.ts";
import { accepted, type Contradiction, type Rule, repeated } from "./rule.ts";

type Network = NonNullable<Known["network"]>;

/** The members of a list of ranges that were accepted, each with its place and its block. */
const placed = <Member extends { readonly cidr?: string | undefined }>(
  list: readonly (Member | undefined)[] | undefined,
) =>
  accepted(list).flatMap(([index, member]) => {
    const block = parseBlock(member.cidr ?? "");
    return block === undefined ? [] : [{ index, member, block }];
  });

/** https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html: the base of the range plus two. */
const resolverIn = (own: Block): Block | undefined => blockOfAddress(formatAddress(own.first + 2));

const lists = ["targets", "scrapedBy"] as const;

/** Endpoints, and the prefix list of S3, which counts as one rule (VPC user guide, "AWS-managed prefix lists", weight). */
const rulesOfEveryHost = 2;
/** From the load balancer to the receiver's host: samples, and whether it is ready. */
const rulesFromBalancer = 2;

export const waysRules = {
  connectionsLeadElsewhere: {
    keys: ["network.cidr", "network.connections[].cidr"],
    says: "The range behind a connection overlaps neither this network's nor that of another connection.",
    *broken({ network }) {
      const own = parseBlock(network?.cidr ?? "");
      const connections = placed(network?.connections);
      for (const { index, block } of connections) {
        const path = ["network", "connections", index, "cidr"];
        const other = connections.find((one) => one.index < index && overlaps(one.block, block));
        if (own !== undefined && overlaps(own, block)) {
          yield {
            path,
            remedy: `a range outside of this network's own, ${network?.cidr}: packets to that never leave it`,
          };
        } else if (other !== undefined) {
          yield { path, remedy: `a range apart from that of connection ${other.index + 1}, ${other.member.cidr}` };
        }
      }
    },
  },
  oneConnectionWithoutAHub: {
    keys: ["network.connections", "network.hub"],
    says: "More than one connection is a hub, and `network.hub` says why there is one.",
    *broken({ network }) {
      const ids = new Set(accepted(network?.connections).flatMap(([, { id }]) => id ?? []));
      if (ids.size < 2 || network?.hub !== undefined) return;
      yield {
        path: ["network", "hub"],
        remedy: `why one network may reach ${ids.size} others: whoever takes over its host reaches all of them; or a sender in each of them`,
      };
    },
  },
  waysLeadSomewhere: {
    keys: ["network.cidr", "network.connections[].cidr", "network.targets[].cidr", "network.scrapedBy[].cidr"],
    says: "Targets and scrapers are in this network or behind a connection, and none is this network's resolver.",
    *broken({ network }) {
      const own = parseBlock(network?.cidr ?? "");
      if (own === undefined) return;
      const resolver = resolverIn(own);
      for (const kind of lists) {
        for (const { index, block } of placed(network?.[kind])) {
          const path = ["network", kind, index, "cidr"];
          const isThere = [own, ...placed(network?.connections).map((one) => one.block)].some((one) =>
            contains(one, block),
          );
          if (!isThere) {
            yield {
              path,
              remedy: `a range in this network's, ${network?.cidr}, or in that of a connection (network.connections): no route leads elsewhere`,
            };
          } else if (resolver !== undefined && overlaps(block, resolver)) {
            yield {
              path,
              remedy: `a range without ${formatAddress(resolver.first)}, this network's resolver, which would carry data out as names`,
            };
          }
        }
      }
    },
  },
  groupsAreAcrossPeerings: {
    keys: ["network.connections[].id", "network.targets[].securityGroup"],
    says: "A target behind a transit gateway has no security group: AWS knows none across one in rules of this direction.",
    *broken({ network }) {
      const gateways = placed(network?.connections).filter(({ member }) => member.id?.startsWith("tgw-"));
      for (const { index, member, block } of placed(network?.targets)) {
        if (member.securityGroup === undefined || !gateways.some((one) => contains(one.block, block))) continue;
        yield {
          path: ["network", "targets", index, "securityGroup"],
          remedy: "no group: rules that let out cannot name one behind a transit gateway; the rule then names cidr",
        };
      }
    },
  },
  eachWayOnce: {
    keys: ["network.targets", "network.scrapedBy"],
    says: "Each name, and each port of a range or of a group, stands in its list once.",
    *broken({ network }) {
      for (const kind of lists) yield* waysTwice(kind, network);
    },
  },
  waysFitTheGroup: {
    keys: [
      "network.targets[].ports",
      "network.scrapedBy[].ports",
      "network.securityGroupQuotas.rules",
      "peer.addresses",
    ],
    says: "The host's security group has room for a rule for each port of a target, and for each of a scraper.",
    *broken({ network, peer, role }) {
      const most = network?.securityGroupQuotas?.rules;
      if (most === undefined) return;
      const count = (kind: (typeof lists)[number]) =>
        accepted(network?.[kind]).reduce((sum, [, { ports }]) => sum + (ports?.length ?? 0), 0);
      const others = {
        targets: rulesOfEveryHost + (peer?.addresses?.length ?? 0),
        scrapedBy: role === "receiver" ? rulesFromBalancer : 0,
      };
      for (const kind of lists) {
        const needed = count(kind) + others[kind];
        // Without ways the group is as it was before there were any.
        if (count(kind) === 0 || needed <= most) continue;
        yield {
          path: ["network", kind],
          remedy: `at most ${most} rules in all (network.securityGroupQuotas.rules), and not ${needed}: wider ranges, fewer ports, or a raised quota`,
        };
      }
    },
  },
  scrapedPortsListen: {
    keys: ["network.scrapedBy[].ports"],
    says: "A scraper may connect to ports of listeners that the stack has, and to no others.",
    *broken(known) {
      const listeners = scrapedListeners(known);
      const open = listeners.map(({ key, port }) => `${port} (${key})`).join(", ") || "none yet";
      for (const [index, { ports }] of accepted(known.network?.scrapedBy)) {
        for (const [place, port] of accepted(ports)) {
          if (listeners.some((one) => one.port === port)) continue;
          yield {
            path: ["network", "scrapedBy", index, "ports", place],
            remedy: `a port at which this stack serves metrics to other machines: ${open}`,
          };
        }
      }
    },
  },
} satisfies Record<string, Rule>;

function* waysTwice(kind: (typeof lists)[number], network: Network | undefined): Generator<Contradiction> {
  const members = accepted(network?.[kind]);
  for (const index of repeated(members.map(([index, { name }]) => [index, name] as const))) {
    yield { path: ["network", kind, index, "name"], remedy: "a name that no other entry of the list has" };
  }
  const seen = new Set<string>();
  for (const [index, { cidr, securityGroup, ports }] of members) {
    const own = accepted(ports).map(([, port]) => `${securityGroup ?? cidr} at ${port}`);
    const again = own.find((one) => seen.has(one));
    if (again !== undefined) yield { path: ["network", kind, index], remedy: `each way once; ${again} stands above` };
    for (const one of own) seen.add(one);
  }
}
