import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import {
  acceptedOutput,
  contractVersions,
  fingerprintOf,
  hasCode,
  readContract,
  readPeer,
  remembered,
  standingOf,
  versionAdvice,
  versionFault,
} from "@metrics-link/contract";
import { z } from "zod";
import { readByVersion1 } from "./versions/v1-reader.ts";

const folder = new URL("versions/", import.meta.url);
const side = z.looseObject({ version: z.int(), rootBundle: z.string(), trusts: z.array(z.looseObject({})) });
const fixture = z.object({ sender: side, receiver: side, contractVersions: z.unknown().optional() });
const read = (name: string) => fixture.parse(JSON.parse(readFileSync(new URL(name, folder), "utf8")));
const [v1, v2, next] = [read("v1.json"), read("v2.json"), read("next.json")];

const roles = ["sender", "receiver"] as const;
const addresses = { sender: ["203.0.113.10"], receiver: ["198.51.100.10", "198.51.100.11"] };
const pinsOf = (role: (typeof roles)[number]) => ({
  rootFingerprints: [fingerprintOf(v1[role].rootBundle)],
  addresses: addresses[role],
});
const trial = { documentationAddresses: true };
const stack = "organization/metrics-link/peer";
const take = (role: (typeof roles)[number], output: unknown) => readPeer(role, stack, output, pinsOf(role), trial);

