import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { layoutIn, layoutOf } from "@metrics-link/sandbox/model/layout.ts";
import { claim, removeLeftovers } from "../../../e2e/support/leftovers.ts";

describe("sandboxes that runs of the tests left behind", () => {
  const cache = mkdtempSync(join(tmpdir(), "leftovers-"));
  const folder = join(cache, "sandboxes");
  after(() => rmSync(cache, { recursive: true }));

  const made = (name: string) => {
    const layout = layoutOf("/a/checkout", name, cache);
    mkdirSync(layout.hosts, { recursive: true });
    return layout;
  };

  it("are removed once their run is gone, and no other", async () => {
    const left = made("left");
    claim(left);
    const mine = readFileSync(join(left.directory, "owner"), "utf8");
    const gone = spawnSync("true").pid;
    writeFileSync(join(left.directory, "owner"), `${gone} 1`);
    // A later process has the number of the one that is gone.
    const reused = made("reused");
    writeFileSync(join(reused.directory, "owner"), mine.replace(/ .*/, " 1"));
    claim(made("running"));
    made("of-a-person");
    const kept = made("kept");
    writeFileSync(join(kept.directory, "owner"), `${gone} 1`);
    writeFileSync(join(kept.directory, "kept"), "");

    const said: string[] = [];
    await removeLeftovers(folder, (line) => said.push(line));
    const names = readdirSync(folder).map((name) => name.replace(/-[0-9a-f]{4}$/, ""));
    assert.deepEqual(names, ["kept", "of-a-person", "running"]);
    assert.equal(said.length, 2);
    await removeLeftovers(join(cache, "nowhere"), assert.fail);
  });

  it("have the layout that they were made with", () => {
    const layout = made("again");
    assert.deepEqual(layoutIn(layout.directory), layout);
  });
});
