import assert from "node:assert/strict";
import { sourceFiles } from "../../../../scripts/lint/source.ts";
import { suppressionProblems } from "../../../../scripts/lint/suppressions.ts";
import { repository } from "../../../../scripts/stack/context.ts";

const inFile = (text: string, path = "packages/contract/a.ts") => suppressionProblems([{ path, text }], {});

describe("lint of suppressions", () => {
  it("finds nothing in this repository", () => assert.deepEqual(suppressionProblems(sourceFiles(repository)), []));

  for (const text of [
    "// @ts-nocheck",
    "// @ts-ignore",
    "// @ts-expect-error: any",
    "// biome-ignore-all lint: x",
    "// biome-ignore lint/plugin: x",
    "/** @public */",
    "# shellcheck disable=SC2086",
    'createRequire(import.meta.url)("../policy/index.ts")',
    "await import(name)",
    "await import(`../policy/index.ts`)",
    'await import("../policy/" + name)',
  ]) {
    it(`finds ${text}`, () => assert.match(inFile(text).join(), /^packages\/contract\/a\.ts has 1 of /));
  }

  it("finds no import of a fixed path, and no method of that name", () => {
    for (const text of ['await import("./a.ts")', "pulumi.import(a)", "this.#import(a)", "async import(a: string) {}"])
      assert.deepEqual(inFile(text), []);
  });

  it("allows as many as the list has, and finds an entry that is not needed any more", () => {
    const list = { "a.ts": { "biome-ignore": 1 } };
    const problems = (text: string) => suppressionProblems([{ path: "a.ts", text }], list);
    assert.deepEqual(problems("// biome-ignore lint/a: x"), []);
    assert.match(problems("// biome-ignore lint/a: x\n// biome-ignore lint/b: x").join(), /has 2 of biome-ignore/);
    assert.match(problems("").join(), /has 0 of biome-ignore; \S+ allows 1/);
    assert.equal(suppressionProblems([], list).length, 1);
  });
});
