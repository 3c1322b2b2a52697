import type { Configuration } from "@metrics-link/config";
import type { PeerOutput } from "@metrics-link/contract";
import type { Seen } from "./policy.ts";
import { types } from "./types.ts";

/** The resources of one type. What was not set, the AWS provider leaves out of its outputs or leaves empty. */
export const ofType = (resources: readonly Seen[], type: keyof typeof types): Seen[] =>
  resources.filter((resource) => resource.type === types[type]);

/** What a stack was told by its peers: its output `peers`. */
export const peersOf = (resources: readonly Seen[]): readonly PeerOutput[] =>
  ofType(resources, "stack").flatMap(({ props }) => (props.peers ?? []) as PeerOutput[]);

/** The addresses that the configuration agrees to, of all peers. */
export const pinnedAddresses = (configuration: Configuration): readonly string[] =>
  (configuration.role === "receiver" ? configuration.senders : [configuration.peer]).flatMap(
    ({ addresses = [] }) => addresses,
  );

/** Findings of two lists that ought to hold the same, in whatever order. */
export function* differences(what: string, found: readonly string[], expected: readonly string[]): Generator<string> {
  const surplus = found.filter((one) => !expected.includes(one));
  const missing = expected.filter((one) => !found.includes(one));
  if (surplus.length > 0) yield `${what}: ${surplus.join(", ")} instead of ${expected.join(", ") || "none"}`;
  if (missing.length > 0) yield `${what}: ${missing.join(", ")} missing`;
}

/** The settings of a kind that belong to a bucket. */
export const guardsOf = (resources: readonly Seen[], bucket: Seen, type: keyof typeof types): Seen[] =>
  ofType(resources, type).filter(({ props }) => props.bucket === bucket.props.bucket);
