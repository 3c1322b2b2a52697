import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fingerprintOf } from "@metrics-link/contract";
import { z } from "zod";
import { readByVersion1 } from "../../unit/contract/versions/v1-reader.ts";
import { build, fileOf, type Role, releaseOf } from "./stacks.ts";

const contract = z.looseObject({ rootBundle: z.string() });
const outputs = z.looseObject({
  contract,
  contractVersions: z.object({ writes: z.int(), readableFrom: z.int(), reads: z.array(z.int()) }),
  accepted: z.array(z.unknown()),
  setAside: z.array(z.looseObject({ reason: z.string(), inForce: z.boolean(), words: z.string() })),
});

function fixture(name: string) {
  const file = new URL(`../../unit/contract/versions/${name}.json`, import.meta.url);
  return z.object({ sender: contract, receiver: contract }).parse(JSON.parse(readFileSync(file, "utf8")));
}
const fixtures = { v1: fixture("v1"), v2: fixture("v2"), next: fixture("next") };

/** What the peer of a role is, and how that role's configuration has it. */
const peerOf = {
  sender: { role: "receiver", addresses: ["198.51.100.10", "198.51.100.11"], root: "tls/roots/receiver.pem" },
  receiver: { role: "sender", addresses: ["203.0.113.10"], root: "tls/roots/account-a.pem" },
} as const satisfies Record<Role, object>;
const stacks = { sender: "organization/metrics-link/sender", receiver: "organization/metrics-link/receiver" };

/** One update of this release, with a peer that writes this contract. */
async function update(role: Role, peer: z.output<typeof contract>, before: Record<string, unknown> = {}) {
  const { role: other, addresses } = peerOf[role];
  const rootFingerprints = [fingerprintOf(fixtures.v1[other].rootBundle)];
  const pins = { stack: stacks[other], rootFingerprints, addresses };
  const change =
    role === "sender" ? { "metrics-link:peer": pins } : { "metrics-link:senders": [{ name: "account-a", ...pins }] };
  let found: unknown;
  const registrations = await build(role, {
    root: fixtures.v1[role].rootBundle,
    peers: { [stacks[other]]: peer },
    change,
    before,
    answers: {
      "aws:ec2/eip:Eip": ({ name }) => ({ allocationId: name, publicIp: `203.0.113.${Buffer.from(name).at(-1)}` }),
    },
    onOutputs: (returned) => (found = returned),
  });
  const { files } = releaseOf(registrations, role);
  return { registrations, outputs: outputs.parse(found), files: files.map(({ path, sha256 }) => `${path} ${sha256}`) };
}

for (const role of ["sender", "receiver"] as const) {
  const { role: other, root } = peerOf[role];

  describe(`an updated ${role}`, () => {
    it(`has a link to a ${other} of the last release, which can read its contract`, async () => {
      const { registrations, outputs: written } = await update(role, fixtures.v1[other]);
      assert.deepEqual(written.setAside, []);
      assert.equal(fileOf(registrations, role, root), fixtures.v1[other].rootBundle);
      const old = readByVersion1(role, written.contract);
      assert.deepEqual(old.rootFingerprints, [fingerprintOf(fixtures.v1[role].rootBundle)]);
      assert.deepEqual(
        old.trusts.map(({ stack }) => stack),
        [stacks[other]],
      );
    });

    it(`ignores the new fields of a ${other} of the next release and renders the same files`, async () => {
      const { files } = await update(role, fixtures.v1[other]);
      for (const { [other]: peer } of [fixtures.v2, fixtures.next]) {
        const later = await update(role, peer);
        assert.deepEqual(later.outputs.setAside, []);
        assert.deepEqual(later.files, files);
      }
    });

    it(`keeps the link to a ${other} whose contract it cannot read, and says which side to update first`, async () => {
      const first = await update(role, fixtures.v1[other]);
      const peer = { ...fixtures.next[other], readableFrom: 3 };
      const held = await update(role, peer, { accepted: first.outputs.accepted });
      const [{ reason, inForce, words } = assert.fail()] = held.outputs.setAside;
      assert.deepEqual({ reason, inForce }, { reason: "version", inForce: true });
      assert.match(words, /version is 3: this release reads versions 1 and 2: update this side first/);
      assert.deepEqual(held.outputs.accepted, first.outputs.accepted);
    });

    it("states the versions that it writes and reads, in an output that older readers ignore", async () => {
      const { outputs: written } = await update(role, fixtures.v1[other]);
      assert.deepEqual(written.contractVersions, { writes: 1, readableFrom: 1, reads: [1, 2] });
    });
  });
}
