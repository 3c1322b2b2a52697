/** Reads what a namespace has, in the terms of model.ts, so that it can be compared with what it should have. */

import { inNamespace, run } from "../command.ts";
import type { IpRoute, IpRule } from "./model.ts";

export interface Observed {
  /** By name, with their IPv4 addresses; loopback included, 127.0.0.0/8 left out. */
  readonly interfaces: ReadonlyMap<string, { readonly up: boolean; readonly addresses: readonly string[] }>;
  /** Only routes that the realiser made: those of protocol `static`. */
  readonly routes: readonly IpRoute[];
  /** Without the three that the kernel makes. */
  readonly rules: readonly IpRule[];
}

interface JsonLink {
  readonly ifname: string;
  readonly flags: readonly string[];
  readonly addr_info?: readonly { readonly family?: string; readonly local?: string; readonly prefixlen?: number }[];
}

interface JsonRoute {
  readonly dst: string;
  readonly table?: string;
  readonly protocol?: string;
  readonly dev?: string;
  readonly gateway?: string;
  readonly prefsrc?: string;
}

interface JsonRule {
  readonly priority: number;
  readonly dst?: string;
  readonly dstlen?: number;
  readonly iif?: string;
  readonly fwmark?: string;
  readonly table: string;
}

/** `ip rule` of an untouched namespace: local, main, default. */
const kernelPreferences = new Set([0, 32766, 32767]);

export async function observe(namespace: string): Promise<Observed> {
  const script = "ip -j address && echo == && ip -j -4 route show table all && echo == && ip -j -4 rule";
  const output = await run(inNamespace(namespace, ["sh", "-c", script]));
  const [links, routes, rules] = output.split("==");
  return {
    interfaces: new Map(parse<JsonLink>(links).map((link) => [link.ifname, interfaceOf(link)])),
    routes: parse<JsonRoute>(routes)
      .filter(({ protocol }) => protocol === "static")
      .map(routeOf),
    rules: parse<JsonRule>(rules)
      .filter(({ priority }) => !kernelPreferences.has(priority))
      .map(ruleOf),
  };
}

function interfaceOf({ flags, addr_info = [] }: JsonLink) {
  const addresses = addr_info
    .filter(({ family, local }) => family === "inet" && !local?.startsWith("127."))
    .map(({ local, prefixlen }) => `${local}/${prefixlen}`);
  return { up: flags.includes("UP"), addresses };
}

function routeOf({ dst, table = "main", dev, gateway, prefsrc }: JsonRoute): IpRoute {
  return {
    destination: dst,
    table: tableOf(table),
    ...(dev ? { device: dev } : {}),
    ...(gateway ? { gateway } : {}),
    ...(prefsrc ? { source: prefsrc } : {}),
  };
}

function ruleOf({ priority, dst, dstlen, iif, fwmark, table }: JsonRule): IpRule {
  return {
    preference: priority,
    table: tableOf(table),
    ...(dst ? { to: dstlen === undefined ? dst : `${dst}/${dstlen}` } : {}),
    ...(iif ? { incoming: iif } : {}),
    ...(fwmark ? { mark: Number(fwmark) } : {}),
  };
}

const tableOf = (table: string): "main" | number => (table === "main" ? "main" : Number(table));

/** ip(8) may print nothing at all for an empty list. */
function parse<Item>(json: string | undefined): Item[] {
  return json?.trim() ? (JSON.parse(json) as Item[]) : [];
}
