import assert from "node:assert/strict";
import { type FleetFile, parseConfiguration, type ReceiverConfiguration, senderFileText } from "@metrics-link/config";
import { InvalidInputError, type Problem, readContractFile } from "@metrics-link/contract";
import fc from "fast-check";
import { agreed, file, folder, root } from "../fleet/files.ts";
import { example } from "./example.ts";

const stackSender = (number: number, change: object = {}) => ({
  name: `s${number}`,
  stack: `organization/metrics-link/s${number}`,
  rootFingerprints: [root(number)],
  addresses: agreed(number).addresses,
  labels: agreed(number).labels,
  ...change,
});

/** The receiver's configuration with senders of its own and of files. */
function read(files: readonly FleetFile[], senders?: readonly object[]): ReceiverConfiguration {
  const raw = { ...example("receiver"), senders, fleet: folder };
  const found = parseConfiguration(raw, undefined, undefined, files);
  assert.equal(found.role, "receiver");
  return found as ReceiverConfiguration;
}

function problems(files: readonly FleetFile[], senders?: readonly object[]): readonly Problem[] {
  try {
    read(files, senders);
  } catch (error) {
    if (error instanceof InvalidInputError) return error.problems;
    throw error;
  }
  return [];
}

describe("a sender's file", () => {
  it("counts as an entry of senders[], whose contract is the file itself", () => {
    const { senders } = read([file("b", agreed(2)), file("c", agreed(3))], [stackSender(1)]);
    assert.deepEqual(
      senders.map(({ name, stack, contract }) => ({ name, stack, contract })),
      [
        { name: "s1", stack: "organization/metrics-link/s1", contract: undefined },
        { name: "b", stack: "file/contract/b", contract: "fleet/senders/b.json" },
        { name: "c", stack: "file/contract/c", contract: "fleet/senders/c.json" },
      ],
    );
    assert.deepEqual(senders[1]?.labels, agreed(2).labels);
    assert.equal(senders[2]?.owner, "team 3");
  });

  it("is enough: senders[] may be missing, and nobody at all is refused", () => {
    assert.equal(read([file("a")]).senders.length, 1);
    const [none, ...more] = problems([]);
    assert.deepEqual([none?.key, none?.value, more], ["metrics-link:senders", [], []]);
    assert.match(none?.remedy ?? "", /at least one sender; to let go of the last one, suspend it/);
  });

  it("is written in one order, with a contract that is read as that of a contract file", () => {
    const contract = { version: 1, role: "sender" };
    const text = senderFileText(
      { ...agreed(1), suspended: "leaf stolen" },
      { contract, contractVersions: { writes: 1 } },
    );
    assert.deepEqual(Object.keys(JSON.parse(text)), [
      ...["owner", "since", "suspended", "rootFingerprints", "addresses", "labels"],
      ...["contract", "contractVersions"],
    ]);
    assert.deepEqual(readContractFile("x.json", text), { contract, versions: { writes: 1 } });
    assert.equal(read([file("a", text)]).senders[0]?.suspended, "leaf stolen");
  });

  const hostile: Readonly<Record<string, readonly [unknown, string, RegExp]>> = {
    "no JSON": ["{", "fleet/senders/a.json", /a sender's file: .*JSON/],
    "a list": ["[]", "fleet/senders/a.json", /it has no keys/],
    "a key twice": ['{"owner":"x","since":"2026-01-01","owner":"y"}', "fleet/senders/a.json", /key owner stands twice/],
    "a key twice in another spelling": [
      String.raw`{"owner":"x","since":"2026-01-01","labels":{"account":"1","acc\u006funt":"2"}}`,
      "fleet/senders/a.json",
      /key account stands twice/,
    ],
    "deeper than anything in it": [`{"contract":${"[".repeat(99)}${"]".repeat(99)}}`, "fleet/senders/a.json", /deeper/],
    huge: [JSON.stringify({ owner: "x".repeat(300_000) }), "fleet/senders/a.json", /the limit is 262144/],
    "without an owner": [{ ...agreed(1), owner: undefined }, "fleet/senders/a.json, owner", /who answers/],
    "without a day": [{ ...agreed(1), since: undefined }, "fleet/senders/a.json, since", /the day/],
    "another name in it": [
      { ...agreed(1), name: "b" },
      "fleet/senders/a.json, name",
      /the file's name is the sender's/,
    ],
    "a stack in it": [{ ...agreed(1), stack: "a/b/c" }, "fleet/senders/a.json, stack", /its contract is in the file/],
    "a key that no sender has": [{ ...agreed(1), adresses: [] }, "fleet/senders/a.json, adresses", /no such key/],
    "a prototype": [
      '{"owner":"x","since":"2026-01-01","__proto__":{"addresses":["8.8.8.8"]}}',
      "fleet/senders/a.json",
      /the key __proto__ is never read/,
    ],
    "a prototype among its labels": [
      '{"owner":"x","since":"2026-01-01","labels":{"__proto__":"q","account":"a"}}',
      "fleet/senders/a.json",
      /the key __proto__ is never read/,
    ],
    "a private address": [
      { ...agreed(1), addresses: ["8.8.8.8", "10.0.0.1"] },
      "fleet/senders/a.json, addresses[1]",
      /public unicast/,
    ],
    "a reserved label": [{ ...agreed(1), labels: { job: "x" } }, "fleet/senders/a.json, labels.job", /a label name/],
    "a day that does not exist": [{ ...agreed(1), since: "2026-02-30" }, "fleet/senders/a.json, since", /the day/],
  };
  for (const [what, [content, key, remedy]] of Object.entries(hostile)) {
    it(`is refused by its path and key if it has ${what}`, () => {
      // Beside another, and as the only one: that there is no sender is not said of a file that is there.
      for (const beside of [[file("b", agreed(2))], []]) {
        const found = problems([file("a", content), ...beside]);
        assert.deepEqual(
          found.map((one) => one.key),
          [key],
        );
        assert.match(found[0]?.remedy ?? "", remedy);
      }
    });
  }

  it("of a sender that senders[] has too is refused, and so is one of its values alone", () => {
    const clash = (senders: object[]) => problems([file("b", agreed(2))], senders).map(({ key }) => key);
    assert.deepEqual(clash([stackSender(1, { name: "b" })]), ["fleet/senders/b.json"]);
    assert.deepEqual(clash([stackSender(1, { addresses: agreed(2).addresses })]), [
      "fleet/senders/b.json, addresses[0]",
    ]);
    assert.deepEqual(clash([stackSender(1, { labels: agreed(2).labels })]), ["fleet/senders/b.json, labels.account"]);
    assert.deepEqual(clash([stackSender(1, { rootFingerprints: [root(2)] })]), [
      "fleet/senders/b.json, rootFingerprints[0]",
    ]);
    assert.deepEqual(clash([{ ...stackSender(1), stack: undefined, contract: "pki/peers/b.json" }]), [
      "fleet/senders/b.json",
    ]);
  });

  it("is unique in name, root, address and label over all files and senders[], whichever values they have", () => {
    const small = fc.integer({ min: 1, max: 8 });
    const sender = fc.record({ name: small, root: small, address: small, label: small, inFile: fc.boolean() });
    fc.assert(
      fc.property(
        fc.uniqueArray(sender, { minLength: 1, maxLength: 5, selector: ({ name, inFile }) => `${name} ${inFile}` }),
        (all) => {
          const parts = ({ root: r, address, label }: (typeof all)[number]) => ({
            rootFingerprints: [root(r)],
            addresses: agreed(address).addresses,
            labels: agreed(label).labels,
          });
          const files = all
            .filter(({ inFile }) => inFile)
            .map((one) => file(`s${one.name}`, { owner: "x", since: "2026-01-01", ...parts(one) }));
          const own = all.filter(({ inFile }) => !inFile).map((one) => ({ ...stackSender(one.name), ...parts(one) }));
          const isUnique = (["name", "root", "address", "label"] as const).every(
            (key) => new Set(all.map((one) => one[key])).size === all.length,
          );
          const found = problems(files, own);
          assert.equal(found.length === 0, isUnique, JSON.stringify(found));
          // Files stand behind the stack's own, so the first of a clash with one of these is the file's.
          const both = own.some(({ name }) => files.some(({ path }) => path === `${folder}/${name}.json`));
          if (both) assert.ok(found.some(({ key }) => key.startsWith(`${folder}/`)));
        },
      ),
      { numRuns: 300 },
    );
  });

  it("is told of with a thousand others that are wrong, in one message that a person can read", () => {
    const files = Array.from({ length: 1000 }, (_, index) => file(`s${index}`, "{"));
    const found = problems(files);
    assert.equal(found.filter(({ key }) => key.startsWith(folder)).length, 1000);
    assert.throws(() => read(files), /and 98\d more/);
  });
});
