import { InvalidInputError, type Problem } from "@metrics-link/contract";

/** What AWS lets this account have. */
export interface GroupQuotas {
  /** Inbound rules of a security group. AWS: 60, adjustable. */
  readonly rules: number;
  /** Security groups of a network interface. AWS: 5, adjustable up to 16. */
  readonly groups: number;
}

/** The number of the security group, from 1, that has the rule of an address. */
export type FencePlan = Readonly<Record<string, number>>;

/** Rules of a group times groups of an interface, whatever quotas are asked for (VPC user guide, "Amazon VPC quotas", security groups). */
const mostRules = 1000;
const mostGroups = 16;

/**
 * Spreads rules, one an address, over the security groups of a load balancer. An address stays in the group that it is in, so that no
 * sender is moved because another comes or goes. A rule that this update removes still has its place: Pulumi deletes last.
 * @param before the plan of the last update; without one, the groups are filled in order
 * @throws InvalidInputError `FENCE_FULL` with the quota to ask AWS for
 */
export function planFence(addresses: readonly string[], quotas: GroupQuotas, before: FencePlan = {}): FencePlan {
  const plan = new Map<string, number>();
  const used = new Map<number, number>();
  const take = (group: number) => used.set(group, (used.get(group) ?? 0) + 1);
  for (const group of Object.values(before)) take(group);
  for (const address of addresses) {
    const group = before[address];
    if (group !== undefined) plan.set(address, group);
  }
  const left = new Set(addresses.filter((address) => !plan.has(address)));
  const most = Math.min(quotas.rules, Math.floor(mostRules / quotas.groups));
  for (let group = 1; group <= quotas.groups; group += 1) {
    for (const address of left) {
      if ((used.get(group) ?? 0) >= most) break;
      plan.set(address, group);
      take(group);
      left.delete(address);
    }
  }
  if (left.size > 0) throw full(addresses, quotas, left.size);
  return Object.fromEntries(plan);
}

/** How many groups there are, from 1 on; an empty one between others stays. */
export const groupsOf = (plan: FencePlan): number => Math.max(1, ...Object.values(plan));

function full(addresses: readonly string[], quotas: GroupQuotas, without: number): InvalidInputError {
  const key = "network.securityGroupQuotas";
  const problem: Problem = { key, value: quotas, remedy: remedyFor(addresses.length, quotas) };
  return new InvalidInputError(
    `The load balancer's security groups have no room for ${without} of the ${addresses.length} addresses of senders`,
    [problem],
    "FENCE_FULL",
  );
}

function remedyFor(count: number, { rules, groups }: GroupQuotas): string {
  if (count <= Math.min(rules, Math.floor(mostRules / groups)) * groups) {
    return "removing those senders first whose places the new ones would get, in an update of its own";
  }
  if (count > mostRules) {
    return `at most ${mostRules} addresses at one load balancer, which is AWS' bound; a second receiver for the rest`;
  }
  // As many groups as there are, or more, or fewer: whichever keeps to AWS' bound.
  const numbers = Array.from({ length: mostGroups }, (_, index) => index + 1);
  const tried = [...numbers.filter((one) => one >= groups), ...numbers.filter((one) => one < groups).toReversed()];
  const needed = tried
    .map((one) => ({ rules: Math.ceil(count / one), groups: one }))
    .find((one) => one.rules * one.groups <= mostRules) ?? { rules: count, groups: 1 };
  const raised = [
    ...(needed.rules > rules ? ['"Inbound or outbound rules per security group"'] : []),
    ...(needed.groups > groups ? ['"Security groups per network interface"'] : []),
  ];
  return `{ rules: ${needed.rules}, groups: ${needed.groups} } or more, once AWS has raised ${raised.join(" and ")} (VPC) to that`;
}
