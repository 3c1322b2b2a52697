/** The `ip` commands that lead from what a namespace has to what it should have. Pure. */

import type { IpRoute, IpRule, Link, Namespace } from "./model.ts";
import type { Observed } from "./observe.ts";

export interface LinkPlan {
  readonly removals: readonly { readonly namespace: string; readonly name: string }[];
  /** `ip` commands. */
  readonly additions: readonly string[];
}

export interface PlanOptions {
  /** Only add: what else is there was made for a topology that this plan does not know. */
  readonly keep?: boolean;
}

/** Which cables to cut and which to lay. */
export function planLinks(
  links: readonly Link[],
  observed: ReadonlyMap<string, Observed>,
  { keep = false }: PlanOptions = {},
): LinkPlan {
  const has = (namespace: string, name: string) => observed.get(namespace)?.interfaces.has(name) ?? false;
  const wanted = new Set(
    links.flatMap(({ near, far }) => [near, far].map((end) => `${end.namespace} ${end.interface}`)),
  );
  const missing = links.filter(
    ({ near, far }) => !(has(near.namespace, near.interface) && has(far.namespace, far.interface)),
  );
  // Of a cable with one end, the end is removed and the cable laid anew.
  const halves = missing
    .flatMap(({ near, far }) => [near, far])
    .filter((end) => has(end.namespace, end.interface))
    .map((end) => ({ namespace: end.namespace, name: end.interface }));
  const unwanted = [...observed].flatMap(([namespace, { interfaces }]) =>
    [...interfaces.keys()]
      .filter((name) => name !== "lo" && !wanted.has(`${namespace} ${name}`))
      .map((name) => ({ namespace, name })),
  );
  return {
    removals: keep ? halves : [...halves, ...unwanted],
    additions: missing.map(({ near, far }) => {
      const address = far.macAddress ? ` address ${far.macAddress}` : "";
      return (
        `link add ${near.interface} netns ${near.namespace} type veth ` +
        `peer name ${far.interface} netns ${far.namespace}${address}`
      );
    }),
  };
}

/** Addresses, routes and rules of one namespace whose interfaces are there. */
export function planNamespace(wanted: Namespace, observed: Observed, { keep = false }: PlanOptions = {}): string[] {
  const interfaces = wanted.interfaces.flatMap(({ name, addresses, answersForNeighbours }) => {
    const present = observed.interfaces.get(name);
    const [added, removed] = difference(addresses, present?.addresses ?? [], keep);
    const delay = answersForNeighbours ? [`ntable change name arp_cache dev ${name} proxy_delay 0`] : [];
    return [
      ...(present?.up ? [] : [...delay, `link set ${name} up`]),
      ...removed.map((address) => `address delete ${address} dev ${name}`),
      ...added.map((address) => `address add ${address} dev ${name}`),
    ];
  });
  const [newRoutes, oldRoutes] = difference(wanted.routes.map(routeWords), observed.routes.map(routeWords), keep);
  const [newRules, oldRules] = difference(wanted.rules.map(ruleWords), observed.rules.map(ruleWords), keep);
  return [
    ...interfaces,
    // A route that changes is replaced in one step; what then still is too much goes.
    ...newRoutes.map((route) => `route replace ${route}`),
    ...oldRoutes
      .filter((route) => !newRoutes.some((it) => sameDestination(it, route)))
      .map((route) => `route delete ${route}`),
    ...newRules.map((rule) => `rule add ${rule}`),
    ...oldRules.map((rule) => `rule delete ${rule}`),
  ];
}

function routeWords({ destination, table, device, gateway, source }: IpRoute): string {
  const to = destination.replace(/\/32$/, "");
  const way = [
    ...(gateway ? [`via ${gateway}`] : []),
    ...(device ? [`dev ${device}`] : []),
    ...(gateway ? ["onlink"] : []),
    ...(source ? [`src ${source}`] : []),
  ];
  return [...(device ? [to] : ["blackhole", to]), `table ${table}`, ...way, "proto static"].join(" ");
}

/** `route replace` replaces within the same table and destination, whatever the type. */
function sameDestination(one: string, other: string): boolean {
  const key = (words: string) => /^(?:blackhole )?(\S+ table \S+)/.exec(words)?.[1];
  return key(one) === key(other);
}

function ruleWords({ preference, to, incoming, mark, table }: IpRule): string {
  return [
    `preference ${preference}`,
    ...(to ? [`to ${to}`] : []),
    ...(incoming ? [`iif ${incoming}`] : []),
    ...(mark === undefined ? [] : [`fwmark ${mark}`]),
    `lookup ${table}`,
  ].join(" ");
}

/** What is wanted and absent, and what is present and not wanted. */
function difference(
  wanted: readonly string[],
  present: readonly string[],
  keep: boolean,
): [added: string[], removed: string[]] {
  return [
    [...new Set(wanted)].filter((item) => !present.includes(item)),
    keep ? [] : present.filter((item) => !wanted.includes(item)),
  ];
}
