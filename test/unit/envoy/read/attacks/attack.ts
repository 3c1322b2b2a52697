import type { Mutant } from "../../../../program/policy/support/mutate.ts";

// A change knows what it changes; the types of what is rendered would only stand in its way.
// biome-ignore lint/suspicious/noExplicitAny: see above
export type Part = any;

/** One line that opens a fence, or hides something, and where a reader of the configuration must see it. */
export interface Attack {
  readonly what: string;
  readonly at: "receiver" | "sender";
  readonly change: (it: Mutant) => void;
  /** Part of the path that every finding must name. */
  readonly path: string;
}

export const ingest = "envoy/lds/ingest.json: resources[0]";
export const chain = `${ingest}.filter_chains[0]`;
export const manager = `${chain}.filters[1].typed_config`;
export const host = `${manager}.route_config.virtual_hosts[0]`;
export const route = `${host}.routes[0]`;
export const downstream = `${chain}.transport_socket.typed_config`;
export const cluster = "static_resources.clusters[0]";
export const upstream = `${cluster}.transport_socket.typed_config`;
export const google = "type.googleapis.com/";
export const envoy = `${google}envoy.extensions.`;
export const ingestFile = "envoy/lds/ingest.json";
export const bootstrapFile = "envoy/bootstrap.json";
export const trustFile = "envoy/sds/trusted-ca-account-a.json";

export const listeners = (it: Mutant, change: (ingestListener: Part, all: Part) => void) =>
  it.envoy(({ static_resources }) => change(static_resources.listeners[0], static_resources.listeners));
export const ready = (it: Mutant, change: (readyChain: Part, readyListener: Part) => void) =>
  it.envoy(({ static_resources }) => {
    const found = static_resources.listeners.find((one: Part) => one.name === "ready");
    change(found.filter_chains[0], found);
  });

/** Takes a listener or a cluster out. */
export const without = (it: Mutant, kind: "listeners" | "clusters", name: string) =>
  it.envoy(({ static_resources }) => {
    static_resources[kind] = static_resources[kind].filter((one: Part) => one.name !== name);
  });

export const receiver = (what: string, path: string, change: (it: Mutant) => void): Attack => ({
  what,
  at: "receiver",
  path,
  change,
});
export const sender = (what: string, path: string, change: (it: Mutant) => void): Attack => ({
  what,
  at: "sender",
  path,
  change,
});
