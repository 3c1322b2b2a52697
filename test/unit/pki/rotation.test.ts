import assert from "node:assert/strict";
import { identityName, leafNames, type Pins, type PkiOutput } from "@metrics-link/contract";
import { next, OutOfOrderError, type Rotation, underWay } from "@metrics-link/pki/rotation/next.ts";
import type { Generations, PlacedTrust, View } from "@metrics-link/pki/rotation/view.ts";
import fc from "fast-check";

/** One side of a link as its stack, its configuration and its folder of artifacts make it. */
class Side {
  readonly stack: string;
  readonly dnsName: string;
  readonly root: "offline" | "trial";
  generations: Generations = { root: 1, otherRoots: [], intermediate: 1, leaf: 1, identity: 1 };
  pins: Pins = { rootFingerprints: [], addresses: [] };
  /** Why this side has suspended its peer. */
  suspended: string | undefined;
  /** Where it is on the internet. */
  addresses: readonly string[];
  artifacts = { roots: {} as Record<number, string>, intermediates: [1] };
  inForce: PkiOutput;
  /** By its last update. */
  trusted: PlacedTrust | undefined;
  updates = 0;
  private readonly signers: Record<number, number> = { 1: 1 };

  constructor(stack: string, root: "offline" | "trial") {
    this.stack = stack;
    this.root = root;
    this.dnsName = `${stack}.internal`;
    this.addresses = [`${stack} address 1`];
    if (root === "offline") this.artifacts.roots[1] = this.fingerprint(1);
    this.inForce = this.output();
  }

  fingerprint(generation: number): string {
    return `${this.stack} root ${generation}`;
  }

  offers(): PlacedTrust {
    return {
      addresses: this.addresses,
      rootFingerprints: Object.values(this.inForce.roots),
      dnsName: identityName(this.dnsName, this.inForce.generations.identity),
    };
  }

  view(peer: Side): View {
    const { stack, root, dnsName, generations, inForce, artifacts, pins, trusted } = this;
    const { suspended } = this;
    const view = { stack: peer.stack, pins, suspended, offers: peer.offers(), trustsUs: peer.trusted, trusted };
    return { stack, root, dnsName, generations, inForce, artifacts, peers: [view] };
  }

  /** As `pulumi up`: keeps to what it believes when something is not pinned; refuses a signer that is not configured. */
  update(peer: Side): void {
    const offers = peer.offers();
    const pinned = (trust: PlacedTrust): PlacedTrust => ({
      ...trust,
      rootFingerprints: trust.rootFingerprints.filter((one) => this.pins.rootFingerprints.includes(one)),
      addresses: trust.addresses.filter((one) => this.pins.addresses.includes(one)),
    });
    const { root, intermediate } = this.generations;
    if (this.root === "offline") {
      assert.equal(this.signers[intermediate], root, `${this.stack}: intermediate ${intermediate} is of another root`);
    }
    const whole = JSON.stringify(pinned(offers)) === JSON.stringify({ ...offers });
    if (this.suspended !== undefined) this.trusted = undefined;
    else this.trusted = whole ? offers : this.trusted && pinned(this.trusted);
    this.inForce = this.output();
    this.updates += 1;
  }

  /** One step of a rotation. @param killed after the configuration was written, before the update */
  step(rotation: Rotation, peer: Side, killed: boolean): "ours" | "peer" | "nobody" {
    const found = next(this.view(peer), rotation);
    if (found.turn !== "ours") return found.turn;
    const { action } = found;
    if (action.kind === "accept") {
      const { rootFingerprints, addresses } = this.pins;
      this.pins = {
        rootFingerprints: [...rootFingerprints, ...action.pins.rootFingerprints],
        addresses: [...addresses, ...action.pins.addresses],
      };
    } else if (action.kind === "unpin") this.pins = action.pins;
    else if (action.kind === "ceremony") {
      if (action.makes === "root") this.artifacts.roots[action.generation] = this.fingerprint(action.generation);
      else {
        assert.ok(this.inForce.intermediates[action.generation], "a ceremony without a request");
        this.signers[action.generation] = action.root;
        this.artifacts.intermediates.push(action.generation);
      }
    } else {
      const changed = Object.entries({ ...this.generations, ...action.change }).filter(
        ([, value]) => value !== undefined,
      );
      this.generations = Object.fromEntries(changed) as unknown as Generations;
      if (!killed) this.update(peer);
    }
    return "ours";
  }

