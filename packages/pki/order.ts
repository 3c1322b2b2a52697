import { type Configuration, InvalidInputError, leafNames, type PkiOutput, type Problem } from "@metrics-link/contract";

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
 * The order of a rotation, held by the program itself: an update after which a peer would refuse this side's leaf is
 * refused before anything changes, whoever calls it.
 * @throws InvalidInputError naming what the peer trusts now and whose turn it is
 */
export function requireOrder({ pki, inForce, signingRoot, peers }: OrderArgs): void {
  if (inForce?.leaf === undefined) return;
  const { root, identity } = pki.generations;
  const names = leafNames(pki.dnsName, identity);
  const problems = peers.flatMap(({ stack, trusts }): Problem[] => {
    if (trusts === undefined) return [];
    const { rootFingerprints, dnsName } = trusts;
    const trusted = signingRoot !== undefined && rootFingerprints.includes(signingRoot);
    return [
      ...(trusted
        ? []
        : [
            {
              key: "pki.generations.root",
              value: root,
              remedy:
                `a root that ${stack} trusts; it trusts ${rootFingerprints.join(", ")}. ` +
                `Publish root G${root} beside the old one (pki.generations.otherRoots), then it is the turn of ${stack}`,
            },
          ]),
      ...(names.includes(dnsName) || !isIdentityOf(dnsName, pki.dnsName)
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
    throw new InvalidInputError("A peer would refuse this side's certificate; nothing was changed", problems);
  }
}

const isIdentityOf = (name: string, base: string) =>
  name === base || (name.endsWith(`.${base}`) && /^e\d+$/.test(name.slice(0, -base.length - 1)));
