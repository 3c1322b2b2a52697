import type { Configuration } from "@metrics-link/config";
import {
  baseName,
  InvalidInputError,
  isPeerOfFile,
  leafNames,
  type OwnIdentity,
  type PkiOutput,
  type Problem,
  trustInUs,
} from "@metrics-link/contract";

/** A peer, and everybody that it has trusted since its last update. */
interface PeerTrust {
  readonly stack: string;
  /** Undefined of a peer that cannot be read or is suspended: nobody asks it. */
  readonly trusts:
    | readonly {
        readonly stack: string;
        readonly rootFingerprints: readonly string[];
        readonly dnsName: string;
      }[]
    | undefined;
}

export interface OrderArgs {
  /** This stack's full name, as its peers write it. */
  readonly stack: string;
  readonly pki: Configuration["pki"];
  /** The outputs of the stack's last successful update; before the first there is no link to cut. */
  readonly inForce: PkiOutput | undefined;
  /** The name of the leaf in force, by the output `contract` of that update; undefined before the first. */
  readonly nameInForce: string | undefined;
  /** SHA-256 fingerprint of the root that signs after this update; undefined if it does not exist yet. */
  readonly signingRoot: string | undefined;
  readonly peers: readonly PeerTrust[];
}

/**
 * Enforces the order of a rotation in the program itself: refuses, before anything changes, an update after which a peer
 * would reject this side's leaf that it accepts today.
 *
 * A peer that claims to reject today's leaf loses nothing by the update and is ignored. Otherwise one peer could block
 * every update of this side, including leaf renewals.
 * @returns warnings: peers that know this side by another stack name
 * @throws InvalidInputError with what the peer trusts now and whose turn it is
 */
export function requireOrder({ stack, pki, inForce, nameInForce, signingRoot, peers }: OrderArgs): string[] {
  if (inForce?.leaf === undefined) return [];
  const { identity: identityInForce, root: rootInForce } = inForce.generations;
  const base = nameInForce === undefined ? pki.dnsName : baseName(nameInForce, identityInForce);
  const today: OwnIdentity = {
    stack,
    root: inForce.roots[rootInForce],
    leafNames: leafNames(base, identityInForce),
  };
  const next = { root: signingRoot, leafNames: leafNames(pki.dnsName, pki.generations.identity) };
  const listed = peers.flatMap((peer) =>
    trustInUs(peer.trusts ?? [], today).map((entry) => ({ peer: peer.stack, entry, known: entry.stack === stack })),
  );
  const problems = listed.flatMap(({ peer, entry, known }): Problem[] => {
    const name = known ? peer : `${peer}, which knows this stack as ${entry.stack},`;
    return [
      ...rootProblems(name, entry, today, next, pki.generations.root),
      ...nameProblems(name, entry, today, next, { base, pki }),
    ];
  });
  if (problems.length > 0) {
    const subject = "A peer would refuse this side's certificate; nothing was changed";
    throw new InvalidInputError(subject, problems, "ROTATION_OUT_OF_ORDER");
  }
  // A peer that reads a file knows this side by the file's name.
  const renamed = listed.filter(({ entry, known }) => !known && !isPeerOfFile(entry.stack));
  return renamed.map(({ peer, entry }) => otherName(peer, entry.stack, stack));
}

type Entry = NonNullable<PeerTrust["trusts"]>[number];
type Identity = Pick<OwnIdentity, "root" | "leafNames">;

function rootProblems(peer: string, { rootFingerprints }: Entry, today: Identity, next: Identity, root: number) {
  const trusts = (one: string | undefined) => one !== undefined && rootFingerprints.includes(one);
  if (trusts(next.root) || !trusts(today.root)) return [];
  return [
    {
      key: "pki.generations.root",
      value: root,
      remedy:
        `a root that ${peer} trusts; it trusts ${rootFingerprints.join(", ")}. ` +
        `Publish root G${root} beside the old one (pki.generations.otherRoots), then ${peer} must update. ` +
        "A peer that does not update must be suspended first",
    },
  ];
}

function nameProblems(
  peer: string,
  { dnsName }: Entry,
  today: Identity,
  next: Identity,
  { base, pki }: { readonly base: string; readonly pki: Configuration["pki"] },
): Problem[] {
  if (next.leafNames.includes(dnsName) || !today.leafNames.includes(dnsName)) return [];
  const { identity } = pki.generations;
  if (base === pki.dnsName) {
    const remedy = `an identity that ${peer} accepts; it expects ${dnsName}, so update ${peer} first`;
    return [{ key: "pki.generations.identity", value: identity, remedy }];
  }
  return [
    {
      key: "pki.dnsName",
      value: pki.dnsName,
      remedy:
        `${base}, since ${peer} expects ${dnsName} and a leaf has no names of two dnsNames. To change it, stop the ` +
        "link on purpose: suspend the peer here, update, let its people update, then lift the suspension",
    },
  ];
}

const otherName = (peer: string, listed: string, stack: string) =>
  `${peer} knows this stack as ${listed}, and it is ${stack} now. Ask its people to change the name in their ` +
  "configuration (peer.stack or senders[].stack) and to update: until then they cannot read what changes here, and " +
  "their alert PeerHeld fires";