  private output(): PkiOutput {
    const { root, otherRoots, intermediate, nextIntermediate, leaf } = this.generations;
    const keys = [intermediate, ...(nextIntermediate === undefined ? [] : [nextIntermediate])];
    return {
      stack: this.stack,
      root: this.root,
      generations: { ...this.generations, otherRoots: [...otherRoots] },
      roots: Object.fromEntries([root, ...otherRoots].map((one) => [one, this.fingerprint(one)])),
      intermediates: Object.fromEntries(keys.map((one) => [one, { request: `${one}`, publicKey: `${one}` }])),
      leaf: { generation: leaf, renewal: 0, notBefore: "", notAfter: "", fingerprint: `${leaf}` },
    };
  }
}

function linked(one: "offline" | "trial", other: "offline" | "trial"): [Side, Side] {
  const sides: [Side, Side] = [new Side("sender", one), new Side("receiver", other)];
  const [sender, receiver] = sides;
  for (const [side, peer] of [[sender, receiver] as const, [receiver, sender] as const]) {
    side.pins = { rootFingerprints: [peer.fingerprint(1)], addresses: peer.addresses };
  }
  sender.update(receiver);
  receiver.update(sender);
  return sides;
}

/** Each end accepts the leaf that the other presents. */
function requireTrust(side: Side, peer: Side): void {
  const { root, identity } = side.inForce.generations;
  const trusted = peer.trusted;
  assert.ok(
    trusted?.rootFingerprints.includes(side.fingerprint(root)),
    `${peer.stack} refuses ${side.stack}: root G${root}`,
  );
  const names = leafNames(side.dnsName, identity);
  assert.ok(names.includes(trusted?.dnsName ?? ""), `${peer.stack} refuses the name of ${side.stack}`);
}

