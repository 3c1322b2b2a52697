import { z } from "zod";
import { certificatesOf, fingerprintOf } from "./fingerprint.ts";
import { dnsName, isPeerOfFile, sourceOf, stackName } from "./forms.ts";
import { identityLabels } from "./labels.ts";
import {
  type AcceptedPeer,
  addressesOf,
  type PeerPins,
  type ReceiverContract,
  RefusedContractError,
  readPeer,
  refusals,
  rootBundle,
  type SenderContract,
} from "./outputs.ts";
import { shortened } from "./printable.ts";
import { isDocumentationAddress } from "./public-address.ts";
import { contractOutput } from "./versions.ts";

type Role = "sender" | "receiver";
type ContractOf<R extends Role> = R extends "sender" ? SenderContract : ReceiverContract;

/** The name of the stack output in which a stack keeps, for its own next update, what it accepted of each peer. */
export const acceptedOutput = "accepted";

/**
 * What is kept of one peer. Fingerprints are not: the pins at the next update decide. The labels are: a sender whose series do not
 * carry other labels yet would have each of its batches refused for good. None are written as `{}`, so that they differ from those
 * of a release that did not keep any.
 */
export type RememberedPeer = Omit<AcceptedPeer, "rootFingerprints">;

/** Why what a peer says now is not what is in force. A closed set: it is the label of an alert. */
const heldReasons = ["unreadable", "absent", ...refusals] as const;
type HeldReason = (typeof heldReasons)[number];

/** What reading the outputs of a peer's stack came to: its output `contract`, or the backend's words. */
type Reading = { readonly contract: unknown } | { readonly error: string };

/** How a stack stands to a peer in one update. */
export type Standing<R extends Role> =
  /** What the peer says now is in force. */
  | { readonly state: "accepted"; readonly inForce: AcceptedPeer; readonly contract: ContractOf<R> }
  /**
   * It is not; what was accepted before stays in force as far as it is still pinned. `contract` is what the peer says
   * all the same, where that can be read.
   */
  | {
      readonly state: "held";
      readonly inForce: AcceptedPeer | undefined;
      readonly contract: ContractOf<R> | undefined;
      readonly reason: HeldReason;
      readonly words: string;
    }
  /** A person has taken this peer's trust away. */
  | { readonly state: "suspended"; readonly inForce: undefined; readonly contract: undefined; readonly words: string };

/** The output `setAside`: the peers of a stack that are not trusted as they ask to be, and why. */
export interface SetAside {
  readonly name: string;
  readonly stack: string;
  readonly state: "held" | "suspended";
  /** Absent of one that is suspended: its reason is a person's and stands in `words`. */
  readonly reason?: HeldReason;
  readonly words: string;
  /** Whether what was accepted before is still in force. */
  readonly inForce: boolean;
}

export interface StandingArgs {
  /** This side's configuration of the peer. */
  readonly peer: PeerPins & { readonly stack: string; readonly suspended?: string | undefined };
  /** Absent of a peer that is suspended: nobody asks what it says. */
  readonly reading: Reading | undefined;
  /** The output `accepted` of this stack's own last update. */
  readonly before: unknown;
  /** Whether the addresses of RFC 5737 are accepted, as in a trial network. */
  readonly network: { readonly documentationAddresses: boolean };
}

/**
 * Decides what of a peer is in force in this update. It never throws for what the peer says, so that the trouble of one
 * peer is not the trouble of another.
 * @param role what the peer must be
 */
export function standingOf<R extends Role>(role: R, { peer, reading, before, network }: StandingArgs): Standing<R> {
  const { stack, suspended } = peer;
  if (suspended !== undefined) return { state: "suspended", inForce: undefined, contract: undefined, words: suspended };
  const held = (reason: HeldReason, words: string, contract?: SenderContract | ReceiverContract): Standing<R> => ({
    state: "held",
    inForce: stillPinned(role, stack, before, peer, network, reason),
    contract: contract as ContractOf<R> | undefined,
    reason,
    words,
  });
  if (reading === undefined || "error" in reading) {
    return held(
      "unreadable",
      `${isPeerOfFile(stack) ? "The" : "The outputs of"} ${sourceOf(stack)} cannot be read: ${shortened(reading?.error ?? "not asked", 1_000)}`,
    );
  }
  try {
    const found = readPeer(role, stack, reading.contract, peer, network);
    if (found === undefined) {
      return held("absent", absent(stack));
    }
    return { state: "accepted", inForce: found.accepted, contract: found.contract as ContractOf<R> };
  } catch (error) {
    if (error instanceof RefusedContractError) return held(error.refusal, error.message, error.contract);
    // Nothing that a peer says may end the update of the others.
    const why = error instanceof Error ? error.message : String(error);
    return held("malformed", `Output "${contractOutput}" of ${sourceOf(stack)} cannot be used: ${shortened(why)}`);
  }
}

const absent = (stack: string) =>
  isPeerOfFile(stack)
    ? `The ${sourceOf(stack)} is missing, or has no ${contractOutput} yet`
    : `Stack ${stack} has no output ${contractOutput}: it was not updated yet, or it was destroyed`;

/** Whether the output `accepted` of a stack's last update has a peer. */
export const wasAccepted = (before: unknown, stack: string): boolean =>
  Array.isArray(before) && before.some((entry: { stack?: unknown } | null) => entry?.stack === stack);

/** What the output `accepted` keeps of the peers that are in force. */
export const remembered = ({ stack, dnsName, rootBundle, addresses, labels }: AcceptedPeer): RememberedPeer => ({
  stack,
  dnsName,
  rootBundle,
  addresses,
  labels: labels ?? {},
});

/**
 * What was accepted of a peer, as far as each root and each address is still pinned. If its stack has another name in the
 * configuration since, that is what was accepted under the old name: pins, not names, say who a peer is, and an address
 * belongs to one peer alone. Labels stay as they were accepted. The state may have been written by
 * somebody else, so it is held to the same forms as a contract; what a later release wrote besides is dropped. Without a root or without an address nothing is left.
 */
function stillPinned(
  role: Role,
  stack: string,
  before: unknown,
  pins: PeerPins,
  network: StandingArgs["network"],
  reason: HeldReason,
): AcceptedPeer | undefined {
  const schema = z.object({
    stack: stackName,
    dnsName,
    rootBundle,
    addresses: addressesOf(role),
    labels: identityLabels.optional(),
  });
  const entries = Array.isArray(before) ? before : [];
  const known = entries
    .map((entry) => schema.safeParse(entry))
    .flatMap(({ data }) => (data === undefined ? [] : [data]));
  const byName = known.filter((entry) => entry.stack === stack);
  const pinned = (byName.length > 0 ? byName : known)
    .map((entry) => ({
      ...entry,
      roots: certificatesOf(entry.rootBundle).filter((pem) => pins.rootFingerprints?.includes(fingerprintOf(pem))),
      addresses: entry.addresses.filter(
        (address) =>
          pins.addresses?.includes(address) && (network.documentationAddresses || !isDocumentationAddress(address)),
      ),
    }))
    .filter(({ roots, addresses }) => roots.length > 0 && addresses.length > 0);
  const [kept] = pinned;
  if (kept === undefined || byName.length > 1 || pinned.length > 1) return undefined;
  const { roots, addresses, labels = reason === "labels-not-pinned" ? {} : pins.labels } = kept;
  return {
    stack,
    dnsName: kept.dnsName,
    rootFingerprints: roots.map(fingerprintOf),
    rootBundle: roots.join(""),
    addresses,
    ...(labels === undefined || Object.keys(labels).length === 0 ? {} : { labels }),
  };
}
