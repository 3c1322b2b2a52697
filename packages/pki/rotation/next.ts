import { identityName, LinkError, type Pins } from "@metrics-link/contract";
import { type GenerationChange, isAhead, type PeerView, type PlacedTrust, rootFingerprint, type View } from "./view.ts";

/** An action of this side. Repeating an interrupted action is safe. */
export type Action =
  /** Apply the change to the configuration, if any, and run `pulumi up`. */
  | { readonly kind: "update"; readonly change: GenerationChange }
  /** Runs where the root key is kept. */
  | { readonly kind: "ceremony"; readonly makes: "root"; readonly generation: number }
  | { readonly kind: "ceremony"; readonly makes: "intermediate"; readonly generation: number; readonly root: number }
  /** A person verifies a peer's new offer with the peer's staff by phone, and pins it. */
  | { readonly kind: "accept"; readonly peer: string; readonly pins: Pins }
  /** Remove pins that the peer no longer offers: AWS can assign a released address to someone else. */
  | { readonly kind: "unpin"; readonly peer: string; readonly pins: Pins };

/** The state of a rotation: whose turn it is, what to do next, and why. */
export type Next =
  | { readonly turn: "ours"; readonly why: string; readonly action: Action }
  | { readonly turn: "peer"; readonly why: string; readonly peers: readonly string[] }
  | { readonly turn: "nobody"; readonly why: string };

export const rotations = ["leaf", "intermediate", "root", "follow"] as const;
export type Rotation = (typeof rotations)[number];

/** The requested step would cut the link or undo another rotation. */
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
 * The next step of a rotation in progress or of one that a peer waits for; `nobody` if there is none. Never starts one.
 */
export function underWay(view: View): Next {
  const first = acceptFirst(view);
  if (first) return first;
  if (isAhead(view)) return update("the configuration is newer than the last update");
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
 * The next step of a rotation. Starts it if none of this kind is in progress.
 * @throws OutOfOrderError if another rotation must finish first
 */
export function next(view: View, rotation: Rotation, emergency = false): Next {
  // A peer's offer can wait; the replacement of a leaf cannot.
  const first = rotation === "root" || rotation === "follow" ? acceptFirst(view) : undefined;
  if (first) return first;
  if (rotation === "follow") return follow(view);
  if (isAhead(view)) return update("the configuration is newer than the last update");
  if (rotation === "leaf") return emergency ? newIdentity(view) : raise(view, "leaf");
  if (rotation === "intermediate") {
    if (view.generations.otherRoots.length > 0) {
      throw new OutOfOrderError("a root rotation is in progress and will replace the intermediate", "finish it first");
    }
    return intermediateStep(view);
  }
  return rootStep(view);
}

/** An update uses only what is pinned of a peer, so pinning comes before our own steps. */
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

/** The step that a peer's rotation requires of this side. */
function follow({ peers }: View): Next {
  for (const { stack, pins, offers, trusted, suspended } of peers) {
    if (suspended !== undefined || offers === undefined || trusted === undefined) continue;
    if (!sameTrust(offers, trusted))
      return update(`${stack} offers roots, addresses or a name that differ from those trusted here`);
    const rootFingerprints = pins.rootFingerprints.filter((one) => offers.rootFingerprints.includes(one));
    const addresses = pins.addresses.filter((one) => offers.addresses.includes(one));
    const fewerRoots = rootFingerprints.length < pins.rootFingerprints.length;
    if (fewerRoots || addresses.length < pins.addresses.length) {
      const why = `${stack} no longer offers ${fewerRoots ? "a root" : "an address"} that is still pinned here`;
      return ours(why, { kind: "unpin", peer: stack, pins: { rootFingerprints, addresses } });
    }
  }
  return nobody("no peer is waiting for this side");
}

function raise({ generations }: View, tier: "leaf" | "intermediate"): Next {
  return update(`a new ${tier}, generation ${generations[tier] + 1}`, { [tier]: generations[tier] + 1 });
}

/** A leaf with a new name, so that the peer can refuse every earlier leaf. */
function newIdentity({ generations, dnsName, peers }: View): Next {
  const { identity, leaf } = generations;
  const current = identityName(dnsName, identity);
  const behind = asked(peers).filter(({ trustsUs }) => trustsUs !== undefined && trustsUs.dnsName !== current);
  if (behind.length > 0) {
    throw new OutOfOrderError(
      `${listed(behind)} still expects the name before ${current}. Until it updates, it accepts the old leaf and would ` +
        "refuse a newer one",
      "wait for its update; suspend a peer that does not update",
    );
  }
  return update(`a new leaf with a new name, ${identityName(dnsName, identity + 1)}`, {
    identity: identity + 1,
    leaf: leaf + 1,
  });
}

/** The root stays the same, so peers need not do anything. */
function intermediateStep(view: View): Next {
  const { generations, root } = view;
  if (root === "trial") return raise(view, "intermediate");
  const { intermediate, nextIntermediate } = generations;
  return (
    prepared(view, generations.root) ??
    update(`intermediate G${nextIntermediate} is signed and replaces G${intermediate}`, {
      intermediate: nextIntermediate,
      nextIntermediate: undefined,
    })
  );
}

/** The next step until `root` has signed the next intermediate; undefined once it has. */
function prepared({ generations, artifacts }: View, root: number): Next | undefined {
  const { intermediate, nextIntermediate } = generations;
  if (nextIntermediate === undefined) {
    const generation = intermediate + 1;
    return update(`create the key and the request of intermediate G${generation}`, { nextIntermediate: generation });
  }
  if (artifacts.intermediates.includes(nextIntermediate)) return undefined;
  return ours(`root G${root} must sign intermediate G${nextIntermediate}`, {
    kind: "ceremony",
    makes: "intermediate",
    generation: nextIntermediate,
    root,
  });
}

/** Publish both roots; every peer trusts both; the new one signs; withdraw the old one; every peer unpins it. */
function rootStep(view: View): Next {
  const { root, otherRoots } = view.generations;
  const newest = Math.max(root, ...otherRoots);
  if (newest > root) return rootAnnounced(view, newest);
  if (otherRoots.length > 0) {
    return update(`root G${root} signs: withdraw root ${otherRoots.map((one) => `G${one}`).join(", ")}`, {
      otherRoots: [],
    });
  }
  const waiting = waitsForPeers(view);
  if (waiting) return waiting;
  if (view.generations.nextIntermediate !== undefined) {
    throw new OutOfOrderError("an intermediate rotation signed by the current root is in progress", "finish it first");
  }
  const generation = root + 1;
  if (view.root === "offline" && view.artifacts.roots[generation] === undefined) {
    return ours(`root G${generation} must be created`, { kind: "ceremony", makes: "root", generation });
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
    const why = `root G${newest} is published, but ${listed(behind)} does not trust it yet`;
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

/** Peers that still trust a root or a name that this side has withdrawn. */
function waitsForPeers({ inForce, generations, dnsName, peers }: View): Next | undefined {
  const offered = Object.values(inForce.roots);
  const name = identityName(dnsName, generations.identity);
  const behind = asked(peers).filter(
    ({ trustsUs }) =>
      trustsUs !== undefined &&
      (trustsUs.rootFingerprints.some((one) => !offered.includes(one)) || trustsUs.dnsName !== name),
  );
  if (behind.length === 0) return undefined;
  const why = `${listed(behind)} still trusts a root or a name that this side has withdrawn`;
  return { turn: "peer", why, peers: behind.map(({ stack }) => stack) };
}

/** The peers to wait for: those that are not suspended here. */
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
