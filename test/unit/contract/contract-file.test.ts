import assert from "node:assert/strict";
import {
  contractFileText,
  hasCode,
  isPeerOfFile,
  peerOfFile,
  readContractFile,
  sourceOf,
  stackName,
  standingOf,
} from "@metrics-link/contract";

const nested = (levels: number) => `{"contract":${"[".repeat(levels)}${"]".repeat(levels)}}`;

describe("a peer's contract as a file", () => {
  it("is written from the outputs of a stack, without anything else of them, and read back", () => {
    const contract = { version: 1, rootBundle: "PEM" };
    const text = contractFileText({ contract, contractVersions: { writes: 1 }, key: "closed" });
    assert.doesNotMatch(text, /closed/);
    assert.deepEqual(readContractFile("peers/a.json", text), { contract, versions: { writes: 1 } });
  });

  it("gives the peer a name of our own, which has the form of a stack's", () => {
    for (const path of ["peers/account-b.json", "account-b.json", "peers/account b.json", "peers/ü.json"]) {
      const name = peerOfFile(path);
      assert.ok(stackName.safeParse(name).success, name);
      assert.ok(isPeerOfFile(name), name);
    }
    assert.equal(sourceOf(peerOfFile("peers/account-b.json")), "contract file account-b.json");
    assert.equal(sourceOf("organization/metrics-link/b"), "stack organization/metrics-link/b");
  });

  const hostile: Readonly<Record<string, readonly [string, RegExp]>> = {
    "no JSON": ["{", /is not a contract file/],
    nothing: ["", /is not a contract file/],
    "a list": ["[]", /it has no keys/],
    "a text": ['"contract"', /it has no keys/],
    null: ["null", /it has no keys/],
    "deeper than anything in a contract": [nested(40), /nests deeper than 32 levels/],
    "deeper than a parser likes": [nested(100_000), /nests deeper than 32 levels/],
    "one with a key twice": ['{"contract":1,"contract":2}', /the key contract stands twice/],
    "one with a key twice far below": [
      String.raw`{"contract":{"a":[{"b":1},{"c":"}","d":{"e\"":1,"\u0065\"":2}}]}}`,
      /the key e" stands twice/,
    ],
    "longer than any contract": [JSON.stringify({ contract: "x".repeat(300_000) }), /bytes; the limit is 262144/],
  };
  for (const [what, [text, message]] of Object.entries(hostile)) {
    it(`is refused by its name if it is ${what}`, () => {
      assert.throws(
        () => readContractFile("peers/account-b.json", text),
        (error: Error) => {
          assert.ok(hasCode(error, "PEER_CONTRACT_MALFORMED"));
          assert.match(error.message, message);
          assert.match(error.message, /^peers\/account-b\.json/);
          return true;
        },
      );
    });
  }

  it("is read if objects beside each other have the same keys, or a text looks like a key", () => {
    const text = '{"contract":{"a":{"x":1},"b":{"x":"{\\"x\\":1,\\"x\\":2}"}},"other":["x","x"]}';
    assert.doesNotThrow(() => readContractFile("peers/a.json", text));
  });

  it("that names a prototype is refused, however it is written: schemas pass over that key", () => {
    for (const text of ['{"__proto__":{"contract":1}}', '{"contract":{"labels":{"\\u005f_proto__":"q"}}}'])
      assert.throws(() => readContractFile("peers/a.json", text), /the key __proto__ is never read/);
    assert.equal(readContractFile("peers/a.json", '{"hasOwnProperty":1}').contract, undefined);
  });

  it("that is missing holds the peer, and says so", () => {
    const peer = { stack: peerOfFile("peers/account-b.json") };
    const standing = standingOf("receiver", {
      peer,
      reading: { contract: undefined },
      before: [],
      network: { documentationAddresses: false },
    });
    assert.ok(standing.state === "held" && standing.reason === "absent", JSON.stringify(standing));
    assert.equal(standing.words, "The contract file account-b.json is missing, or has no contract yet");
  });
});
