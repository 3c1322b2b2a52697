import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Outcome } from "../../../scripts/drill/drill.ts";
import { begin } from "../support/commands.ts";
import { sandbox } from "../support/sandbox.ts";
import { needs, world } from "../support/world.ts";

/** Quick ones: a release that is no good, and a disk. Both of one side, so that one stack is updated. */
const names = ["bad-release", "sender-disk-nearly-full"];

describe("drills", function () {
  needs(world.link);
  this.timeout(1_200_000);

  it("see each fault's alert fire and clear, lose no sample, and leave the stacks unchanged", async () => {
    const folder = mkdtempSync(join(tmpdir(), "drills-"));
    const page = join(folder, "drills.html");
    const before = readFileSync(sandbox.files.path("sender"), "utf8");
    const { child, ended } = begin("drill", [...names, "--json", "--html", page]);
    let json = "";
    child.stdout?.on("data", (text: string) => {
      json += text;
    });
    try {
      const { code, printed } = await ended;
      assert.equal(code, 0, printed);
      const outcomes = JSON.parse(json) as Outcome[];
      assert.deepEqual(outcomes.map(({ name }) => name).toSorted(), names.toSorted());
      for (const { name, passed, secondsToFire, secondsToRecover, samples } of outcomes) {
        assert.ok(passed && secondsToFire !== undefined && secondsToRecover !== undefined, name);
        assert.ok((samples?.compared ?? 0) > 5000, `${name} compared ${samples?.compared} samples`);
        assert.equal(samples?.missing, 0, name);
      }
      assert.equal(readFileSync(page, "utf8").match(/<svg/g)?.length, names.length);
      assert.equal(readFileSync(sandbox.files.path("sender"), "utf8"), before);
      assert.equal(existsSync(join(sandbox.layout.directory, "drill.json")), false);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
