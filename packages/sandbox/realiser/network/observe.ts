/** Reads what a namespace has, in the terms of model.ts, so that it can be compared with what it should have. */

import { parseJson } from "@metrics-link/contract";
import { z } from "zod";
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

const link = z.object({
  ifname: z.string(),
  flags: z.array(z.string()),
  addr_info: z
    .array(z.object({ family: z.string().optional(), local: z.string().optional(), prefixlen: z.int().optional() }))
    .default([]),
});

const route = z.object({
  dst: z.string(),
  table: z.string().optional(),
  protocol: z.string().optional(),
  dev: z.string().optional(),
  gateway: z.string().optional(),
  prefsrc: z.string().optional(),
});

const rule = z.object({
  priority: z.int(),
  dst: z.string().optional(),
  dstlen: z.int().optional(),
  iif: z.string().optional(),
  fwmark: z.string().optional(),
  table: z.string(),
});

/** `ip rule` of an untouched namespace: local, main, default. */
const kernelPreferences = new Set([0, 32766, 32767]);

export async function observe(namespace: string): Promise<Observed> {
  const script = "ip -j address && echo == && ip -j -4 route show table all && echo == && ip -j -4 rule";
  const output = await run(inNamespace(namespace, ["sh", "-c", script]));
  const [links, routes, rules] = output.split("==");
  return {
    interfaces: new Map(parse(link, links).map((found) => [found.ifname, interfaceOf(found)])),
    routes: parse(route, routes)
      .filter(({ protocol }) => protocol === "static")
      .map(routeOf),
    rules: parse(rule, rules)
      .filter(({ priority }) => !kernelPreferences.has(priority))
      .map(ruleOf),
  };
}

function interfaceOf({ flags, addr_info }: z.output<typeof link>) {
  const addresses = addr_info
    .filter(({ family, local }) => family === "inet" && !local?.startsWith("127."))
    .map(({ local, prefixlen }) => `${local}/${prefixlen}`);
  return { up: flags.includes("UP"), addresses };
}

function routeOf({ dst, table = "main", dev, gateway, prefsrc }: z.output<typeof route>): IpRoute {
  return {
    destination: dst,
    table: tableOf(table),
    ...(dev ? { device: dev } : {}),
    ...(gateway ? { gateway } : {}),
    ...(prefsrc ? { source: prefsrc } : {}),
  };
}

function ruleOf({ priority, dst, dstlen, iif, fwmark, table }: z.output<typeof rule>): IpRule {
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
function parse<Item extends z.ZodType>(item: Item, json: string | undefined): z.output<Item>[] {
  return json?.trim() ? parseJson(z.array(item), json, "The answer of ip(8)") : [];
}
