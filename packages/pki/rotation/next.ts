import { identityName, LinkError, type Pins } from "@metrics-link/contract";
import { type GenerationChange, isAhead, type PeerView, type PlacedTrust, rootFingerprint, type View } from "./view.ts";

/** What this side can do. Each is done again without harm when it was interrupted. */
export type Action =
  /** Change the configuration, where anything is to be changed, and `pulumi up`. */
  | { readonly kind: "update"; readonly change: GenerationChange }
  /** Where the root is kept. */
  | { readonly kind: "ceremony"; readonly makes: "root"; readonly generation: number }
  | { readonly kind: "ceremony"; readonly makes: "intermediate"; readonly generation: number; readonly root: number }
  /** A person compares what a peer newly offers with what its people say on the telephone, and pins it. */
  | { readonly kind: "accept"; readonly peer: string; readonly pins: Pins }
  /** Take pins away that the peer does not offer any more: a released address is somebody else's tomorrow. */
  | { readonly kind: "unpin"; readonly peer: string; readonly pins: Pins };

/** Where a rotation stands: who is to do what next, and why. */
export type Next =
  | { readonly turn: "ours"; readonly why: string; readonly action: Action }
  | { readonly turn: "peer"; readonly why: string; readonly peers: readonly string[] }
  | { readonly turn: "nobody"; readonly why: string };

export const rotations = ["leaf", "intermediate", "root", "follow"] as const;
export type Rotation = (typeof rotations)[number];

/** A step that would cut the link or undo another rotation. */
export class OutOfOrderError extends LinkError {
  constructor(what: string, next: string) {
    super("ROTATION_OUT_OF_ORDER", { what, next });
    this.name = "OutOfOrderError";
  }
}

const ours = (why: string, action: Action): Next => ({ turn: "ours", why, action });
const update = (why: string, change: GenerationChange = {}): Next => ours(why, { kind: "update", change });
const nobody = (why: string): Next => ({ turn: "nobody", why });

/**
 * A rotation that is under way, or something that the peer waits for; `nobody` when all is settled. Never begins one.
 */
export function underWay(view: View): Next {
  const first = acceptFirst(view);
  if (first) return first;
  if (isAhead(view)) return update("the configuration is ahead of what is in force");
  if (view.generations.otherRoots.length > 0) {
    const step = rootStep(view);
    // Both sides may rotate their roots at once, and then each waits for the other to follow.
    const behind = step.turn === "peer" ? follow(view) : step;
    return behind.turn === "nobody" ? step : behind;
  }
  if (view.generations.nextIntermediate !== undefined) return intermediateStep(view);
  const behind = follow(view);
  if (behind.turn !== "nobody") return behind;
  return waitsForPeers(view) ?? nobody("nothing is under way");
}

/**
 * The next step of a rotation, which is begun if nothing of the kind is under way.
 * @throws OutOfOrderError when another rotation has to end first
 */
export function next(view: View, rotation: Rotation, emergency = false): Next {
  // What a peer offers can wait; a leaf that is to be replaced cannot.
  const first = rotation === "root" || rotation === "follow" ? acceptFirst(view) : undefined;
  if (first) return first;
  if (rotation === "follow") return follow(view);
  if (isAhead(view)) return update("the configuration is ahead of what is in force");
  if (rotation === "leaf") return emergency ? newIdentity(view) : raise(view, "leaf");
  if (rotation === "intermediate") {
    if (view.generations.otherRoots.length > 0) {
      throw new OutOfOrderError(
        "a rotation of the root is under way, and it brings a new intermediate",
        "end it first",
      );
    }
    return intermediateStep(view);
  }
  return rootStep(view);
}

/** An update takes nothing of a peer that is not pinned: so that comes before any of ours. */
function acceptFirst({ peers }: View): Next | undefined {
  for (const { stack, pins, offers, suspended } of peers) {
    if (suspended !== undefined || offers === undefined) continue;
    const rootFingerprints = offers.rootFingerprints.filter((one) => !pins.rootFingerprints.includes(one));
    const addresses = offers.addresses.filter((one) => !pins.addresses.includes(one));
    if (rootFingerprints.length + addresses.length === 0) continue;
    const what = rootFingerprints.length > 0 ? "a root" : "an address";
    const why = `${stack} offers ${what} that is not pinned here`;
    return ours(why, { kind: "accept", peer: stack, pins: { rootFingerprints, addresses } });
  }
  return undefined;
}

/** What a peer's rotation asks of this side. */
function follow({ peers }: View): Next {
  for (const { stack, pins, offers, trusted, suspended } of peers) {
    if (suspended !== undefined || offers === undefined || trusted === undefined) continue;
    if (!sameTrust(offers, trusted))
      return update(`${stack} offers other roots, addresses, or another name, than are trusted here`);
    const rootFingerprints = pins.rootFingerprints.filter((one) => offers.rootFingerprints.includes(one));
    const addresses = pins.addresses.filter((one) => offers.addresses.includes(one));
    const fewerRoots = rootFingerprints.length < pins.rootFingerprints.length;
    if (fewerRoots || addresses.length < pins.addresses.length) {
      const why = `${stack} has let go of ${fewerRoots ? "a root" : "an address"} that is still pinned here`;
      return ours(why, { kind: "unpin", peer: stack, pins: { rootFingerprints, addresses } });
    }
  }
  return nobody("no peer waits for this side");
}

