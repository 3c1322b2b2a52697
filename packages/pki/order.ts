import type { Configuration } from "@metrics-link/config";
import { InvalidInputError, leafNames, type PkiOutput, type Problem } from "@metrics-link/contract";

/** A peer and what it has trusted of this side since its last update; undefined before it knew this side. */
interface PeerTrust {
  readonly stack: string;
  readonly trusts: { readonly rootFingerprints: readonly string[]; readonly dnsName: string } | undefined;
}

export interface OrderArgs {
  readonly pki: Configuration["pki"];
  /** The outputs of the stack's last successful update; before the first there is no link to cut. */
  readonly inForce: PkiOutput | undefined;
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
 * @throws InvalidInputError with what the peer trusts now and whose turn it is
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
                `Publish root G${root} beside the old one (pki.generations.otherRoots), then ${stack} must update. ` +
                "A peer that does not update must be suspended first",
            },
          ]),
      ...(names.includes(dnsName) || !today.names.includes(dnsName)
        ? []
        : [
            {
              key: "pki.generations.identity",
              value: identity,
              remedy: `an identity that ${stack} accepts; it expects ${dnsName}, so update ${stack} first`,
            },
          ]),
    ];
  });
  if (problems.length > 0) {
    const subject = "A peer would refuse this side's certificate; nothing was changed";
    throw new InvalidInputError(subject, problems, "ROTATION_OUT_OF_ORDER");
  }
}
