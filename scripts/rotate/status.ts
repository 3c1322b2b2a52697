import { printable } from "@metrics-link/contract";
import { isDue } from "@metrics-link/pki";
import type { Action, Next, View } from "@metrics-link/pki/rotation/index.ts";

const day = 86_400_000;

/** The rotations of a stack as text. No value from a peer can add a line. */
export function describeView(view: View, next: Next, now: number): string {
  const { stack, inForce, peers } = view;
  const { generations, leaf } = inForce;
  const roots = [generations.root, ...generations.otherRoots].map(
    (one) =>
      `  root          G${one}${one === generations.root ? ", signs" : ", published besides"}: ${inForce.roots[one]}`,
  );
  return [
    stack,
    ...roots,
    `  intermediate  G${generations.intermediate}`,
    ...(leaf
      ? [
          `  leaf          G${leaf.generation}, renewed ${leaf.renewal} times; ${daysLeft(leaf.notAfter, now)}` +
            `${isDue(leaf, now) ? "; due: the next update renews it" : ""}`,
        ]
      : []),
    ...peers.map(({ stack: peer, trustsUs, offers, suspended, unreadable }) => {
      if (suspended !== undefined) {
        return `  peer          ${peer} is suspended here, and is not waited for: ${printable(suspended)}`;
      }
      if (unreadable !== undefined) return `  peer          ${peer} cannot be read: ${unreadable}`;
      if (offers === undefined) return `  peer          ${peer} has no contract yet`;
      if (trustsUs === undefined) return `  peer          ${peer} does not know this side yet`;
      const known = trustsUs.rootFingerprints.map((one) => nameOf(view, one));
      return `  peer          ${peer} trusts root ${known.join(" and ")} with the name ${trustsUs.dnsName}`;
    }),
    `  next          ${describeNext(next)}`,
  ]
    .map(printable)
    .join("\n");
}

export function describeNext(next: Next): string {
  if (next.turn === "nobody") return `${next.why}; nobody's turn`;
  if (next.turn === "peer") {
    const whose = next.peers.join(" and ");
    return `${next.why}: it is the turn of ${whose}. An exchange stack shows it once its host stack was updated, and then itself`;
  }
  return `${next.why}: ${describeAction(next.action)}`;
}

function describeAction(action: Action): string {
  if (action.kind === "update") {
    const keys = Object.keys(action.change);
    return keys.length === 0 ? "pulumi up" : `change ${keys.join(", ")}, then pulumi up`;
  }
  if (action.kind === "accept") {
    const { rootFingerprints, addresses } = action.pins;
    return `compare ${[...rootFingerprints, ...addresses].join(", ")} on the telephone, then trust -- accept`;
  }
  if (action.kind === "unpin") return "take the pin away";
  return action.makes === "root"
    ? `ceremony -- init --generation ${action.generation}`
    : `ceremony -- request, then sign --generation ${action.generation} --root ${action.root}`;
}

const daysLeft = (notAfter: string, now: number) =>
  `valid until ${notAfter}, ${((Date.parse(notAfter) - now) / day).toFixed(1)} days`;

function nameOf({ inForce }: View, fingerprint: string): string {
  const found = Object.entries(inForce.roots).find(([, one]) => one === fingerprint);
  return found ? `G${found[0]}` : fingerprint;
}
