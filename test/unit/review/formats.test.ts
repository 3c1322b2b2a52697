import assert from "node:assert/strict";
import fc from "fast-check";
import { formats } from "../../../scripts/review/index.ts";
import { host, quiet, summary, verdictOn, violation } from "./support.ts";

const invisible = /[\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]/u;
const failed = verdictOn([...quiet, violation("small-hosts", "too large", host), summary("failed")]);
const verdictWith = (stack: string) => ({ ...failed, stack });
const rendered = (format: string, text: string) => formats.get(format)?.(verdictWith(text)) ?? "";

describe("the output of a review", () => {
  for (const format of formats.keys()) {
    it(`shows invisible characters of a branch in ${format}`, () => {
      for (const character of ["\u{200b}", "\u{fe0f}", "\u{202e}", "\u{e0041}", "\u{d800}"])
        assert.doesNotMatch(rendered(format, `a${character}b`), invisible);
    });
  }

  it("is JSON that every parser reads as the verdict was", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const verdict = JSON.parse(rendered("json", text));
        assert.deepEqual(verdict, JSON.parse(JSON.stringify(verdictWith(text))));
      }),
      { numRuns: 30, examples: [["heart ❤\u{fe0f} and \u{200b}"]] },
    );
  });
});
