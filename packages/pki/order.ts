import type { Configuration } from "@metrics-link/config";
import { InvalidInputError, leafNames, type PkiOutput, type Problem } from "@metrics-link/contract";

/** A peer and what it believes of this side since its own last update; undefined before it knew of this side. */
export interface PeerTrust {
  readonly stack: string;
  readonly trusts: { readonly rootFingerprints: readonly string[]; readonly dnsName: string } | undefined;
}

export interface OrderArgs {
  readonly pki: Configuration["pki"];
  /** What the stack's last successful update left; before the first there is no link to cut. */
  readonly inForce: PkiOutput | undefined;
  /** SHA-256 fingerprint of the root that signs after this update; undefined if it is yet to be made. */
  readonly signingRoot: string | undefined;
  readonly peers: readonly PeerTrust[];
}

/**
 * The order of a rotation, held by the program itself: an update after which a peer would refuse this side's leaf, and
 * does not today, is refused before anything changes, whoever calls it.
 *
 * A peer that says that it refuses today's leaf as well loses nothing by the update. It is not asked: otherwise one peer
 * could say so and stop every update of this side, the renewal of its leaf included.
 * @throws InvalidInputError naming what the peer trusts now and whose turn it is
 */
export function requireOrder({ pki, inForce, signingRoot, peers }: OrderArgs): void {
  if (inForce?.leaf === undefined) return;
  const { root, identity } = pki.generations;
  const names = leafNames(pki.dnsName, identity);
  const today = {
    root: inForce.roots[inForce.generations.root],
    names: leafNames(pki.dnsName, inForce.generations.identity),
  };
  const problems = peers.flatMap(({ stack, trusts: believed }): Problem[] => {
    if (believed === undefined) return [];
    const { rootFingerprints, dnsName } = believed;
    const trusts = (root: string | undefined) => root !== undefined && rootFingerprints.includes(root);
    return [
      ...(trusts(signingRoot) || !trusts(today.root)
        ? []
        : [
            {
              key: "pki.generations.root",
              value: root,
              remedy:
                `a root that ${stack} trusts; it trusts ${rootFingerprints.join(", ")}. ` +
                `Publish root G${root} beside the old one (pki.generations.otherRoots), then it is the turn of ${stack}. ` +
                "A peer that does not follow must be suspended first",
            },
          ]),
      ...(names.includes(dnsName) || !today.names.includes(dnsName)
        ? []
        : [
            {
              key: "pki.generations.identity",
              value: identity,
              remedy: `one whose leaf ${stack} accepts: it expects ${dnsName}, and its update comes first`,
            },
          ]),
    ];
  });
  if (problems.length > 0) {
    const subject = "A peer would refuse this side's certificate; nothing was changed";
    throw new InvalidInputError(subject, problems, "ROTATION_OUT_OF_ORDER");
  }
}
