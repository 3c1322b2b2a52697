import { toJson } from "@metrics-link/envoy";

/** Where a listener or endpoint of the real host stands in a test, by its port. */
export type Places = Readonly<Record<number, { readonly address: string; readonly port: number }>>;

/**
 * The same file on other sockets, so that several hosts fit on one loopback. A port without a new place is an error: the
 * test would reach out of its own corner.
 */
export function relocate(json: string, places: Places): string {
  return toJson(moved(JSON.parse(json), places));
}

/** The file that `relocate` made this one from: ports as they were, and reached from outside where they were. */
export function unmoved(json: string, places: Places, fromOutside: readonly number[]): string {
  const back = Object.entries(places).map(([port, place]) => [place.port, Number(port)] as const);
  return JSON.stringify(JSON.parse(json), (_key, value: unknown) => {
    const at = value as { readonly address?: unknown; readonly port_value?: unknown } | null;
    const port = back.find(([moved]) => moved === at?.port_value)?.[1];
    if (port === undefined) return value;
    return { address: fromOutside.includes(port) ? "0.0.0.0" : at?.address, port_value: port };
  });
}

function moved(value: unknown, places: Places): unknown {
  if (Array.isArray(value)) return value.map((item) => moved(item, places));
  if (typeof value !== "object" || value === null) return value;
  const fields = value as Record<string, unknown>;
  if (typeof fields.port_value === "number") {
    const place = places[fields.port_value];
    if (place === undefined) throw new Error(`port ${fields.port_value} has no place in this test`);
    return { address: fields.address === "0.0.0.0" ? place.address : fields.address, port_value: place.port };
  }
  return Object.fromEntries(Object.entries(fields).map(([key, item]) => [key, moved(item, places)]));
}
