import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../../../packages/host/agent/main.ts", import.meta.url));

describe("a wrong call of the agent", () => {
  for (const [words, message] of [
    [[], "the command is missing"],
    [["converge", "--release", "zz"], "--release is zz: the id of a release is expected"],
    [["run", "--nope"], "Unknown option '--nope'"],
  ] as const) {
    it(`is refused with the usage and without a stack trace: ${words.join(" ") || "no word"}`, () => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...words], { encoding: "utf8" });
      assert.deepEqual([status, stdout], [64, ""]);
      assert.ok(stderr.startsWith(`error: ${message}`), stderr);
      assert.match(stderr, /\nusage: agent converge /);
      assert.doesNotMatch(stderr, /^ +at /m);
    });
  }
});
