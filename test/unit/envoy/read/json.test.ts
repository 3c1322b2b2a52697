import assert from "node:assert/strict";
import { hasCode } from "@metrics-link/contract";
import { parseJson, toJson, UnreadableJson } from "@metrics-link/envoy/read/index.ts";
import fc from "fast-check";

describe("JSON that has one reading", () => {
  for (const [what, text, said] of [
    ["a key twice", '{\n  "a": 1,\n  "a": 2\n}\n', /line 2 can be read in two ways: "a": 1,/],
    ["a key twice, once escaped", '{\n  "a": 1,\n  "\\u0061": 2\n}\n', /can be read in two ways/],
    ["a number in octal", '{\n  "a": 032\n}\n', /not JSON/],
    [
      "an integer with a fraction",
      '{\n  "a": 1.0\n}\n',
      /line 2 can be read in two ways: "a": 1\.0 \(expected: "a": 1\)/,
    ],
    ["an integer with an exponent", '{\n  "a": 1e3\n}\n', /line 2 .* \(expected: "a": 1000\)/],
    ["a number beyond 2^53", '{\n  "a": 9007199254740993\n}\n', /\(expected: "a": 9007199254740992\)/],
    ["a number that is infinite", '{\n  "a": 1e400\n}\n', /\(expected: "a": null\)/],
    ["minus zero", '{\n  "a": -0\n}\n', /\(expected: "a": 0\)/],
    ["a comment", '{\n  // a\n  "a": 1\n}\n', /not JSON/],
    ["a comma at the end", '{\n  "a": 1,\n}\n', /not JSON/],
    ["NaN", '{\n  "a": NaN\n}\n', /not JSON/],
    ["YAML", "a: 1\n", /not JSON/],
    ["a byte order mark", "\uFEFF{}\n", /not JSON|two ways/],
    ["something behind it", "{}\n\n", /line 2 can be read in two ways|line 3 can be read/],
    ["half a surrogate pair", '{\n  "a": "\\ud800"\n}\n', /not a key or text that every parser reads alike/],
    ["a prototype", '{\n  "__proto__": {}\n}\n', /"__proto__" is not a key/],
  ] as const) {
    it(`is not ${what}`, () => {
      assert.throws(
        () => parseJson(text),
        (error: unknown) =>
          error instanceof UnreadableJson && hasCode(error, "JSON_INVALID") && said.test(error.message),
      );
    });
  }

  it("is whatever we write ourselves", () => {
    const value = fc
      .jsonValue({ noUnicodeString: false })
      .filter((one) => !/__proto__|\\ud[89a-f]/.test(JSON.stringify(one)));
    fc.assert(fc.property(value, (one) => assert.deepEqual(parseJson(toJson(one)), JSON.parse(JSON.stringify(one)))));
  });
});
