/** A VPC's DNS firewall, between its hosts and everything that the resolver knows. */
import type { DnsRule, Topology, Vpc } from "../../model/topology.ts";
import { type Resolution, redirection, resolve } from "./zone.ts";

/** What the firewall makes of a query: it passes, or gets an empty answer, or one that says that there is no such name. */
export type Verdict = DnsRule["answer"];

/**
 * The verdict on a query, by the first rule that has the name; a name that no rule has passes. A rule that does not trust
 * redirections has the names inspected, too, to which this one leads: each needs a rule that lets it pass
 * (Route 53 Developer Guide, "Rule settings in DNS Firewall").
 */
export function verdictOn(vpc: Vpc | undefined, name: string): Verdict {
  const asked = fullName(name);
  const rule = vpc?.dnsRules?.find(({ domains }) => domains.some((domain) => covers(domain, asked)));
  if (rule === undefined || rule.answer !== "pass" || rule.trustsRedirection) return rule?.answer ?? "pass";
  const next = redirection(asked.replace(/\.$/, ""));
  return next === undefined ? "pass" : verdictOn(vpc, next);
}

/** The addresses that a host of the VPC gets for a name; none, too, if its firewall lets nothing through. */
export const lookUp = (topology: Topology, vpc: Vpc, name: string): Resolution =>
  verdictOn(vpc, name) === "pass" ? resolve(topology, vpc, name) : undefined;

const fullName = (name: string) => `${name.toLowerCase().replace(/\.$/, "")}.`;

/** `*.example.com.` covers every name below `example.com`, not that name itself; `*.` covers them all. */
function covers(domain: string, name: string): boolean {
  if (domain === "*.") return true;
  return domain.startsWith("*") ? name.endsWith(domain.slice(1)) : domain === name;
}
