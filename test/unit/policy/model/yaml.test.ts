import assert from "node:assert/strict";
import { parsePlainYaml } from "@metrics-link/policy/model/yaml.ts";
import { toYaml } from "@metrics-link/prometheus";
import fc from "fast-check";

describe("parsePlainYaml", () => {
  for (const [what, text, said] of [
    ["a number in octal", "length: 032\n", /length is not the same to a parser of YAML 1\.1$/],
    ["a truth by another word", "a:\n  - on: yes\n", /is not the same/],
    ["a number in sixties", "time: 1:30\n", /time is not the same/],
    ["a number with underscores", "most: 1_000\n", /most is not the same/],
    ["a day", "until: 2027-01-31\n", /until is not the same/],
    ["a merge", "a: { <<: { b: 1 } }\n", /a.* is not the same/],
    ["an anchor", "a: &x 1\n", /the anchor &x/],
    ["a tag", "a: !!str 1\n", /the tag/],
    ["a key twice", "a: 1\na: 2\n", /Map keys must be unique/],
    ["two documents", "a: 1\n---\na: 2\n", /not YAML/],
  ] as const) {
    it(`refuses ${what}`, () => assert.throws(() => parsePlainYaml(text), { code: "YAML_INVALID", message: said }));
  }

  it("accepts all YAML that we write", () => {
    const text = fc.oneof(fc.string(), fc.constantFrom("yes", "032", "1:30", "2027-01-31", "<<", "~", "0x1f", "1_000"));
    const value = fc.dictionary(
      text.filter((key) => key !== "__proto__"),
      fc.oneof(text, fc.integer(), fc.boolean(), fc.array(text)),
    );
    fc.assert(fc.property(value, (one) => assert.deepEqual({ ...one }, parsePlainYaml(toYaml(one)))));
  });
});
