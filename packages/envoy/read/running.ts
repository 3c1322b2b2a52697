import type { Lookup } from "./files.ts";
import { isRecord } from "./json.ts";
import { inOnePiece, listOf, withoutType } from "./one-piece.ts";

/** The running configuration of an Envoy, from `/config_dump`. */
export interface RunningEnvoy {
  readonly bootstrap: Readonly<Record<string, unknown>>;
  readonly listeners: readonly unknown[];
  readonly clusters: readonly unknown[];
}

/** One place where the running configuration differs from the file. */
export interface Difference {
  /** For example "listener ingest, filter chain a". */
  readonly where: string;
  readonly message: string;
}

/**
 * Converts the running configuration to the form of a bootstrap file, so that one reader reads both. Restores defaults
 * that protobuf JSON omits and numbers that it writes as strings: https://protobuf.dev/programming-guides/json/.
 */
export function asFile({ bootstrap, listeners, clusters }: RunningEnvoy): Record<string, unknown> {
  return {
    ...(respelt(bootstrap) as object),
    static_resources: {
      listeners: listeners.map((listener) => respelt(withoutType(listener))),
      clusters: clusters.map((cluster) => respelt(withClusterDefaults(cluster))),
    },
  };
}

const withClusterDefaults = (cluster: unknown) => ({
  type: "STATIC",
  lb_policy: "ROUND_ROBIN",
  ...(withoutType(cluster) as object),
});

const httpManager =
  "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
/** 64-bit fields, which protobuf JSON writes as strings. */
const wide = new Set(["max_heap_size_bytes", "max_active_downstream_connections", "max_connections"]);

function respelt(value: unknown, key = ""): unknown {
  if (Array.isArray(value)) return value.map((item) => respelt(item));
  if (isRecord(value)) {
    const fields = Object.entries(value).map(([name, item]) => [name, respelt(item, name)] as const);
    return { ...defaultsOf(key, value), ...Object.fromEntries(fields) };
  }
  return typeof value === "string" ? respeltText(value, key) : value;
}

function respeltText(value: string, key: string): string | number {
  if (wide.has(key) && /^\d{1,15}$/.test(value)) return Number(value);
  return value.endsWith("s") && /^\d+\.\d+s$/.test(value) ? `${Number.parseFloat(value)}s` : value;
}

/** Default values (enum 0, false) that our files state and the dump omits. */
function defaultsOf(key: string, message: Readonly<Record<string, unknown>>): object | undefined {
  if (key === "comparison") return { op: "EQ" };
  if (message["@type"] === httpManager)
    return { codec_type: "AUTO", forward_client_cert_details: "SANITIZE", merge_slashes: false };
  return undefined;
}

/**
 * Whether a value of a file runs as it stands there, in the same order. Usually all of a configuration does, and this is all that is asked
 * of it: it makes no copy in the form of a file, as `asFile` does for what differs.
 */
function isAsSaid(wanted: unknown, found: unknown, key = ""): boolean {
  if (typeof found === "string") return respeltText(found, key) === wanted;
  if (Array.isArray(wanted)) {
    if (!Array.isArray(found) || wanted.length !== found.length) return false;
    // Of two with one name, one would hide the other.
    const names = wanted.map(nameOf);
    if (!names.includes(undefined) && new Set(names).size < names.length) return false;
    return wanted.every((item, index) => isAsSaid(item, found[index]));
  }
  if (!isRecord(wanted) || !isRecord(found)) return wanted === found;
  const defaults = defaultsOf(key, found);
  const whole = defaults === undefined ? found : { ...defaults, ...found };
  const names = Object.keys(wanted);
  if (names.length !== Object.keys(whole).length) return false;
  return names.every((name) => Object.hasOwn(whole, name) && isAsSaid(wanted[name], whole[name], name));
}

/**
 * Where the running configuration differs from that of a release, field by field. `node` is not compared, because Envoy adds its
 * extensions to it.
 * @throws UnreadableJson if a file of the release is not readable
 */
export function differencesFrom(lookup: Lookup, running: RunningEnvoy): Difference[] {
  const { node: _node, static_resources: ours, ...rest } = inOnePiece(lookup);
  const { listeners = [], clusters = [] } = isRecord(ours) ? ours : {};
  const isFine =
    isAsSaid(rest, running.bootstrap) &&
    isAsSaid(listeners, inOrderOf(listeners, running.listeners.map(withoutType))) &&
    isAsSaid(clusters, inOrderOf(clusters, running.clusters.map(withClusterDefaults)));
  if (isFine) return [];
  const { static_resources: theirs, ...others } = asFile(running);
  const [wanted, found] = [ours, theirs].map((one) => (isRecord(one) ? one : {}));
  return [
    ...compared("listener", wanted?.listeners ?? [], found?.listeners),
    ...compared("cluster", wanted?.clusters ?? [], found?.clusters),
    ...[...new Set([...Object.keys(rest), ...Object.keys(others)])].flatMap((name) =>
      compared(name, rest[name], others[name]),
    ),
  ];
}

/** Compares lists of named items by name, so that an extra item is reported as extra. */
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
  const [said, runs] = [wanted, found].map(byName);
  return [...new Set(names)].flatMap((name) => {
    const [one, more] = runs?.get(name) ?? [];
    const [ours] = said?.get(name) ?? [];
    const place = `${where} ${name}`;
    if (ours === undefined) return [{ where: place, message: "runs and is not in the release" }];
    if (one === undefined) return [{ where: place, message: "is in the release and does not run" }];
    if (more !== undefined) return [{ where: place, message: "runs twice" }];
    return compared(place, ours, one);
  });
}

/** What runs, in the order of the file: Envoy tells clusters in an order of its own. */
function inOrderOf(wanted: unknown, found: readonly unknown[]): readonly unknown[] {
  const places = new Map(listOf(wanted).map((item, index) => [nameOf(item), index]));
  const placeOf = (item: unknown) => places.get(nameOf(item)) ?? places.size;
  return found.toSorted((a, b) => placeOf(a) - placeOf(b));
}

function byName(list: readonly unknown[]): ReadonlyMap<string | undefined, readonly unknown[]> {
  const found = new Map<string | undefined, unknown[]>();
  for (const item of list) {
    const same = found.get(nameOf(item));
    if (same === undefined) found.set(nameOf(item), [item]);
    else same.push(item);
  }
  return found;
}

const placeIn = (where: string, key: string) =>
  key === "filter_chains" ? `${where}, filter chain` : `${where}, ${key}`;
const nameOf = (item: unknown) => (isRecord(item) && typeof item.name === "string" ? item.name : undefined);
const short = (value: unknown) => (value === undefined ? "nothing" : JSON.stringify(value).slice(0, 120));
