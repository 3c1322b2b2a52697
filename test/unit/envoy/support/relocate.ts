import type { Bootstrap, Rendering } from "@metrics-link/envoy";

/** Where a listener or endpoint of the real host stands in a test, by its port. */
export type Places = Readonly<Record<number, { readonly address: string; readonly port: number }>>;

/**
 * The same configuration on other sockets, so that several hosts fit on one loopback. A port without a new place is an
 * error: the test would reach out of its own corner.
 */
export function relocate(rendering: Rendering, places: Places): Rendering {
  return {
    ...rendering,
    bootstrap: moved(rendering.bootstrap, places) as Bootstrap,
    staticTwin: moved(rendering.staticTwin, places) as Bootstrap,
  };
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