function raise({ generations }: View, tier: "leaf" | "intermediate"): Next {
  return update(`a new ${tier}, generation ${generations[tier] + 1}`, { [tier]: generations[tier] + 1 });
}

/** A leaf that the peer tells from every leaf before. */
function newIdentity({ generations, dnsName, peers }: View): Next {
  const { identity, leaf } = generations;
  const current = identityName(dnsName, identity);
  const behind = asked(peers).filter(({ trustsUs }) => trustsUs !== undefined && trustsUs.dnsName !== current);
  if (behind.length > 0) {
    throw new OutOfOrderError(
      `${listed(behind)} still expects the name before ${current}: until it has updated it accepts the old leaf ` +
        "anyway, and would refuse a newer one",
      "wait for its update; a peer that does not follow must be suspended first",
    );
  }
  return update(`a new leaf with a name that no leaf before has, ${identityName(dnsName, identity + 1)}`, {
    identity: identity + 1,
    leaf: leaf + 1,
  });
}

/** The same root signs: no peer sees anything of it. */
function intermediateStep(view: View): Next {
  const { generations, root } = view;
  if (root === "trial") return raise(view, "intermediate");
  const { intermediate, nextIntermediate } = generations;
  return (
    prepared(view, generations.root) ??
    update(`intermediate G${nextIntermediate} is signed and takes over from G${intermediate}`, {
      intermediate: nextIntermediate,
      nextIntermediate: undefined,
    })
  );
}

/** What is still to do until the next intermediate is signed by `root`; undefined when it is. */
function prepared({ generations, artifacts }: View, root: number): Next | undefined {
  const { intermediate, nextIntermediate } = generations;
  if (nextIntermediate === undefined) {
    const generation = intermediate + 1;
    return update(`the key and the request of intermediate G${generation}`, { nextIntermediate: generation });
  }
  if (artifacts.intermediates.includes(nextIntermediate)) return undefined;
  return ours(`root G${root} has to sign intermediate G${nextIntermediate}`, {
    kind: "ceremony",
    makes: "intermediate",
    generation: nextIntermediate,
    root,
  });
}

/** Old and new are published; every peer trusts both; the new one signs; the old one goes; every peer drops it. */
function rootStep(view: View): Next {
  const { root, otherRoots } = view.generations;
  const newest = Math.max(root, ...otherRoots);
  if (newest > root) return rootAnnounced(view, newest);
  if (otherRoots.length > 0) {
    return update(`root G${root} signs: root ${otherRoots.map((one) => `G${one}`).join(", ")} goes`, {
      otherRoots: [],
    });
  }
  const waiting = waitsForPeers(view);
  if (waiting) return waiting;
  if (view.generations.nextIntermediate !== undefined) {
    throw new OutOfOrderError(
      "a rotation of the intermediate is under way, signed by the root in force",
      "end it first",
    );
  }
  const generation = root + 1;
  if (view.root === "offline" && view.artifacts.roots[generation] === undefined) {
    return ours(`root G${generation} has to be made`, { kind: "ceremony", makes: "root", generation });
  }
  return update(`root G${generation} is published beside G${root}`, { otherRoots: [generation] });
}

function rootAnnounced(view: View, newest: number): Next {
  const { root, intermediate, nextIntermediate, leaf } = view.generations;
  const fingerprint = rootFingerprint(view, newest);
  const behind = asked(view.peers).filter(
    ({ trustsUs }) => trustsUs !== undefined && !trustsUs.rootFingerprints.includes(fingerprint ?? "none"),
  );
  if (behind.length > 0) {
    const why = `root G${newest} is published, and ${listed(behind)} does not trust it yet`;
    return { turn: "peer", why, peers: behind.map(({ stack }) => stack) };
  }
  const waits = view.root === "offline" ? prepared(view, newest) : undefined;
  if (waits) return waits;
  return update(`every peer trusts root G${newest}: it signs from now on`, {
    root: newest,
    otherRoots: [root],
    intermediate: nextIntermediate ?? intermediate + 1,
    nextIntermediate: undefined,
    leaf: leaf + 1,
  });
}

/** Peers that still believe in something that this side has let go of. */
function waitsForPeers({ inForce, generations, dnsName, peers }: View): Next | undefined {
  const offered = Object.values(inForce.roots);
  const name = identityName(dnsName, generations.identity);
  const behind = asked(peers).filter(
    ({ trustsUs }) =>
      trustsUs !== undefined &&
      (trustsUs.rootFingerprints.some((one) => !offered.includes(one)) || trustsUs.dnsName !== name),
  );
  if (behind.length === 0) return undefined;
  const why = `${listed(behind)} still trusts a root or a name that this side has let go of`;
  return { turn: "peer", why, peers: behind.map(({ stack }) => stack) };
}

/** A peer that is suspended here is not waited for. */
const asked = (peers: readonly PeerView[]) => peers.filter(({ suspended }) => suspended === undefined);

function sameTrust(one: PlacedTrust, other: PlacedTrust): boolean {
  const same = (some: readonly string[], others: readonly string[]) =>
    some.toSorted().join() === others.toSorted().join();
  return (
    one.dnsName === other.dnsName &&
    same(one.rootFingerprints, other.rootFingerprints) &&
    same(one.addresses, other.addresses)
  );
}

const listed = (peers: readonly PeerView[]) => peers.map(({ stack }) => stack).join(" and ");
