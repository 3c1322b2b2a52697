import type { Bootstrap } from "./bootstrap.ts";
import type { Unchecked } from "./meaning/finding.ts";

/** What an Envoy says of itself by `/config_dump`: the parts of a bootstrap, and what became of them. */
export interface RunningEnvoy {
  readonly bootstrap: Readonly<Record<string, unknown>>;
  readonly listeners: readonly unknown[];
  readonly clusters: readonly unknown[];
}

/** One place in which what runs is not what a file says. */
export interface Difference {
  /** For example "listener ingest, filter chain a". */
  readonly where: string;
  readonly message: string;
}

/** The running configuration in the form of a file, so that `checkMeaning` can be asked about it. */
export function runningBootstrap({ bootstrap, listeners, clusters }: RunningEnvoy): Unchecked<Bootstrap> {
  return { ...bootstrap, static_resources: { listeners, clusters } } as Unchecked<Bootstrap>;
}

/**
 * Where the running configuration differs from a bootstrap, field by field.
 *
 * @param bootstrap a file of ours, parsed. `node` is left out: Envoy adds all its extensions to it.
 */
export function differencesFrom(bootstrap: Unchecked<Bootstrap>, running: RunningEnvoy): Difference[] {
  const { listeners = [], clusters = [] } = bootstrap.static_resources ?? {};
  const { admin, overload_manager, stats_config } = bootstrap;
  return [
    ...compared("listener", normalised(listeners), normalised(withoutType(running.listeners))),
    ...compared("cluster", normalised(clusters), normalised(withoutType(running.clusters))),
    ...Object.entries({ admin, overload_manager, stats_config }).flatMap(([name, wanted]) =>
      compared(name, normalised(wanted), normalised(running.bootstrap[name])),
    ),
  ];
}

/** In the dump, these two are each a `google.protobuf.Any`. */
const withoutType = (items: readonly unknown[]) =>
  items.map((item) => ({ ...(item as Record<string, unknown>), "@type": undefined }));

/** Enumeration values that are the default (number 0), which JSON of protocol buffers leaves out. */
const defaults: Readonly<Record<string, string>> = {
  op: "EQ",
  forward_client_cert_details: "SANITIZE",
  lb_policy: "ROUND_ROBIN",
};

/**
 * One spelling of what is the same message: default values are left out, durations are without trailing zeros, 64-bit
 * numbers are text (https://protobuf.dev/programming-guides/json/).
 */
function normalised(value: unknown, key = ""): unknown {
  if (Array.isArray(value)) return value.map((item) => normalised(item));
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).map(([name, item]) => [name, normalised(item, name)] as const);
    return Object.fromEntries(entries.filter(([, item]) => item !== undefined && !isEmpty(item)));
  }
  if (value === null || value === undefined || value === false || value === 0 || value === "") return undefined;
  const text = String(value);
  if (text === defaults[key]) return undefined;
  return /^\d+(\.\d+)?s$/.test(text) ? `${Number.parseFloat(text)}s` : text;
}

const isEmpty = (value: unknown) => typeof value === "object" && value !== null && Object.keys(value).length === 0;

/** Lists of named things are compared by name, so that one too many is told as that. */
function compared(where: string, wanted: unknown, found: unknown): Difference[] {
  if (Array.isArray(wanted) || Array.isArray(found)) return comparedLists(where, listOf(wanted), listOf(found));
  if (isRecord(wanted) && isRecord(found)) {
    const keys = [...new Set([...Object.keys(wanted), ...Object.keys(found)])].sort();
    return keys.flatMap((key) => compared(placeIn(where, key), wanted[key], found[key]));
  }
  if (wanted === found) return [];
  return [{ where, message: `runs with ${short(found)}, the release says ${short(wanted)}` }];
}

function comparedLists(where: string, wanted: readonly unknown[], found: readonly unknown[]): Difference[] {
  const names = [...wanted, ...found].map(nameOf);
  if (names.some((name) => name === undefined)) {
    if (wanted.length !== found.length) {
      return [{ where, message: `${found.length} run, the release has ${wanted.length}: ${short(found)}` }];
    }
    return wanted.flatMap((item, index) => compared(`${where}[${index}]`, item, found[index]));
  }
  return [...new Set(names)].flatMap((name) => {
    const [one, more] = found.filter((item) => nameOf(item) === name);
    const ours = wanted.find((item) => nameOf(item) === name);
    const place = `${where} ${name}`;
    if (ours === undefined) return [{ where: place, message: "runs and is not in the release" }];
    if (one === undefined) return [{ where: place, message: "is in the release and does not run" }];
    if (more !== undefined) return [{ where: place, message: "runs twice" }];
    return compared(place, ours, one);
  });
}

const placeIn = (where: string, key: string) =>
  key === "filter_chains" ? `${where}, filter chain` : `${where}, ${key}`;
const nameOf = (item: unknown) => (isRecord(item) && typeof item.name === "string" ? item.name : undefined);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const short = (value: unknown) => (value === undefined ? "nothing" : JSON.stringify(value).slice(0, 120));
