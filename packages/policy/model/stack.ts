import type { Seen } from "./policy.ts";
import { types } from "./types.ts";

/** The resources of one type. */
export const ofType = (resources: readonly Seen[], type: keyof typeof types): Seen[] =>
  resources.filter((resource) => resource.type === types[type]);

/** What a stack read of its peers: the output `contract` of each, by the name of the stack. */
export function contractsOf(resources: readonly Seen[]): { readonly stack: string; readonly contract: PeerContract }[] {
  return ofType(resources, "stackReference")
    .filter(({ name }) => name !== "own-outputs")
    .flatMap(({ props, name }) => {
      const contract = props.outputs?.contract as PeerContract | undefined;
      return contract === undefined ? [] : [{ stack: props.name ?? name, contract }];
    });
}

export interface PeerContract {
  readonly dnsName?: string;
  readonly egressAddresses?: readonly string[];
  readonly endpointAddresses?: readonly string[];
}

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
