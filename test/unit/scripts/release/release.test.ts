import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { bumped, released, unreleasedEntries } from "../../../../scripts/release/changelog.ts";
import { type ReleaseOptions, release } from "../../../../scripts/release/release.ts";

const manifests = ["package.json", "stacks/package.json", "packages/a/package.json", "packages/b/package.json"];
const changelog = `# Changelog

## [Unreleased]

### Added
- A page.

### Fixed

## [0.1.0] - 2026-01-01
- First.
`;

describe("npm run release", () => {
  let repository: string;
  let proved: number;
  const git = (...words: string[]) => execFileSync("git", words, { cwd: repository, encoding: "utf8" }).trim();
  const read = (file: string) => readFileSync(join(repository, file), "utf8");
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(repository, file)), { recursive: true });
    writeFileSync(join(repository, file), text);
  };
  const commit = () => {
    git("add", "-A");
    git("commit", "-qm", "a change");
  };
  const options = (more: Partial<ReleaseOptions> = {}): ReleaseOptions => ({
    ...{ bump: "minor", day: "2026-02-03", dryRun: false },
    prove: async () => {
      proved += 1;
    },
    ...more,
  });

  beforeEach(() => {
    proved = 0;
    repository = mkdtempSync(join(tmpdir(), "metrics-link-release-"));
    git("init", "-q", "-b", "main");
    git("config", "user.name", "A Person");
    git("config", "user.email", "person@example.com");
    git("config", "core.hooksPath", "/dev/null");
    write("CHANGELOG.md", changelog);
    for (const file of manifests) write(file, `{\n  "name": "x",\n  "version": "0.1.0"\n}\n`);
    commit();
  });

  afterEach(() => rmSync(repository, { recursive: true }));

  it("moves the changelog's entries, sets every package's version, commits and tags", async () => {
    assert.deepEqual(await release(repository, options()), {
      ...{ version: "0.2.0", tag: "v0.2.0", entries: "### Added\n- A page." },
    });
    for (const file of manifests) assert.match(read(file), /"version": "0\.2\.0"/);
    assert.match(
      read("CHANGELOG.md"),
      /## \[Unreleased\]\n\n## \[0\.2\.0\] - 2026-02-03\n\n### Added\n- A page\.\n\n## \[0\.1\.0\]/,
    );
    assert.equal(git("status", "--porcelain"), "");
    assert.equal(git("log", "-1", "--format=%s"), "release: 0.2.0");
    assert.equal(git("rev-list", "-1", "v0.2.0"), git("rev-parse", "HEAD"));
    assert.equal(git("cat-file", "-t", "v0.2.0"), "tag");
    assert.equal(proved, 1);
  });

  it("changes nothing in a dry run, which still runs all checks", async () => {
    const before = git("rev-parse", "HEAD");
    assert.equal((await release(repository, options({ dryRun: true }))).version, "0.2.0");
    assert.deepEqual([git("rev-parse", "HEAD"), git("status", "--porcelain"), git("tag")], [before, "", ""]);
    assert.equal(proved, 1);
  });

  const refusals: readonly (readonly [string, () => void, RegExp])[] = [
    ["another branch", () => git("checkout", "-qb", "topic"), /the branch is topic: release from main/],
    ["a changed tree", () => write("new", "x"), /the working tree has changes[\s\S]*\?\? new/],
    ["a tag that exists", () => git("tag", "v0.2.0"), /the tag v0\.2\.0 exists/],
    [
      "versions that differ",
      () => {
        write("packages/b/package.json", '{ "version": "0.0.9" }');
        commit();
      },
      /packages\/b\/package\.json has version 0\.0\.9, package\.json has 0\.1\.0/,
    ],
    [
      "a changelog without entries",
      () => {
        write("CHANGELOG.md", changelog.replace("- A page.\n", ""));
        commit();
      },
      /no entry under `## \[Unreleased\]`/,
    ],
    [
      "a changelog without the heading",
      () => {
        write("CHANGELOG.md", "# Changelog\n");
        commit();
      },
      /no heading `## \[Unreleased\]`/,
    ],
  ];
  for (const [what, make, told] of refusals) {
    it(`refuses ${what}, and neither changes nor checks anything`, async () => {
      make();
      const before = [git("rev-parse", "HEAD"), git("status", "--porcelain"), git("tag")];
      await assert.rejects(release(repository, options()), told);
      assert.deepEqual([git("rev-parse", "HEAD"), git("status", "--porcelain"), git("tag")], before);
      assert.equal(proved, 0);
    });
  }

  it("reports all obstacles at once", async () => {
    git("checkout", "-qb", "topic");
    write("new", "x");
    await assert.rejects(release(repository, options()), /branch is topic[\s\S]*working tree has changes/);
  });

  const meanwhile: readonly (readonly [string, () => void])[] = [
    [
      "a file is staged",
      () => {
        write("evil.ts", "evil");
        git("add", "evil.ts");
      },
    ],
    ["the changelog is changed", () => write("CHANGELOG.md", changelog.replace("A page", "Two pages"))],
    [
      "something is committed",
      () => {
        write("evil.ts", "evil");
        commit();
      },
    ],
    ["the branch is left", () => git("checkout", "-qb", "topic")],
    ["the tag is made", () => git("tag", "v0.2.0")],
  ];
  for (const [what, make] of meanwhile) {
    it(`releases nothing if ${what} while lint and tests run`, async () => {
      await assert.rejects(release(repository, options({ prove: async () => make() })), { code: "RELEASE_BLOCKED" });
      assert.doesNotMatch(git("log", "--all", "--format=%s"), /^release:/m);
    });
  }

  it("undoes the commit if git refuses the tag", async () => {
    const before = git("rev-parse", "HEAD");
    git("config", "tag.gpgSign", "true");
    git("config", "gpg.program", "false");
    await assert.rejects(release(repository, options()), /git tag/);
    assert.deepEqual([git("rev-parse", "HEAD"), git("status", "--porcelain"), git("tag")], [before, "", ""]);
    git("config", "tag.gpgSign", "false");
    assert.equal((await release(repository, options())).version, "0.2.0");
  });

  it("releases from main, whatever tags there are", async () => {
    for (const tag of ["main", "HEAD", "heads/main"]) git("tag", tag);
    assert.equal((await release(repository, options())).tag, "v0.2.0");
    git("checkout", "-q", "--detach");
    await assert.rejects(release(repository, options()), /no branch is checked out: release from main/);
  });

  it("refuses a manifest whose version it cannot replace", async () => {
    write("packages/a/package.json", '{"scripts":{"version": "0.1.0"},"version":"0.1.0"}');
    commit();
    await assert.rejects(release(repository, options()), /packages\/a\/package\.json is not formatted/);
  });

  it("changes nothing when lint or a test fails, or git refuses the commit", async () => {
    const prove = () => Promise.reject(new Error("lint failed: types"));
    await assert.rejects(release(repository, options({ prove })), /lint failed: types/);
    write("hooks/pre-commit", "#!/bin/sh\nexit 1\n");
    execFileSync("chmod", ["+x", join(repository, "hooks/pre-commit")]);
    git("config", "core.hooksPath", "/dev/null");
    commit();
    git("config", "core.hooksPath", "hooks");
    await assert.rejects(release(repository, options()), /git commit/);
    assert.deepEqual([git("status", "--porcelain"), git("tag")], ["", ""]);
  });
});

