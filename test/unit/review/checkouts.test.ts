import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bytesOf, isSameFile, sourceFile } from "@metrics-link/review";
import { sourceChanges } from "@metrics-link/review/program/comparison.ts";
import fc from "fast-check";
import { Git } from "../../../scripts/review/git.ts";
import { namedPaths } from "../../../scripts/review/inputs.ts";
import { filesIn, filesOfCommit, LaidOut } from "../../../scripts/review/program.ts";
import { Checkout } from "./checkout.ts";

let checkout: Checkout;
const reviewed = () => filesOfCommit(new Git(checkout.directory), "refs/heads/main");
/** Within a suite: hooks outside of all would run before and after every test of the process, in whichever file. */
function newCheckoutEach(): void {
  beforeEach(() => {
    checkout = new Checkout();
  });
  afterEach(() => checkout.remove());
}

describe("the checkout of the reviewed program", () => {
  newCheckoutEach();
  let places: string;
  let laidOut: LaidOut;
  beforeEach(async () => {
    places = realpathSync(mkdtempSync(join(tmpdir(), "places-")));
    laidOut = await LaidOut.take(places);
    laidOut.lay(reviewed());
    checkout.write("packages/envoy/index.js", 'export const program = "malicious";\n');
    laidOut.install();
  });
  afterEach(() => {
    laidOut.remove();
    rmSync(places, { recursive: true });
  });

  it("runs its own code, and none of the branch's", () => {
    const printed = execFileSync("node", ["stacks/index.js"], { cwd: laidOut.directory, encoding: "utf8" });
    assert.match(printed, /^reviewed /);
    assert.ok(printed.includes(laidOut.directory), printed);
    assert.ok(!printed.includes(checkout.directory), printed);
  });

  it("has no link that leads outside", () => {
    const links = readdirSync(laidOut.directory, { recursive: true, encoding: "utf8" }).filter((path) =>
      lstatSync(join(laidOut.directory, path)).isSymbolicLink(),
    );
    assert.ok(links.length > 0);
    for (const link of links) {
      assert.ok(realpathSync(join(laidOut.directory, link)).startsWith(`${laidOut.directory}/`), link);
    }
  });

  it("has a folder of its own for each review, and leaves no file behind", async () => {
    const other = await LaidOut.take(places);
    assert.notEqual(other.directory, laidOut.directory);
    other.lay(reviewed());
    other.remove();
    const left = readdirSync(other.directory, { recursive: true, encoding: "utf8" }).filter(
      (path) => !path.split("/").includes("node_modules") && !lstatSync(join(other.directory, path)).isDirectory(),
    );
    assert.deepEqual(left, []);
  });
});

