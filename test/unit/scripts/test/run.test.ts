import assert from "node:assert/strict";
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { repository } from "../../../../scripts/stack/context.ts";
import { longFolder, suitesOf } from "../../../../scripts/test/files.ts";
import { run } from "../../../../scripts/test/run.ts";
import { summaryOf } from "../../../../scripts/test/summary.ts";

describe("the run of tests", () => {
  let folder: string;
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const ran = async (environment: NodeJS.ProcessEnv = {}, ...files: string[]) => {
    const lines: string[] = [];
    const counts = await run({ name: "unit", files }, (line) => lines.push(line), environment, folder);
    return { ...counts, lines: lines.join("\n") };
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "metrics-link-run-"));
    write(
      "one.test.ts",
      'describe("one", () => { it("passes", () => {}); it("fails", () => { throw 1 as number; }); });\n',
    );
    write("two.test.ts", 'it("passes", () => {});\nit.skip("waits", () => {});\n');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("counts what passed, failed and was skipped", async () => {
    const { passes, failures, pending } = await ran({}, "one.test.ts", join(folder, "two.test.ts"));
    assert.deepEqual({ passes, failures, pending }, { passes: 2, failures: 1, pending: 1 });
  });

  it("tells at the end what failed, hooks and files without a test too", async () => {
    write(
      "hook.test.ts",
      'describe("a hook", () => { before(() => { throw new Error("no disk\\n".repeat(20)); }); it("waits", () => {}); });\n',
    );
    write("empty.test.ts", 'describe("nothing yet", () => {});\n');
    const lines = summaryOf([await ran({}, "one.test.ts", "hook.test.ts", "empty.test.ts")]);
    const told = lines.slice(lines.indexOf("what failed") + 1);
    assert.deepEqual(told.slice(0, 6), [
      "- one.test.ts",
      "  one fails",
      "    the number 1 was thrown, throw an Error :)",
      "- hook.test.ts",
      '  a hook "before all" hook for "waits"',
      "    no disk",
    ]);
    assert.deepEqual(told.slice(-6), [
      "    (9 more lines above)",
      "- empty.test.ts",
      "  the file",
      "    ran no test",
      "",
      "1 passed, 3 failed, 0 skipped",
    ]);
  });

  const hidden: readonly (readonly [string, () => NodeJS.ProcessEnv | undefined])[] = [
    [".mocharc.yaml", () => write(".mocharc.yaml", "grep: nothing\n") as undefined],
    [".mocharc.cjs", () => write(".mocharc.cjs", 'module.exports = { ignore: ["one.test.ts"] };\n') as undefined],
    ["package.json", () => write("package.json", '{ "mocha": { "dry-run": true } }\n') as undefined],
    ["MOCHA_OPTIONS", () => ({ MOCHA_OPTIONS: "--grep nothing" })],
  ];
  for (const [where, hide] of hidden) {
    it(`runs every test, whatever ${where} says`, async () => {
      const { passes, failures } = await ran(hide(), "one.test.ts");
      assert.deepEqual({ passes, failures }, { passes: 1, failures: 1 });
    });
  }

  it("fails for a file without a test", async () => {
    write("empty.test.ts", 'describe("nothing yet", () => {});\n');
    const beside = await ran({}, "two.test.ts", "empty.test.ts");
    assert.deepEqual([beside.passes, beside.failures], [1, 1]);
    assert.match(beside.lines, /^empty\.test\.ts ran no test$/m);
    assert.equal((await ran({}, "empty.test.ts")).failures, 1);
  });

  it("fails for a test that excludes the others", async () => {
    write("only.test.ts", 'it.only("passes", () => {});\nit("is left out", () => {});\n');
    assert.equal((await ran({}, "only.test.ts")).failures, 1);
  });

  it("has the settings of a bare mocha", () => {
    const bare = readFileSync(join(repository, ".mocharc.yaml"), "utf8");
    assert.equal(bare, "timeout: 60000\n");
  });
});

describe("the suites of tests", () => {
  it("have every file of tests", () => {
    const files = [...suitesOf([]), ...suitesOf([longFolder])].flatMap((suite) => suite.files);
    assert.deepEqual(files.toSorted(), globSync("test/**/*.test.ts").toSorted());
    assert.equal(new Set(files).size, files.length);
    assert.ok(files.includes("test/unit/scripts/test/run.test.ts"));
  });

  it("refuse a file that none of them has", () => {
    for (const path of ["packages/contract/index.ts", "test/support/tool.ts", "test/unit/scripts/support.ts"])
      assert.throws(
        () => suitesOf(["test/unit/scripts", path]),
        new RegExp(`no suite has ${path}: nothing would run it`),
      );
  });
});
