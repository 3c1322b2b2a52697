import { fileOf, type Lookup } from "./files.ts";
import { isRecord } from "./json.ts";
import { bootstrapPath, ingestPath } from "./paths.ts";

/**
 * The bootstrap of a release, with the listener that stands in a file of its own among the static ones.
 * @throws UnreadableJson if a file of the release is not readable
 */
export function inOnePiece(lookup: Lookup): Readonly<Record<string, unknown>> {
  const [bootstrap, ingest] = [bootstrapPath, ingestPath].map((path) => {
    const value = fileOf(lookup, path)?.value;
    return isRecord(value) ? value : {};
  });
  const resources = isRecord(bootstrap?.static_resources) ? bootstrap.static_resources : {};
  const listeners = [...listOf(resources.listeners), ...listOf(ingest?.resources).map(withoutType)];
  return { ...bootstrap, static_resources: { ...resources, listeners } };
}

/** An item that came as a `google.protobuf.Any`: in a listener file, and in `/config_dump`. */
export function withoutType(item: unknown): unknown {
  if (!isRecord(item)) return item;
  const { "@type": _type, ...rest } = item;
  return rest;
}

/** A value as a list; an empty one if it is anything else. */
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
