import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileOf } from "./stacks.ts";
import {
  addressA,
  declared,
  fence,
  healthy,
  ingress,
  rootA,
  rootB,
  rootFiles,
  stackA,
  stackB,
  update,
} from "./two-senders.ts";

const repository = resolve(import.meta.dirname, "../../..");
// A folder of a receiver's own: the fleet of this repository is somebody else's.
const folder = "stacks/test-fleet/senders";

describe("a receiver whose senders are files", () => {
  const place = (name: string, content: object | string) => {
    const path = join(repository, folder, `${name}.json`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  };
  const agreement = { owner: "a team", since: "2026-11-30" };
  const [entryA, entryB] = declared()["metrics-link:senders"];
  const fileOfA = {
    ...agreement,
    rootFingerprints: [rootA.fingerprint],
    addresses: [addressA],
    contract: healthy[stackA],
  };
  const fileOfB = {
    ...agreement,
    rootFingerprints: [rootB.fingerprint],
    addresses: entryB?.addresses,
    contract: healthy[stackB],
  };
  const fleet = (senders?: readonly object[]) => ({
    change: { "metrics-link:fleet": folder, "metrics-link:senders": senders },
  });
  afterEach(() => rmSync(join(repository, "stacks/test-fleet"), { recursive: true, force: true }));

  it("has the same fences as with the same senders in its configuration, and reads no stack", async () => {
    place("account-a", fileOfA);
    place("account-b", fileOfB);
    const asFiles = await update({ ...fleet(), peers: { [stackA]: new Error("asked"), [stackB]: new Error("asked") } });
    assert.deepEqual(fence(asFiles), fence(await update()));
    assert.deepEqual(asFiles.outputs.setAside, []);
    assert.deepEqual(
      asFiles.outputs.accepted.map(({ stack }: { readonly stack: string }) => stack),
      ["file/contract/account-a", "file/contract/account-b"],
    );
  });

  it("takes stacks beside files", async () => {
    place("account-b", fileOfB);
    const both = await update(fleet([entryA ?? {}]));
    assert.deepEqual(fence(both), fence(await update()));
  });

  it("has the same fences while senders move from its configuration into files", async () => {
    const first = await update();
    place("account-a", fileOfA);
    const moved = await update({ ...fleet([entryB ?? {}]), before: first.outputs });
    // Senders of files stand behind the others, so the order of the chains differs, which Envoy does not mind.
    assert.deepEqual(ingress(moved.registrations).toSorted(), ingress(first.registrations).toSorted());
    assert.deepEqual(rootFiles(moved).toSorted(), rootFiles(first).toSorted());
    const chains = ({ registrations }: typeof first) =>
      JSON.parse(fileOf(registrations, "receiver", "envoy/lds/ingest.json"))
        .resources[0].filter_chains.map((chain: unknown) => JSON.stringify(chain))
        .toSorted();
    assert.deepEqual(chains(moved), chains(first));
    // Another bootstrap would restart Envoy.
    const bootstrap = ({ registrations }: typeof first) => fileOf(registrations, "receiver", "envoy/bootstrap.json");
    assert.equal(bootstrap(moved), bootstrap(first));
    assert.deepEqual(moved.outputs.setAside, []);
  });

  it("lets nobody in by a file that names other roots than its contract, and holds that sender alone", async () => {
    place("account-a", { ...fileOfA, contract: healthy[stackB] });
    place("account-b", fileOfB);
    const { registrations, outputs } = await update(fleet());
    assert.deepEqual(ingress(registrations), ["203.0.113.20/32"]);
    assert.deepEqual(
      outputs.setAside.map(({ name, state }: { readonly name: string; readonly state: string }) => `${name} ${state}`),
      ["account-a held"],
    );
  });

  it("holds a sender whose file has a receiver's contract", async () => {
    place("account-a", { ...fileOfA, contract: { ...healthy[stackA], role: "receiver" } });
    place("account-b", fileOfB);
    const { outputs } = await update(fleet());
    assert.match(outputs.setAside[0].words, /account-a\.json.*sender/s);
  });

  it("suspends the sender whose file says so: its chain, rule and root are gone, the other's are as they were", async () => {
    place("account-a", { ...fileOfA, suspended: "leaf stolen" });
    place("account-b", fileOfB);
    const { registrations } = await update(fleet());
    assert.deepEqual(ingress(registrations), ["203.0.113.20/32"]);
    assert.doesNotMatch(fileOf(registrations, "receiver", "envoy/lds/ingest.json"), /account-a/);
  });

  it("is refused before anything is registered if a file cannot be used, by its path and key", async () => {
    for (const [content, message] of [
      ["{", /stacks\/test-fleet\/senders\/account-b\.json is "\{": a sender's file/],
      [{ ...fileOfB, addresses: [addressA] }, /account-b\.json, addresses\[0\] is .*account-a has it/],
      [{ ...fileOfB, owner: undefined }, /account-b\.json, owner is missing/],
    ] as const) {
      place("account-a", fileOfA);
      place("account-b", content);
      const seen: [] = [];
      await assert.rejects(update({ ...fleet(), seen }), message);
      assert.deepEqual(seen, []);
    }
  });
});
