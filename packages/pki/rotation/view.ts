import type { Configuration } from "@metrics-link/config";
import type { Pins, PkiOutput } from "@metrics-link/contract";

export type Generations = Configuration["pki"]["generations"];

/** A change of the configured generations; undefined takes a key away. */
export type GenerationChange = { readonly [Key in keyof Generations]?: Generations[Key] | undefined };

/** Whom one side trusts: roots by fingerprint, and the one name that it expects. */
interface Trust {
  readonly rootFingerprints: readonly string[];
  readonly dnsName: string;
}

/** The same of somebody who is at these addresses. */
export interface PlacedTrust extends Trust {
  readonly addresses: readonly string[];
}

/** A peer, as this side sees it: by the peer's output `contract`, and by this side's configuration and own contract. */
export interface PeerView {
  readonly stack: string;
  /** What this side's configuration pins. */
  readonly pins: Pins;
  /** Why this side's configuration takes its trust away; undefined of a peer that is trusted. */
  readonly suspended: string | undefined;
  /** What the peer offers now; undefined while it has no contract, and when its contract cannot be read. */
  readonly offers: PlacedTrust | undefined;
  /** What the peer believes of this side since its last update; undefined while it does not know it, or nobody can say. */
  readonly trustsUs: Trust | undefined;
  /** What this side believes of the peer since its own last update. */
  readonly trusted: PlacedTrust | undefined;
  /** Why the peer's contract cannot be read, for a person. */
  readonly unreadable?: string | undefined;
}

/** All that a rotation depends on. Nothing of it is kept by a rotation itself, so that any machine can go on. */
export interface View {
  readonly stack: string;
  readonly root: "offline" | "trial";
  readonly dnsName: string;
  /** As configured. */
  readonly generations: Generations;
  /** As the last successful update left it. @see readPkiOutput */
  readonly inForce: PkiOutput;
  /** What the folder of artifacts holds. Empty for a trial. */
  readonly artifacts: {
    /** Generation → fingerprint. */
    readonly roots: Readonly<Record<number, string>>;
    /** Generations of signed intermediates. */
    readonly intermediates: readonly number[];
  };
  readonly peers: readonly PeerView[];
}

/** The fingerprint of one of this side's roots, if it exists yet. */
export const rootFingerprint = ({ artifacts, inForce }: View, generation: number): string | undefined =>
  artifacts.roots[generation] ?? inForce.roots[generation];

/** Whether the configuration says something else than what is in force: an update was not made, or not to its end. */
export function isAhead({ generations, inForce }: View): boolean {
  const { root, otherRoots, intermediate, nextIntermediate, leaf, identity } = generations;
  const now = inForce.generations;
  return (
    root !== now.root ||
    otherRoots.toSorted().join() !== now.otherRoots.toSorted().join() ||
    intermediate !== now.intermediate ||
    leaf !== now.leaf ||
    identity !== now.identity ||
    (nextIntermediate !== undefined && inForce.intermediates[nextIntermediate] === undefined)
  );
}
