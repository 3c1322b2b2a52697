import type { Configuration } from "@metrics-link/config";
import type { Pins, PkiOutput } from "@metrics-link/contract";

export type Generations = Configuration["pki"]["generations"];

/** A change of the configured generations; undefined removes a key. */
export type GenerationChange = { readonly [Key in keyof Generations]?: Generations[Key] | undefined };

/** What one side trusts of the other: roots by fingerprint, and the one DNS name that it expects. */
interface Trust {
  readonly rootFingerprints: readonly string[];
  readonly dnsName: string;
}

/** The same, and the addresses. */
export interface PlacedTrust extends Trust {
  readonly addresses: readonly string[];
}

/** A peer as this side sees it: from the peer's output `contract`, and from this side's configuration and contract. */
export interface PeerView {
  readonly stack: string;
  /** The pins in this side's configuration. */
  readonly pins: Pins;
  /** The reason in this side's key `suspended`; undefined if the peer is not suspended. */
  readonly suspended: string | undefined;
  /** What the peer offers now; undefined if it has no contract or its contract cannot be read. */
  readonly offers: PlacedTrust | undefined;
  /** What the peer trusts of this side since its last update; undefined if it does not know this side or is unreadable. */
  readonly trustsUs: Trust | undefined;
  /** What this side trusts of the peer since its own last update. */
  readonly trusted: PlacedTrust | undefined;
  /** Why the peer's contract cannot be read, for a person. */
  readonly unreadable?: string | undefined;
}

/** Everything that a rotation depends on. A rotation keeps no state of its own, so any machine can continue it. */
export interface View {
  readonly stack: string;
  readonly root: "offline" | "trial";
  readonly dnsName: string;
  /** As configured. */
  readonly generations: Generations;
  /** The PKI output of the last successful update. @see readPkiOutput */
  readonly inForce: PkiOutput;
  /** The contents of the folder of artifacts. Empty for a trial. */
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

/** Whether the configuration differs from what is in force, because nobody has run the update or it has failed. */
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
