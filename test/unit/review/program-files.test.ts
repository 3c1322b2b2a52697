import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bytesOf, isSameFile, sourceFile } from "@metrics-link/review";
import { sourceChanges } from "@metrics-link/review/program/comparison.ts";
import fc from "fast-check";
import { Git } from "../../../scripts/review/git.ts";
import { filesIn, filesOfCommit } from "../../../scripts/review/program.ts";
import { Checkout } from "./checkout.ts";

describe("the files of a program", () => {
  let checkout: Checkout;
  beforeEach(() => {
    checkout = new Checkout();
  });
  afterEach(() => checkout.remove());
  const reviewed = () => filesOfCommit(new Git(checkout.directory), "refs/heads/main");
  const listed = () => filesIn(checkout.directory, new Git(checkout.directory).files());

  it("are those on disk: changed, uncommitted, deleted", () => {
    checkout.write("packages/envoy/index.js", "changed\n");
    checkout.write("packages/envoy/new.js", "new\n");
    rmSync(join(checkout.directory, "stacks/index.js"));
    const files = listed();
    assert.equal(files.get("packages/envoy/index.js")?.content, "changed\n");
    assert.equal(files.get("packages/envoy/new.js")?.content, "new\n");
    assert.ok(!files.has("stacks/index.js"));
  });

  it("differ by link target, by executable bit and by any byte", () => {
    const before = listed();
    chmodSync(join(checkout.directory, "stacks/index.js"), 0o755);
    rmSync(join(checkout.directory, "packages/envoy/index.js"));
    symlinkSync("/tmp/evil.js", join(checkout.directory, "packages/envoy/index.js"));
    writeFileSync(join(checkout.directory, "stacks/rules/one.yaml"), Buffer.from([0xff, 0xfe]));
    const after = listed();
    for (const path of ["stacks/index.js", "packages/envoy/index.js", "stacks/rules/one.yaml"]) {
      assert.notDeepEqual(after.get(path), before.get(path), path);
    }
  });

  it("cannot be hidden by the branch's git settings", () => {
    checkout.write(".gitignore", "packages/envoy/evil.js\n");
    checkout.write(".gitattributes", "* -diff export-ignore\n*.js ident\n");
    checkout.write("packages/envoy/evil.js", "evil\n");
    checkout.git("add", "--force", "--all");
    const files = listed();
    for (const path of [".gitignore", ".gitattributes", "packages/envoy/evil.js"]) assert.ok(files.has(path), path);
  });

  it("are the same in a commit and in its checkout", () => {
    checkout.write("bin/run.sh", "#!/bin/sh\n");
    chmodSync(join(checkout.directory, "bin/run.sh"), 0o755);
    writeFileSync(join(checkout.directory, "stacks/rules/two.yaml"), Buffer.from([0xff]));
    writeFileSync(join(checkout.directory, "stacks/rules/empty.yaml"), "");
    symlinkSync("rules", join(checkout.directory, "stacks/link"));
    checkout.commit();
    assert.deepEqual(new Map([...reviewed()].toSorted()), new Map([...listed()].toSorted()));
  });

  it("differ by type, whatever their content: a link, a file, an executable", () => {
    const texts = ["a link to ../x.yaml", "(base64) /w==", "(executable) x", "a folder", "../x.yaml", "/w==", "x", ""];
    fc.assert(
      fc.property(anyFile(texts), anyFile(texts), (one, other) => {
        const same = isSameFile(one, other);
        assert.equal(same, one.mode === other.mode && bytesOf(one).equals(bytesOf(other)));
        const changes = sourceChanges(new Map([["a", one]]), new Map([["a", other]]));
        assert.equal(changes.length === 0, same);
      }),
    );
  });

  it("must have names in UTF-8, so that each can be looked up", () => {
    execFileSync("bash", ["-c", "printf evil > stacks/$'\\xff'.js"], { cwd: checkout.directory });
    assert.throws(() => new Git(checkout.directory).files(), /not UTF-8: ".*stacks\/ÿ\.js"/);
    checkout.commit();
    assert.throws(() => reviewed(), /not UTF-8/);
  });

  it("include the commit of an empty submodule, and no repository that git does not track", () => {
    const [one, other] = ["1".repeat(40), "2".repeat(40)];
    mkdirSync(join(checkout.directory, "lib"));
    const bump = (commit: string) => checkout.git("update-index", "--add", "--cacheinfo", `160000,${commit},lib`);
    bump(one);
    const before = listed().get("lib");
    bump(other);
    assert.deepEqual([before?.content, listed().get("lib")?.content], [one, other]);
    checkout.write("lib/index.js", "evil\n");
    assert.throws(() => listed(), /submodule lib is checked out/);
    checkout.write("nested/x.js", "1\n");
    execFileSync("git", ["-C", join(checkout.directory, "nested"), "init", "--quiet"]);
    assert.throws(() => listed(), /nested\/ is a repository of its own/);
  });

  it("are not read through a link that replaced a folder", () => {
    const elsewhere = join(checkout.directory, "elsewhere");
    mkdirSync(elsewhere);
    writeFileSync(join(elsewhere, "index.js"), 'export const program = "reviewed";\n');
    rmSync(join(checkout.directory, "packages/envoy"), { recursive: true });
    symlinkSync("../elsewhere", join(checkout.directory, "packages/envoy"));
    const files = listed();
    assert.ok(!files.has("packages/envoy/index.js"));
    assert.equal(files.get("packages/envoy")?.mode, "120000");
  });
});

const anyFile = (texts: readonly string[]) =>
  fc
    .tuple(
      fc.constantFrom("100644" as const, "100755" as const, "120000" as const),
      fc.oneof(
        fc.constantFrom(...texts).map((found) => Buffer.from(found)),
        fc.uint8Array({ minLength: 1, maxLength: 2 }).map((found) => Buffer.from(found)),
      ),
    )
    .map(([mode, bytes]) => sourceFile(mode, bytes));