describe("the files of a program", () => {
  newCheckoutEach();
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

describe("the commit to compare with", () => {
  newCheckoutEach();
  it("is where the branch left main", () => {
    const left = checkout.git("rev-parse", "HEAD");
    checkout.git("switch", "--quiet", "--create", "branch");
    checkout.write("stacks/index.js", "changed\n");
    checkout.commit();
    assert.equal(new Git(checkout.directory).base(undefined), left);
  });

  it("is the one that a person names, and never an option of git", () => {
    const git = new Git(checkout.directory);
    assert.equal(git.base("HEAD"), checkout.git("rev-parse", "HEAD"));
    for (const name of ["nowhere", "--output=/tmp/x", ""]) assert.throws(() => git.base(name), /--base is .*a commit/);
  });

  it("is never a tag with the name of main", () => {
    const left = checkout.git("rev-parse", "HEAD");
    checkout.git("update-ref", "refs/remotes/origin/main", left);
    checkout.git("switch", "--quiet", "--create", "branch");
    checkout.write("stacks/index.js", "changed\n");
    checkout.commit();
    for (const tag of ["origin/main", "main", "HEAD", left.slice(0, 12)]) checkout.git("tag", tag, "HEAD");
    const git = new Git(checkout.directory);
    assert.equal(git.base(undefined), left);
    checkout.git("update-ref", "-d", "refs/remotes/origin/main");
    assert.equal(git.base(undefined), left);
    for (const name of ["main", left.slice(0, 12)]) assert.throws(() => git.base(name), /more than one/, name);
    assert.equal(git.base("refs/heads/main"), left);
    assert.equal(git.base(left), left);
  });

  it("must exist", () => {
    checkout.git("branch", "--move", "trunk");
    assert.throws(() => new Git(checkout.directory).base(undefined), /neither origin\/main nor main: --base says/);
  });
});

describe("the checkout of a program", () => {
  newCheckoutEach();
  let places: string;
  let laidOut: LaidOut;
  beforeEach(async () => {
    places = realpathSync(mkdtempSync(join(tmpdir(), "places-")));
    laidOut = await LaidOut.take(places);
  });
  afterEach(() => {
    laidOut.remove();
    rmSync(places, { recursive: true });
  });
  const file = (content: string) => sourceFile("100644", Buffer.from(content));
  const link = (target: string) => sourceFile("120000", Buffer.from(target));

  it("writes nothing outside its folder, whatever the paths and links", () => {
    const victim = mkdtempSync(join(tmpdir(), "victim-"));
    writeFileSync(join(victim, "kept"), "kept");
    const names = fc.array(fc.constantFrom("a", "b", "..", ".", "", "node_modules", ".git"), { maxLength: 4 });
    const files = fc.array(
      fc.tuple(
        names.map((parts) => parts.join("/")),
        fc.oneof(fc.constant(file("x")), fc.constantFrom(victim, "..", "a", "b/../..", "a/b", "../a").map(link)),
      ),
      { maxLength: 6 },
    );
    const around = () => [victim, places].map((folder) => readdirSync(folder, { encoding: "utf8" }).toSorted().join());
    const before = around();
    fc.assert(
      fc.property(files, (found) => {
        rmSync(laidOut.directory, { recursive: true });
        mkdirSync(laidOut.directory);
        try {
          laidOut.lay(new Map(found));
        } catch {
          // Refused.
        }
        assert.deepEqual(around(), before);
        for (const path of readdirSync(laidOut.directory, { recursive: true, encoding: "utf8" })) {
          const full = join(laidOut.directory, path);
          if (!lstatSync(full).isSymbolicLink()) continue;
          const led = join(full, "..", readlinkSync(full));
          assert.ok(led.startsWith(laidOut.directory), `${path} leads to ${led}`);
        }
      }),
    );
    rmSync(victim, { recursive: true });
  });

  it("refuses paths through a link or into installed packages", () => {
    const refused = (pattern: RegExp, ...files: [string, ReturnType<typeof file>][]) =>
      assert.throws(() => laidOut.lay(new Map(files)), pattern);
    refused(/stacks\/link cannot be laid out: it is a link that leads up or out/, ["stacks/link", link("/tmp")]);
    refused(/a folder on its way is a file or a link/, ["stacks/link", link("x")], ["stacks/link/a.yaml", file("")]);
    refused(/it is no path of a program/, ["packages/a/node_modules/zod/index.js", file("")]);
    assert.deepEqual(readdirSync(laidOut.directory), []);
  });

  it("is installed without running its code and without credentials", () => {
    const proof = join(places, "ran");
    checkout.write(".pnpmfile.cjs", `require("fs").writeFileSync(${JSON.stringify(proof)}, "ran");\n`);
    laidOut.lay(new Map([...reviewed()].filter(([path]) => path !== ".pnpmfile.cjs")));
    writeFileSync(join(laidOut.directory, ".pnpmfile.cjs"), `require("fs").writeFileSync("${proof}", "ran");\n`);
    assert.throws(() => laidOut.install(), /\.pnpmfile\.cjs steers pnpm/);
    assert.ok(!existsSync(proof));
  });

  it("refuses pnpm settings that load code or lead outside", () => {
    laidOut.lay(reviewed());
    const settings = [
      "packages:\n  - ../*\n",
      "packages:\n  - /tmp/x\n",
      "packages:\n  - packages/../../x\n",
      'packages:\n  - "**"\n',
      "packages:\n  - packages/*\npnpmfile: evil.cjs\n",
      "packages:\n  - packages/*\nconfigDependencies:\n  x: 1.0.0\n",
      "packages:\n  - packages/*\nmodulesDir: ../../x\n",
    ];
    for (const text of settings) {
      writeFileSync(join(laidOut.directory, "pnpm-workspace.yaml"), text);
      assert.throws(() => laidOut.install(), /pnpm-workspace\.yaml has/, text);
    }
  });
});

describe("the files that a configuration names", () => {
  newCheckoutEach();
  const config = (key: string, path: string): Record<string, unknown> => {
    if (key === "peer" || key === "shows") return { [`metrics-link:${key}`]: { contract: path, artefacts: path } };
    if (key === "fleet") return { "metrics-link:fleet": path };
    if (key === "senders") return { "metrics-link:senders": [{ contract: path }] };
    if (key === "alertmanagers") return { "metrics-link:prometheus": { alertmanagers: [{ ca: path }] } };
    return { [`metrics-link:${key === "artefacts" ? "pki" : "prometheus"}`]: { [key]: path } };
  };
  const named = (path: string, key = "rules") =>
    namedPaths(config(key, path), checkout.directory, filesIn(checkout.directory, new Git(checkout.directory).files()));

  it("are those of the keys that name files, and of no other key", () => {
    for (const key of ["artefacts", "rules", "scrapeConfigs", "alertmanagers", "peer", "senders", "fleet", "shows"])
      assert.deepEqual(named("stacks/rules", key), ["stacks/rules"], key);
    checkout.write(".github/workflows/review.yaml", "on: push\n");
    const others = { "note:x": ".github/workflows", "metrics-link:host": { imageId: "stacks/rules" } };
    assert.deepEqual(namedPaths(others, checkout.directory, new Map()), []);
  });

  it("are in folders without programs, each with one spelling", () => {
    checkout.write("docs/rules/a.yaml", "groups: []\n");
    checkout.write("packages/envoy/data/x.yaml", "x: 1\n");
    const paths = ["docs/rules", "test/x", "packages/envoy/data", "scripts", "stacks", ".github/workflows", ".", ""];
    const spelt = ["./stacks/rules", "stacks/rules/", "stacks/../pnpm-workspace.yaml", "stacks//rules", "../x"];
    for (const path of [...paths, ...spelt]) {
      assert.throws(() => named(path), /metrics-link:prometheus\.rules is ".*in its shortest form/, path);
    }
  });

  it("are regular files that git lists, YAML, PEM or JSON", () => {
    checkout.write("stacks/code/x.js", "1\n");
    assert.throws(() => named("stacks/code"), /neither YAML, PEM nor JSON/);
    checkout.write("stacks/kept/.gitkeep", "");
    assert.deepEqual(named("stacks/kept"), ["stacks/kept"]);
    checkout.write(".gitignore", "hidden.yaml\n");
    checkout.write("stacks/hidden/hidden.yaml", "groups: []\n");
    assert.throws(() => named("stacks/hidden"), /no regular file that git lists/);
    for (const target of ["../Pulumi.other.yaml", "../../docs/x.yaml", "/etc/hosts"]) {
      mkdirSync(join(checkout.directory, "stacks/linked"), { recursive: true });
      symlinkSync(target, join(checkout.directory, "stacks/linked/a.yaml"));
      assert.throws(() => named("stacks/linked"), /no regular file/, target);
      rmSync(join(checkout.directory, "stacks/linked"), { recursive: true });
    }
    symlinkSync("rules", join(checkout.directory, "stacks/alias"));
    assert.throws(() => named("stacks/alias"), /no regular file/);
  });

  it("may be outside the repository, but no such path may lead back into it", () => {
    assert.deepEqual(named("/etc/metrics-link", "artefacts"), []);
    const around = mkdtempSync(join(tmpdir(), "around-"));
    symlinkSync(checkout.directory, join(around, "link"));
    for (const path of [join(checkout.directory, "stacks/rules"), join(around, "link/packages")])
      assert.throws(() => named(path, "artefacts"), /relative to its root/, path);
    rmSync(around, { recursive: true });
  });

  it("need not exist yet", () => assert.deepEqual(named("pki/account-a", "artefacts"), ["pki/account-a"]));
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
