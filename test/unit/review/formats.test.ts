import assert from "node:assert/strict";
import { printableLines } from "@metrics-link/contract";
import { formats } from "../../../scripts/review/index.ts";
import { host, quiet, summary, verdictOn, violation } from "./support.ts";

const invisible = /[\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]/u;
const failed = verdictOn([...quiet, violation("small-hosts", "too large", host), summary("failed")]);
const verdictWith = (stack: string) => ({ ...failed, stack });
const rendered = (format: string, text: string) => printableLines(formats.get(format)?.(verdictWith(text)) ?? "");

describe("the output of a review", () => {
  for (const format of formats.keys()) {
    it(`shows invisible characters of a branch in ${format}`, () => {
      for (const character of ["\u{200b}", "\u{fe0f}", "\u{202e}", "\u{e0041}", "\u{d800}"])
        assert.doesNotMatch(rendered(format, `a${character}b`), invisible);
    });
  }

  it("is JSON that every parser reads as the verdict was", () => {
    for (const text of ["heart ❤\u{fe0f}", "a\u{200b}b\u{202e}\u{e0041}\u{d800}", '\u{1b}[31m"\n\\u{41}']) {
      const verdict = JSON.parse(rendered("json", text));
      assert.deepEqual(verdict, JSON.parse(JSON.stringify(verdictWith(text))));
    }
  });
});
