import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { emptyWork, linkWhole, publishFolder, writeWhole } from "../../../scripts/toolchain/files.mjs";

describe("a result of set-up", () => {
  const cache = mkdtempSync(path.join(tmpdir(), "metrics-link-"));
  const work = path.join(cache, "work");
  const target = path.join(cache, "tools/some-tool");
  const write = (text: string) => (folder: string) => writeFile(path.join(folder, "tool"), text);
  after(() => rmSync(cache, { recursive: true }));

  it("does not exist after an interrupted run, and the next run creates it", async () => {
    const interrupted = publishFolder(target, work, ["tool"], async (folder) => {
      await write("half")(folder);
      throw new Error("stopped");
    });
    await assert.rejects(interrupted, /stopped/);
    assert.ok(!existsSync(target));
    assert.equal(readdirSync(work).length, 1);
    await emptyWork(work);
    assert.deepEqual(readdirSync(work), []);
    assert.equal(await publishFolder(target, work, ["tool"], write("whole")), true);
    assert.equal(readFileSync(path.join(target, "tool"), "utf8"), "whole");
  });

  it("is created once, and every user may read it", async () => {
    assert.equal(await publishFolder(target, work, ["tool"], write("again")), false);
    assert.equal(readFileSync(path.join(target, "tool"), "utf8"), "whole");
    assert.equal(statSync(target).mode & 0o777, 0o755);
  });

  it("is created again if somebody removed a part of it", async () => {
    rmSync(path.join(target, "tool"));
    assert.equal(await publishFolder(target, work, ["tool"], write("new")), true);
    assert.equal(readFileSync(path.join(target, "tool"), "utf8"), "new");
  });

  it("replaces files and links whole", async () => {
    const file = path.join(cache, "bin/file");
    await writeWhole(file, "one", 0o755);
    await writeWhole(file, "two", 0o755);
    assert.equal(readFileSync(file, "utf8"), "two");
    await linkWhole(file, path.join(target, "tool"));
    assert.equal(readFileSync(file, "utf8"), "new");
    assert.deepEqual(readdirSync(path.dirname(file)), ["file"]);
  });
});