describe("rotations", () => {
  const kinds = fc.constantFrom("offline" as const, "trial" as const);
  const commands = fc.array(
    fc.record({
      side: fc.constantFrom(0 as const, 1 as const),
      rotation: fc.constantFrom<Rotation>("leaf", "intermediate", "root", "root", "follow", "follow"),
      killed: fc.boolean(),
    }),
    { maxLength: 60 },
  );

  it("never cut the link, whatever the order of steps and interruptions on both sides", () => {
    fc.assert(
      fc.property(kinds, kinds, commands, (one, other, list) => {
        const sides = linked(one, other);
        for (const { side, rotation, killed } of list) {
          const [own, peer] = side === 0 ? sides : [sides[1], sides[0]];
          try {
            own.step(rotation, peer, killed);
          } catch (error) {
            if (!(error instanceof OutOfOrderError)) throw error;
          }
          requireTrust(sides[0], sides[1]);
          requireTrust(sides[1], sides[0]);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("finish once each side takes its turns", () => {
    fc.assert(
      fc.property(kinds, kinds, commands, (one, other, list) => {
        const sides = linked(one, other);
        for (const { side, rotation, killed } of list) {
          const [own, peer] = side === 0 ? sides : [sides[1], sides[0]];
          try {
            own.step(rotation, peer, killed);
          } catch (error) {
            if (!(error instanceof OutOfOrderError)) throw error;
          }
        }
        let rounds = 0;
        for (
          const settled = () =>
            sides.every((side, index) => underWay(side.view(sides[1 - index] as Side)).turn === "nobody");
          !settled();
        ) {
          rounds += 1;
          assert.ok(
            rounds < 40,
            `still under way: ${sides.map((side, index) => JSON.stringify(underWay(side.view(sides[1 - index] as Side)))).join("\n")}`,
          );
          for (const [index, side] of sides.entries()) finish(side, sides[1 - index] as Side);
        }
        assert.ok(sides.every(({ generations }) => generations.otherRoots.length === 0));
      }),
      { numRuns: 300 },
    );
  });

  it("complete when both sides rotate their roots at once", () => {
    const sides = linked("offline", "offline");
    for (let round = 0; round < 30; round += 1) {
      for (const [index, side] of sides.entries()) {
        const peer = sides[1 - index] as Side;
        if (side.generations.root === 1 || side.generations.otherRoots.length > 0) side.step("root", peer, false);
        else side.step("follow", peer, false);
      }
    }
    for (const [index, side] of sides.entries()) {
      const peer = sides[1 - index] as Side;
      assert.deepEqual(side.generations, { root: 2, otherRoots: [], intermediate: 2, leaf: 2, identity: 1 });
      assert.deepEqual(peer.pins, { rootFingerprints: [side.fingerprint(2)], addresses: side.addresses });
      assert.equal(underWay(side.view(peer)).turn, "nobody");
    }
  });

  it("follow a peer to a new address: pin it, update, and unpin the old one", () => {
    const [sender, receiver] = linked("trial", "trial");
    sender.addresses = ["sender address 2"];
    const found = underWay(receiver.view(sender));
    assert.ok(found.turn === "ours" && found.action.kind === "accept");
    assert.deepEqual(found.action.pins, { rootFingerprints: [], addresses: ["sender address 2"] });
    const steps: string[] = [];
    while (underWay(receiver.view(sender)).turn === "ours") {
      steps.push(receiver.pins.addresses.join());
      assert.equal(receiver.step("follow", sender, false), "ours");
    }
    assert.deepEqual(steps, [
      "sender address 1",
      "sender address 1,sender address 2",
      "sender address 1,sender address 2",
    ]);
    assert.deepEqual(receiver.pins.addresses, ["sender address 2"]);
    assert.deepEqual(receiver.trusted?.addresses, ["sender address 2"]);
  });

  it("refuse a new root while an intermediate rotates, which the old root would sign", () => {
    const [sender, receiver] = linked("offline", "offline");
    sender.step("intermediate", receiver, false);
    assert.throws(() => next(sender.view(receiver), "root"), {
      code: "ROTATION_OUT_OF_ORDER",
      message: /finish it first/,
    });
  });

  it("refuse a new intermediate while the root rotates, and a second emergency before the peer has updated", () => {
    const [sender, receiver] = linked("trial", "trial");
    sender.step("root", receiver, false);
    assert.throws(() => next(sender.view(receiver), "intermediate"), {
      code: "ROTATION_OUT_OF_ORDER",
      message: /finish it first/,
    });
    const [other, peer] = linked("trial", "trial");
    other.generations = { ...other.generations, identity: 2, leaf: 2 };
    other.update(peer);
    requireTrust(other, peer);
    assert.throws(() => next(other.view(peer), "leaf", true), {
      code: "ROTATION_OUT_OF_ORDER",
      message: /still expects/,
    });
    peer.update(other);
    requireTrust(other, peer);
    const third = next(other.view(peer), "leaf", true);
    assert.ok(third.turn === "ours" && third.action.kind === "update" && third.action.change.identity === 3);
  });
});

describe("a peer that does not update", () => {
  it("does not block a new leaf or intermediate, even if it offers an unpinned root", () => {
    const [sender, receiver] = linked("trial", "trial");
    sender.step("root", receiver, false);
    for (const rotation of ["leaf", "intermediate"] as const) {
      const found = next(receiver.view(sender), rotation, true);
      assert.ok(found.turn === "ours" && found.action.kind === "update", rotation);
    }
    const found = next(receiver.view(sender), "root");
    assert.ok(found.turn === "ours" && found.action.kind === "accept");
  });

  it("is not waited for while it has suspended this side: a stolen root is replaced without the peer", () => {
    for (const kind of ["offline", "trial"] as const) {
      const [sender, receiver] = linked(kind, kind);
      receiver.suspended = "its key is out";
      receiver.update(sender);
      for (let step = 0; step < 10 && sender.inForce.roots[1] !== undefined; step += 1) {
        assert.equal(sender.step("root", receiver, false), "ours");
      }
      assert.deepEqual(Object.keys(sender.inForce.roots), ["2"]);
      receiver.pins = { ...receiver.pins, rootFingerprints: [sender.fingerprint(2)] };
      receiver.suspended = undefined;
      receiver.update(sender);
      requireTrust(sender, receiver);
      assert.deepEqual(receiver.trusted?.rootFingerprints, [sender.fingerprint(2)]);
    }
  });

  it("delays a root rotation and an emergency until it is suspended", () => {
    const [sender, receiver] = linked("trial", "trial");
    sender.step("root", receiver, false);
    assert.equal(next(sender.view(receiver), "root").turn, "peer");
    sender.suspended = "it does not answer";
    const signs = next(sender.view(receiver), "root");
    assert.ok(signs.turn === "ours" && signs.action.kind === "update" && signs.action.change.root === 2);

    const [other, peer] = linked("trial", "trial");
    other.generations = { ...other.generations, identity: 2, leaf: 2 };
    other.update(peer);
    assert.throws(() => next(other.view(peer), "leaf", true), {
      code: "ROTATION_OUT_OF_ORDER",
      message: /suspend a peer that does not update/,
    });
    other.suspended = "it does not answer";
    assert.equal(next(other.view(peer), "leaf", true).turn, "ours");
  });
});

/** Does what `underWay` says, as a person would who never begins anything new. */
function finish(side: Side, peer: Side): void {
  const found = underWay(side.view(peer));
  if (found.turn !== "ours") return;
  const { otherRoots, nextIntermediate } = side.generations;
  side.step(otherRoots.length > 0 ? "root" : nextIntermediate !== undefined ? "intermediate" : "follow", peer, false);
  if (found.action.kind === "update" && Object.keys(found.action.change).length === 0) side.update(peer);
}
