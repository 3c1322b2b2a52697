import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Copy } from "./copy.ts";
import { recipes } from "./recipes.ts";

const contributing = readFileSync(join(import.meta.dirname, "../../../CONTRIBUTING.md"), "utf8");

describe("the recipes in CONTRIBUTING.md", function () {
  this.timeout(240_000);
  let copy: Copy;
  before(() => {
    copy = new Copy();
  });
  after(() => copy.remove());

  for (const { title, edits, goldens = [], tests } of recipes) {
    it(`need no file that they do not name: ${title}`, () => {
      for (const edit of edits) copy.edit(edit);
      copy.run("node", ["scripts/link.ts", "generate"]);
      for (const file of goldens) copy.run("mocha", [file], { UPDATE_GOLDENS: "1" });
      copy.run("mocha", [...tests]);
    });

    it(`name every file to change: ${title}`, () => {
      const [, section = ""] = contributing.split(`### ${title}\n`);
      const [recipe = ""] = section.split(/^###? /m);
      const named = [...recipe.matchAll(/`([\w./-]+)`/g)].map(([, path = ""]) => path.replace(/NAME\.[a-z.]+$/, ""));
      const missing = edits.filter(
        ({ file }) => !named.some((path) => file === path || (path.endsWith("/") && file.startsWith(path))),
      );
      assert.deepEqual(missing, []);
    });
  }

  it("compile", () => copy.run("tsc", ["--noEmit"]));
});
