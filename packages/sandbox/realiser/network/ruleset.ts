/** nftables objects as data, and their text for `nft -f`. Rules themselves are nft expressions, one a string. */

export interface NamedSet {
  readonly name: string;
  readonly type: string;
  /** For sets of CIDRs. */
  readonly interval?: boolean;
  readonly elements: readonly string[];
}

/** From key to value (an address) or to verdict (`accept`, `jump chain`). */
export interface NamedMap {
  readonly name: string;
  readonly key: string;
  readonly value: string;
  readonly elements: readonly (readonly [key: string, value: string])[];
}

export interface BaseHook {
  readonly type: "filter" | "nat";
  readonly hook: "prerouting" | "input" | "forward" | "output" | "postrouting";
  readonly priority: number;
  readonly policy: "accept" | "drop";
}

export interface Chain {
  readonly name: string;
  /** A chain without a hook is only jumped to. */
  readonly base?: BaseHook;
  readonly rules: readonly string[];
}

export interface Table {
  readonly name: string;
  readonly sets?: readonly NamedSet[];
  readonly maps?: readonly NamedMap[];
  readonly chains: readonly Chain[];
}

/**
 * The whole ruleset of a namespace, to be loaded in one transaction: either all of it holds afterwards or nothing
 * changed, and no packet meets half of it. Established connections survive, they live in conntrack.
 */
export function renderRuleset(tables: readonly Table[]): string {
  return `${["flush ruleset", ...tables.map(renderTable)].join("\n")}\n`;
}

/** An nft identifier for an AWS id or ARN. */
export function identifier(...parts: readonly string[]): string {
  return parts.join("_").replace(/[^A-Za-z0-9_]/g, "_");
}

/** Quoted, as nft writes interface names. */
export function quoted(name: string): string {
  return `"${name}"`;
}

/** An anonymous set: `{ a, b }`. */
export function anonymousSet(elements: readonly string[]): string {
  return `{ ${elements.join(", ")} }`;
}

function renderTable(table: Table): string {
  const blocks = [
    ...(table.sets ?? []).map(renderSet),
    ...(table.maps ?? []).map(renderMap),
    ...table.chains.map(renderChain),
  ];
  return [`table ip ${table.name} {`, ...indent(blocks.flat()), "}"].join("\n");
}

function renderSet(set: NamedSet): string[] {
  const body = [`type ${set.type}`, ...(set.interval ? ["flags interval"] : []), ...renderElements(set.elements)];
  return [`set ${set.name} {`, ...indent(body), "}"];
}

function renderMap(map: NamedMap): string[] {
  const elements = map.elements.map(([key, value]) => `${key} : ${value}`);
  return [`map ${map.name} {`, ...indent([`type ${map.key} : ${map.value}`, ...renderElements(elements)]), "}"];
}

function renderChain(chain: Chain): string[] {
  const { base } = chain;
  const head = base ? [`type ${base.type} hook ${base.hook} priority ${base.priority}; policy ${base.policy};`] : [];
  return [`chain ${chain.name} {`, ...indent([...head, ...chain.rules]), "}"];
}

function renderElements(elements: readonly string[]): string[] {
  return elements.length === 0 ? [] : [`elements = ${anonymousSet(elements)}`];
}

const indent = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);
