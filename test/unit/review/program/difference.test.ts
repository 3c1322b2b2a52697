import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { type Difference, differencesOf } from "@metrics-link/review/program/difference.ts";
import { hunksOf } from "@metrics-link/review/program/lines.ts";
import { canonical, secretIn } from "@metrics-link/review/program/values.ts";
import fc from "fast-check";

const lines = fc.array(fc.constantFrom<string>("a", "b", "c", ""), { maxLength: 12 });
const value = fc.jsonValue({ maxDepth: 4 });

describe("the difference of two values", () => {
  it("is empty exactly if they are the same byte for byte", () => {
    fc.assert(
      fc.property(value, value, (one, other) => {
        assert.deepEqual(differencesOf(one, structuredClone(one)), []);
        assert.equal(differencesOf(one, other).length === 0, canonical(one) === canonical(other));
      }),
    );
  });

  it("is found inside documents in strings, at any depth", () => {
    fc.assert(
      fc.property(value, value, (one, other) => {
        const packed = (inner: unknown) => JSON.stringify({ policy: JSON.stringify(inner), other: "same" });
        assert.equal(
          differencesOf(packed(one), packed(other)).length === 0,
          JSON.stringify(one) === JSON.stringify(other),
        );
      }),
    );
  });

  const cases: Readonly<Record<string, readonly [unknown, unknown, Difference[]]>> = {
    "a property": [{ a: { b: 1 } }, { a: { b: 2 } }, [{ path: "a.b", before: "1", after: "2" }]],
    "a property that comes": [{}, { a: true }, [{ path: "a", after: "true" }]],
    "a property that goes": [{ a: "x" }, {}, [{ path: "a", before: "x" }]],
    "a property within what comes": [
      {},
      { a: { b: 1, c: 2 } },
      [
        { path: "a.b", after: "1" },
        { path: "a.c", after: "2" },
      ],
    ],
    "an item that was put first": [[1, 2, 3], [0, 1, 2, 3], [{ path: "[0]", after: "0" }]],
    "an item with a name of its own": [
      [
        { path: "x", mode: "1" },
        { path: "y", mode: "1" },
      ],
      [
        { path: "y", mode: "2" },
        { path: "x", mode: "1" },
      ],
      [{ path: "[y].mode", before: "1", after: "2" }],
    ],
    "the order of items with names": [
      [{ name: "x" }, { name: "y" }],
      [{ name: "y" }, { name: "x" }],
      [{ path: "", before: "x, y", after: "y, x" }],
    ],
    "a line of a text": ["a\nb\nc\n", "a\nB\nc\n", [{ path: "", line: 2, before: "b", after: "B" }]],
    "a property of a document in a text": [
      '{"a":{"b":1}}',
      '{"a":{"b":2}}',
      [{ path: "a.b", before: "1", after: "2" }],
    ],
    "white space of a document": ['{"a":1}', '{ "a":1}', [{ path: "", before: '{"a":1}', after: '{ "a":1}' }]],
    "a key that is there twice": [
      '{"a":1}',
      '{"a":2,"a":1}',
      [{ path: "", before: '{"a":1}', after: '{"a":2,"a":1}' }],
    ],
    "a key twice, beside a harmless change": [
      '{"a":1,"b":1}',
      '{"a":2,"a":1,"b":2}',
      [{ path: "", before: '{"a":1,"b":1}', after: '{"a":2,"a":1,"b":2}' }],
    ],
    "another type of the same text": [1, "1", [{ path: "", before: "1", after: "1" }]],
    "what is not known yet": [
      { a: "x" },
      { a: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" },
      [{ path: "a", before: "x", after: "[not known before the update]" }],
    ],
  };
  for (const [what, [before, after, expected]] of Object.entries(cases)) {
    it(`is ${what}`, () => assert.deepEqual(differencesOf(before, after), expected));
  }

  it("is a line of user data, compressed or not", () => {
    const text = `#cloud-config\n${"# a remark\n".repeat(10)}`;
    for (const pack of [(plain: string) => Buffer.from(plain), (plain: string) => gzipSync(plain)]) {
      const [before, after] = [text, `${text}bootcmd: [x]\n`].map((one) => pack(one).toString("base64"));
      assert.deepEqual(differencesOf(before, after), [{ path: "", line: 12, after: "bootcmd: [x]" }]);
    }
  });
});

describe("a secret", () => {
  const [one, other] = ["hunter2", "correct horse"];
  const cases = {
    "that is another": [secretIn(one), secretIn(other), "[secret]", "[another secret]"],
    "that is none any more": [secretIn(one), one, "[secret]", "[in clear]"],
    "that becomes one": [one, secretIn(one), "[in clear]", "[secret]"],
    "that comes": [undefined, secretIn(one), undefined, "[secret]"],
    "that goes": [secretIn(one), undefined, "[secret]", undefined],
  } as const;
  for (const [what, [before, after, was, is]] of Object.entries(cases)) {
    it(`${what} is a difference, and is not shown`, () => {
      const [found, ...more] = differencesOf({ password: before }, { password: after });
      assert.deepEqual([found?.path, found?.before, found?.after, more], ["password", was, is, []]);
    });
  }

  it("in a new or changed list is not shown", () => {
    const found = differencesOf({}, { list: [secretIn(one)] });
    const moved = differencesOf({ list: [1, secretIn(one)] }, { list: [secretIn(other), 1, "x"] });
    assert.ok(found.length > 0 && moved.length > 0);
    assert.doesNotMatch(JSON.stringify([found, moved]), /hunter2|correct horse/);
  });

  it("that is unchanged is no difference", () => assert.deepEqual(differencesOf(secretIn(one), secretIn(one)), []));
});

describe("line differences", () => {
  it("turn one list into the other", () => {
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const made = [...before];
        for (const hunk of hunksOf(before, after).toReversed()) {
          const gone = made.splice(hunk.lineBefore - 1, hunk.before.length, ...hunk.after);
          assert.deepEqual(gone, hunk.before);
          assert.deepEqual(after.slice(hunk.line - 1, hunk.line - 1 + hunk.after.length), hunk.after);
        }
        assert.deepEqual(made, after);
      }),
    );
  });
});