describe("a changelog", () => {
  const under = (text: string) => `# Changelog\n\n## [Unreleased]\n${text}\n## [0.1.0] - 2026-01-01\n- First.\n`;

  it("keeps every text that is unreleased: preambles, any bullets, groups of prose", () => {
    const text = "\n**Breaking:** roots.\n\n### Added\n\n* A page.\n\n### Security\n\nUpdate at once.\n";
    assert.equal(unreleasedEntries(under(text)), text.trim());
    assert.ok(released(under(text), "0.2.0", "2026-02-03").includes(text));
  });

  it("is refused with a second heading Unreleased, or one in another place or spelling", () => {
    for (const text of [
      under("- A.\n\n## [Unreleased]\n- B.\n"),
      under("- A.\n\n## Unreleased\n- B.\n"),
      under("- A.\n").replace("[Unreleased]", "[unreleased]"),
      "# Changelog\n\n## [0.1.0] - 2026-01-01\n- First.\n\n## [Unreleased]\n- A.\n",
    ]) {
      assert.throws(() => released(text, "0.2.0", "2026-02-03"), /does not begin with its only heading/);
    }
    assert.throws(() => unreleasedEntries(under("- A.\n```\n## [Unreleased]\n```\n")), /has a code block/);
  });

  it("keeps text outside of releases", () => {
    assert.equal(unreleasedEntries(changelog), "### Added\n- A page.");
    assert.ok(released(changelog, "0.1.1", "2026-02-03").endsWith("\n## [0.1.0] - 2026-01-01\n- First.\n"));
    assert.throws(() => released(changelog, "0.1.0", "2026-02-03"), /has a section for 0\.1\.0 already/);
  });

  it("increments versions as semver requires", () => {
    assert.deepEqual(
      (["patch", "minor", "major"] as const).map((bump) => bumped("1.2.3", bump)),
      ["1.2.4", "1.3.0", "2.0.0"],
    );
    assert.throws(() => bumped("1.2", "patch"), /not a version of the form/);
  });
});
