import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { placeProblems } from "../../../../scripts/lint/places.ts";
import { shellFiles, sourceFiles, trackedPaths } from "../../../../scripts/lint/source.ts";
import { repository } from "../../../../scripts/stack/context.ts";

const present = trackedPaths(repository).map((path) => ({ path }));
const withFile = (path: string) => placeProblems([...present, { path }]);

describe("lint of places", () => {
  it("finds nothing in this repository", () => assert.deepEqual(placeProblems(present), []));

  for (const path of [
    "lib/bridge.ts",
    "bridge.mjs",
    "docs/tool.ts",
    "packages/lib/index.ts",
    "packages/envoy/render/x.mts",
    "packages/envoy/render/x.cts",
    "packages/envoy/render/x.tsx",
    "packages/envoy/x.js",
    "scripts/x.cjs",
    "scripts/run.sh",
    "test/unit/x.test.js",
    "packages/host/agent/x.py",
  ]) {
    it(`finds code at ${path}`, () => assert.match(withFile(path).join(), /^\S+: code of this kind has no place here/));
  }

  for (const path of [
    "packages/envoy/biome.json",
    "scripts/biome.jsonc",
    "packages/envoy/tsconfig.json",
    "packages/envoy/knip.json",
    "test/.mocharc.cjs",
    ".mocharc.json",
    "packages/envoy/.gitignore",
    ".shellcheckrc",
  ]) {
    it(`finds a configuration at ${path}`, () => assert.match(withFile(path).join(), /: it could switch off a check/));
  }

  it("finds an entry of the list that is not needed any more", () => {
    const left = present.filter(({ path }) => path !== "packages/policy/pack.js");
    assert.match(placeProblems(left).join(), /^packages\/policy\/pack\.js is not there: remove it/);
  });
});

describe("the tracked files", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "metrics-link-tracked-"));
    execFileSync("git", ["init", "-q"], { cwd: folder });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("are files: no link to a folder, no link that leads nowhere, none that was removed", () => {
    mkdirSync(join(folder, "there"));
    symlinkSync("there", join(folder, "link"));
    symlinkSync("nowhere", join(folder, "dangling"));
    writeFileSync(join(folder, "run"), "#!/usr/bin/env bash\n");
    writeFileSync(join(folder, "gone.ts"), "");
    execFileSync("git", ["add", "-A"], { cwd: folder });
    rmSync(join(folder, "gone.ts"));
    assert.deepEqual(trackedPaths(folder), ["run"]);
    assert.deepEqual(shellFiles(sourceFiles(folder)), ["run"]);
  });

  it("are looked at with a NUL byte in them", () => {
    writeFileSync(join(folder, "a.ts"), "// \0 x\n");
    writeFileSync(join(folder, "a.png"), "\0");
    execFileSync("git", ["add", "-A"], { cwd: folder });
    assert.deepEqual(sourceFiles(folder), [{ path: "a.ts", text: "// \0 x\n" }]);
  });
});