describe("versions of the contract", () => {
  it("have a fixture each, including one of the next version", () => {
    const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
    const released = contractVersions.reads.map((version) => `v${version}.json`);
    assert.deepEqual(names.toSorted(), ["next.json", ...released]);
    assert.equal(next.sender.version, Math.max(...contractVersions.reads) + 1);
  });

  for (const role of roles) {
    it(`give the same values: the ${role} of every fixture is accepted`, () => {
      const { contract, accepted } = take(role, v1[role]) ?? assert.fail();
      for (const other of [v2, next]) {
        const found = take(role, other[role]) ?? assert.fail();
        assert.deepEqual(found.accepted, accepted);
        const { version, ...rest } = found.contract;
        assert.equal(version, other[role].version);
        assert.deepEqual({ version: 1, ...rest }, contract);
        assert.deepEqual(readContract(stack, other[role]), found.contract);
      }
    });

    it(`are readable by the reader of version 1 if this release writes them: the ${role}`, () => {
      assert.equal(contractVersions.writes, 1);
      const { accepted } = take(role, v1[role]) ?? assert.fail();
      const { dnsName, rootFingerprints } = accepted;
      const { trusts: _, ...old } = readByVersion1(role, v1[role]);
      assert.deepEqual(old, { dnsName, rootFingerprints, addresses: accepted.addresses });
      assert.throws(() => readByVersion1(role, v2[role]));
      assert.throws(() => readByVersion1(role, { ...v1[role], more: true }));
    });
  }

  it("are refused if no known version can read them, and the error says which side to update first", () => {
    for (const readableFrom of [3, 4, undefined, "2", null, [2], 2.5, 0, -1]) {
      const output = { ...next.sender, readableFrom };
      assert.throws(
        () => take("sender", output),
        (error: Error) =>
          hasCode(error, "PEER_CONTRACT_VERSION") &&
          error.message.includes("contract.version is 3: this release reads versions 1 and 2: update this side first"),
      );
      const peer = { stack, ...pinsOf("sender") };
      const standing = standingOf("sender", { peer, reading: { contract: output }, before: [], network: trial });
      assert.ok(standing.state === "held" && standing.reason === "version");
    }
    const later = { reads: [3, 4] };
    assert.equal(versionFault({ version: 4 }, later), undefined);
    assert.match(versionFault({ version: 2 }, later)?.remedy ?? "", /reads versions 3 and 4: update the peer's side/);
    assert.match(versionFault({ version: 2, readableFrom: 1 }, later)?.remedy ?? "", /update the peer's side first/);
  });

  it("are small whole numbers; anything else is malformed", () => {
    for (const version of [0, -1, 1.5, 10_000, 1e300, "1", null, undefined, [1], { valueOf: 1 }]) {
      const output = { ...next.sender, version };
      assert.throws(
        () => take("sender", output),
        (error) => hasCode(error, "PEER_CONTRACT_MALFORMED"),
        String(version),
      );
    }
  });

  it("do not affect pins: every version's values are compared with them", () => {
    for (const change of [{ egressAddresses: ["203.0.113.99"] }, { rootBundle: v1.receiver.rootBundle }]) {
      for (const { sender } of [v1, v2, next]) {
        const refused = (error: unknown) =>
          hasCode(error, "PEER_ADDRESS_NOT_PINNED") || hasCode(error, "PEER_ROOT_NOT_PINNED");
        assert.throws(() => take("sender", { ...sender, ...change }), refused);
      }
    }
  });

  it("are in an output, and an update warns if the peer cannot read what this side writes", () => {
    const own = (writes: number, readableFrom: number) => ({ writes, readableFrom, reads: [1, 2, 3] });
    const peer = (...reads: number[]) => ({ writes: 1, readableFrom: 1, reads });
    assert.equal(versionAdvice(stack, undefined), undefined);
    assert.equal(versionAdvice(stack, peer(1, 2)), undefined);
    assert.equal(versionAdvice(stack, next.contractVersions, own(3, 2)), undefined);
    assert.equal(versionAdvice(stack, peer(1, 2), own(3, 2)), undefined);
    assert.match(versionAdvice(stack, undefined, own(2, 2)) ?? "", /reads versions 1 of .* version 2: update .*peer f/);
    assert.match(versionAdvice(stack, peer(1, 2), own(3, 3)) ?? "", /update organization\/metrics-link\/peer first/);
    assert.match(versionAdvice(stack, next.contractVersions) ?? "", /reads versions 2 and 3 .* update this side first/);
  });

  it("are ignored, and not shown, if their output has another form", () => {
    for (const output of ["\u001b[2J", { ...peerOf([]) }, peerOf(["1"]), peerOf(Array.from({ length: 17 }, () => 1))]) {
      const advice = versionAdvice(stack, output) ?? "";
      assert.match(advice, /^Output "contractVersions" of stack .*; it is ignored$/);
    }
    function peerOf(reads: unknown[]) {
      return { writes: 1, readableFrom: 1, reads };
    }
  });
});

describe(`the output ${acceptedOutput}, which a stack reads from its own state`, () => {
  const { accepted } = take("sender", v1.sender) ?? assert.fail();
  const inForce = (before: unknown) => {
    const peer = { stack, ...pinsOf("sender") };
    return standingOf("sender", { peer, reading: { error: "gone" }, before: [before], network: trial }).inForce;
  };

  it("is readable as written by this release and by a later one with more fields", () => {
    assert.deepEqual(inForce(remembered(accepted)), accepted);
    assert.deepEqual(inForce({ ...remembered(accepted), since: "2027-01-01", addressesV6: ["::1"] }), accepted);
  });

  it("counts as absent if a field is missing or has another form", () => {
    const { dnsName: _, ...less } = remembered(accepted);
    assert.equal(inForce(less), undefined);
    assert.equal(inForce({ ...remembered(accepted), addresses: "203.0.113.10" }), undefined);
  });
});

describe("the labels of a sender that is held", () => {
  const { accepted } = take("sender", v1.sender) ?? assert.fail();
  const told = { ...v1.sender, version: 2, readableFrom: 1, labels: { account: "1" } };
  const labelsWith = (pinned: object | undefined, before: object, reading: object = { contract: told }) => {
    const labels = pinned === undefined ? {} : { labels: pinned };
    const peer = { stack, ...pinsOf("sender"), ...labels } as Parameters<typeof standingOf>[1]["peer"];
    const args = { peer, reading: reading as { contract: unknown }, before: [before], network: trial };
    const { state, inForce } = standingOf("sender", args);
    assert.equal(state, "held");
    return inForce?.labels;
  };
  const gone = { error: "gone" };

  it("are those that it was accepted with, whatever is pinned since", () => {
    const before = remembered({ ...accepted, labels: { account: "1" } });
    assert.deepEqual(labelsWith({ account: "2" }, before), { account: "1" });
    assert.deepEqual(labelsWith({ account: "2" }, before, gone), { account: "1" });
    assert.equal(labelsWith({ account: "2" }, remembered(accepted)), undefined);
    assert.equal(labelsWith({ account: "2" }, remembered(accepted), gone), undefined);
  });

  it("are the pinned ones where a release before did not keep them, unless the sender tells others", () => {
    const { labels: _, ...before } = remembered(accepted);
    assert.deepEqual(labelsWith({ account: "1" }, before, gone), { account: "1" });
    assert.equal(labelsWith({ account: "2" }, before), undefined);
  });

  it("are not what somebody wrote into the state who is no label", () => {
    assert.equal(labelsWith({ account: "2" }, { ...accepted, labels: { __name__: "up" } }), undefined);
  });
});
