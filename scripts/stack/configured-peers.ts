import type { parseConfiguration } from "@metrics-link/config";
import type { Labels, PeerPins, Pins } from "@metrics-link/contract";

type Configuration = ReturnType<typeof parseConfiguration>;

/** Where a peer's contract is read: its stack, or a file of the repository. */
export interface PeerSource {
  readonly stack: string;
  readonly contract?: string | undefined;
}

/** A peer as a stack's configuration has it. */
export interface ConfiguredPeer extends PeerSource {
  readonly pins: Pins & { readonly labels?: Labels };
  /** Why its trust was taken away. */
  readonly suspended?: string;
}

/** The peers of a stack. */
export function peersOf(configuration: Configuration): ConfiguredPeer[] {
  const peers = configuration.role === "receiver" ? configuration.senders : [configuration.peer];
  return peers.map(({ stack, contract, suspended, ...pins }) => ({
    stack,
    ...(contract === undefined ? {} : { contract }),
    pins: pinsOf(pins),
    ...(suspended === undefined ? {} : { suspended }),
  }));
}

/** Nothing agreed to is nothing pinned. */
export const pinsOf = ({ rootFingerprints = [], addresses = [], labels }: PeerPins): ConfiguredPeer["pins"] => ({
  rootFingerprints,
  addresses,
  ...(labels === undefined ? {} : { labels }),
});
