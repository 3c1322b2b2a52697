import assert from "node:assert/strict";
import { lengthProblems } from "../../../../scripts/lint/length.ts";

const file = (path: string, lines: number) => ({ path, text: "x\n".repeat(lines) });

describe("lint of file length", () => {
  it("finds source of more than 300 lines", () => {
    const files = [
      file("a.ts", 300),
      file("b.ts", 301),
      file("c.mjs", 301),
      file("d.py", 400),
      file("e.md", 900),
      file("f.cts", 301),
      file("g.sh", 301),
    ];
    assert.deepEqual(
      lengthProblems(files, {}).map((problem) => problem.split(";")[0]),
      ["b.ts has 301 lines", "c.mjs has 301 lines", "d.py has 400 lines", "f.cts has 301 lines", "g.sh has 301 lines"],
    );
  });

  it("ignores an exception, and finds an unused one", () => {
    const reason = "one table";
    assert.deepEqual(lengthProblems([file("b.ts", 301)], { "b.ts": reason }), []);
    assert.match(
      lengthProblems([file("b.ts", 300)], { "b.ts": reason }).join(),
      /^b\.ts has 300 lines at most: remove/,
    );
    assert.match(lengthProblems([], { "gone.ts": reason }).join(), /^gone\.ts has/);
  });
});
