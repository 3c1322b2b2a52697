import assert from "node:assert/strict";
import { hasCode } from "@metrics-link/contract";
import { parseJson, toJson, UnreadableJson } from "@metrics-link/envoy/read/index.ts";
import fc from "fast-check";

describe("parseJson", () => {
  for (const [what, text, said] of [
    ["a key twice", '{\n  "a": 1,\n  "a": 2\n}\n', /line 2 is not in canonical form: "a": 1,/],
    ["a key twice, once escaped", '{\n  "a": 1,\n  "\\u0061": 2\n}\n', /is not in canonical form/],
    ["a number in octal", '{\n  "a": 032\n}\n', /not JSON/],
    [
      "an integer with a fraction",
      '{\n  "a": 1.0\n}\n',
      /line 2 is not in canonical form: "a": 1\.0 \(expected: "a": 1\)/,
    ],
    ["an integer with an exponent", '{\n  "a": 1e3\n}\n', /line 2 .* \(expected: "a": 1000\)/],
    ["a number beyond 2^53", '{\n  "a": 9007199254740993\n}\n', /\(expected: "a": 9007199254740992\)/],
    ["a number that is infinite", '{\n  "a": 1e400\n}\n', /\(expected: "a": null\)/],
    ["minus zero", '{\n  "a": -0\n}\n', /\(expected: "a": 0\)/],
    ["a comment", '{\n  // a\n  "a": 1\n}\n', /not JSON/],
    ["a comma at the end", '{\n  "a": 1,\n}\n', /not JSON/],
    ["NaN", '{\n  "a": NaN\n}\n', /not JSON/],
    ["YAML", "a: 1\n", /not JSON/],
    ["a byte order mark", "\uFEFF{}\n", /not JSON|canonical form/],
    ["something behind it", "{}\n\n", /line 2 is not in canonical form|line 3 is not in canonical form/],
    ["half a surrogate pair", '{\n  "a": "\\ud800"\n}\n', /a key or string that parsers read differently/],
    ["a prototype", '{\n  "__proto__": {}\n}\n', /"__proto__" is a key/],
  ] as const) {
    it(`refuses ${what}`, () => {
      assert.throws(
        () => parseJson(text),
        (error: unknown) =>
          error instanceof UnreadableJson && hasCode(error, "JSON_INVALID") && said.test(error.message),
      );
    });
  }

  it("accepts every document that toJson writes", () => {
    const value = fc
      .jsonValue({ noUnicodeString: false })
      .filter((one) => !/__proto__|\\ud[89a-f]/.test(JSON.stringify(one)));
    fc.assert(fc.property(value, (one) => assert.deepEqual(parseJson(toJson(one)), JSON.parse(JSON.stringify(one)))));
  });
});
