/** The ways between a host and what it scrapes, or what scrapes it. */
import { isPrivateBlock, matching, parseBlock, text } from "@metrics-link/contract";
import { z } from "zod";
import { integer, key, list, words } from "./values.ts";

/** @param widest the shortest prefix that a range may have */
export const privateRange = (widest: number, what: string) => {
  const remedy = `${what}: a private IPv4 range (RFC 1918) between /${widest} and /32 that begins at its first address, such as 10.10.20.0/24`;
  return text(remedy).refine(
    (found) => {
      const block = parseBlock(found);
      return block !== undefined && block.prefix >= widest && isPrivateBlock(block);
    },
    { error: remedy },
  );
};

const name = (what: string) =>
  matching(/^[a-z][a-z0-9-]{0,29}$/, `${what}: 1 to 30 of a-z, 0-9 and -, beginning with a letter`);

const ports = z
  .array(integer(1, 65_535, "a TCP port"), { error: "a list of ports" })
  .min(1, { error: "at least one port" })
  .max(10, { error: "at most ten ports" })
  .refine((found) => new Set(found).size === found.length, { error: "each port once" });

const group = matching(
  /^sg-([0-9a-f]{8}|[0-9a-f]{17})$/,
  "the id of a security group in this region, such as sg-0123456789abcdef0",
);

const securityGroup = (description: string) =>
  key(group.optional(), {
    description,
    range: "`sg-…`, in this VPC or in one behind a peering connection of this region",
    fallback: "the rule names the range",
    example: "sg-0123456789abcdef0",
  });

/** Another network that this one is connected to. Its owner and this account's people made the connection; the stack only uses it. */
const connection = z.strictObject({
  id: key(
    matching(
      /^(pcx|tgw)-([0-9a-f]{8}|[0-9a-f]{17})$/,
      "the id of a VPC peering connection (pcx-…) or of a transit gateway (tgw-…)",
    ),
    {
      description:
        "A VPC peering connection, or a transit gateway that this VPC is attached to. Both accounts make it and accept it outside of this stack; see [targets](targets.md#in-another-network).",
      range: "`pcx-…` or `tgw-…`",
      example: "pcx-0123456789abcdef0",
    },
  ),
  cidr: key(privateRange(16, "the range behind the connection"), {
    description:
      "What lies behind it, as far as this stack is concerned. Targets and scrapers must lie in it. Routes lead to their ranges, not to all of it.",
    range: "`/16` to `/32` within RFC 1918; not in `network.cidr`, and in no other connection",
    example: "10.40.0.0/16",
    stricter:
      "AWS takes any range as a route's destination. A public one could be the peer's, and one wider than `/16` is more than any VPC.",
  }),
  accepted: key(words(200, "why this network may be reached from here"), {
    description:
      "Why this network may be reached from here, and who agreed to it. Whoever takes over this host reaches the declared ports there.",
    range: "1 to 200 characters",
    example: '"no host of ours may stand in the shop\'s network; agreed with the shop team on 2026-11-30"',
  }),
});

const target = z.strictObject({
  name: key(name("the target's name"), {
    description: "What is scraped. Part of the names of rules and routes.",
    range: "1 to 30 of a-z, 0-9 and `-`, each once",
    example: "shop",
  }),
  cidr: key(privateRange(16, "the targets' range"), {
    description:
      "Where the targets are. The host may connect to these addresses at `ports`, and Prometheus' unit to them and to no others. As narrow as can be.",
    range: "`/16` to `/32` within RFC 1918, in `network.cidr` or in a connection's `cidr`",
    example: "10.10.20.0/24",
    affects: "the targets of [scrape jobs](operate.md#scrape-files-and-rule-files), each of which must lie in one",
    stricter: "AWS takes any range. A public one could be anybody's, and one wider than `/16` is more than any VPC.",
  }),
  ports: key(ports, {
    description: "The TCP ports of the targets. Each takes a rule of the host's security group.",
    range: "1 to 10 ports, 1 to 65535, each once",
    example: "[9100]",
  }),
  securityGroup: securityGroup(
    "A security group of the targets: the host's rule then names this group instead of the range, so that a stranger with an address of the range is not reached.",
  ),
});

const source = z.strictObject({
  name: key(name("the scraper's name"), {
    description: "Who scrapes this host. Part of the names of rules.",
    range: "1 to 30 of a-z, 0-9 and `-`, each once",
    example: "central",
  }),
  cidr: key(privateRange(24, "the scraper's range"), {
    description: "Where the scraper connects from.",
    range: "`/24` to `/32` within RFC 1918, in `network.cidr` or in a connection's `cidr`",
    example: "10.10.30.0/28",
    stricter: "AWS takes any range. A listener of a host is for one scraper, which has no more addresses than that.",
  }),
  ports: key(ports, {
    description: "The ports of this host's listeners that it may connect to: of those that the stack has.",
    range: "1 to 10 ports of listeners, each once",
    example: "[9101]",
  }),
  securityGroup: securityGroup("A security group of the scraper: the rule then names this group instead of the range."),
});

/** Keys of the section `network`. */
export const ways = {
  connections: key(list(connection, 10, "connections to other networks").default([]), {
    description: "Other networks that this one is connected to.",
    example: "[]",
  }),
  hub: key(words(200, "why one network may reach several others").optional(), {
    description:
      "Why this one network may reach several others. Without it there is one connection at most: a host that reaches every client's network is a way into each of them. The alternative is [a sender in each](targets.md#which-way).",
    range: "1 to 200 characters",
    fallback: "no more than one connection",
    example: '"two networks of the same team, which trusts both alike"',
  }),
  targets: key(list(target, 40, "targets").default([]), {
    description: "What the host may connect to in order to scrape it.",
    example: "[]",
  }),
  scrapedBy: key(list(source, 20, "scrapers").default([]), {
    description: "Who may connect to this host in order to scrape it, or to query its Prometheus.",
    example: "[]",
  }),
};
