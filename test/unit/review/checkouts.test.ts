import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Git } from "../../../scripts/review/git.ts";
import { inputsOf } from "../../../scripts/review/inputs.ts";
import { filesIn, LaidOut } from "../../../scripts/review/program.ts";

/** A checkout with a workspace of two packages, of which one needs the other. */
class Checkout {
  readonly directory = realpathSync(mkdtempSync(join(tmpdir(), "checkout-")));

  constructor() {
    this.git("init", "--quiet", "--initial-branch=main");
    const manifest = (name: string, more: object = {}) =>
      JSON.stringify({ name, version: "1.0.0", type: "module", ...more });
    this.write("package.json", manifest("root"));
    this.write("pnpm-workspace.yaml", "packages:\n  - packages/*\n  - stacks\n");
    this.write("packages/envoy/package.json", manifest("@x/envoy", { exports: "./index.js" }));
    this.write("packages/envoy/index.js", 'export const program = "reviewed";\n');
    this.write("stacks/package.json", manifest("@x/stacks", { dependencies: { "@x/envoy": "workspace:*" } }));
    this.write(
      "stacks/index.js",
      'import { program } from "@x/envoy";\nconsole.log(program, import.meta.resolve("@x/envoy"));\n',
    );
    this.write("stacks/rules/one.yaml", "groups: []\n");
    this.write("README.md", "# Read me\n");
    execFileSync("pnpm", ["install", "--offline", "--lockfile-only", "--reporter=silent"], { cwd: this.directory });
    this.commit();
  }

  write(path: string, content: string): void {
    const full = join(this.directory, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, content);
  }

  git(...words: string[]): string {
    const who = ["-c", "user.name=test", "-c", "user.email=test@example.org"];
    return execFileSync("git", ["-C", this.directory, ...who, ...words], { encoding: "utf8" }).trim();
  }

  commit(): void {
    this.git("add", "--all");
    this.git("commit", "--quiet", "--message", "test");
  }

  remove(): void {
    rmSync(this.directory, { recursive: true });
  }
}

let checkout: Checkout;
beforeEach(() => {
  checkout = new Checkout();
});
afterEach(() => checkout.remove());

describe("the program that was reviewed, laid out", () => {
  let places: string;
  let laidOut: LaidOut;
  beforeEach(async () => {
    places = realpathSync(mkdtempSync(join(tmpdir(), "places-")));
    laidOut = await LaidOut.take(places);
    laidOut.unpack(new Git(checkout.directory).archive("main"));
    checkout.write("packages/envoy/index.js", 'export const program = "malicious";\n');
    laidOut.install();
  });
  afterEach(() => {
    laidOut.remove();
    rmSync(places, { recursive: true });
  });

  it("runs its own code, and none of the checkout's", () => {
    const printed = execFileSync("node", ["stacks/index.js"], { cwd: laidOut.directory, encoding: "utf8" });
    assert.match(printed, /^reviewed /);
    assert.ok(printed.includes(laidOut.directory), printed);
    assert.ok(!printed.includes(checkout.directory), printed);
  });

  it("has no link that leads out of it", () => {
    const links = readdirSync(laidOut.directory, { recursive: true, encoding: "utf8" }).filter((path) =>
      lstatSync(join(laidOut.directory, path)).isSymbolicLink(),
    );
    assert.ok(links.length > 0);
    for (const link of links) {
      assert.ok(realpathSync(join(laidOut.directory, link)).startsWith(`${laidOut.directory}/`), link);
    }
  });

  it("is in another place than that of a review at the same time, and leaves no file of the program behind", async () => {
    const other = await LaidOut.take(places);
    assert.notEqual(other.directory, laidOut.directory);
    other.unpack(new Git(checkout.directory).archive("main"));
    other.remove();
    const left = readdirSync(other.directory, { recursive: true, encoding: "utf8" }).filter(
      (path) => !path.split("/").includes("node_modules") && !lstatSync(join(other.directory, path)).isDirectory(),
    );
    assert.deepEqual(left, []);
  });
});

describe("the files of a program", () => {
  const listed = () => filesIn(checkout.directory, new Git(checkout.directory).files());

  it("are what lies there: changed, not in a commit yet, gone", () => {
    checkout.write("packages/envoy/index.js", "changed\n");
    checkout.write("packages/envoy/new.js", "new\n");
    rmSync(join(checkout.directory, "stacks/index.js"));
    const files = listed();
    assert.equal(files.get("packages/envoy/index.js"), "changed\n");
    assert.equal(files.get("packages/envoy/new.js"), "new\n");
    assert.ok(!files.has("stacks/index.js"));
  });

  it("are told apart by what links lead to, by who may execute them, and byte for byte", () => {
    const before = listed();
    chmodSync(join(checkout.directory, "stacks/index.js"), 0o755);
    rmSync(join(checkout.directory, "packages/envoy/index.js"));
    symlinkSync("/tmp/evil.js", join(checkout.directory, "packages/envoy/index.js"));
    writeFileSync(join(checkout.directory, "stacks/rules/one.yaml"), Buffer.from([0xff, 0xfe]));
    const after = listed();
    for (const path of ["stacks/index.js", "packages/envoy/index.js", "stacks/rules/one.yaml"]) {
      assert.notEqual(after.get(path), before.get(path), path);
    }
  });

  it("hide behind nothing that the branch says to git", () => {
    checkout.write(".gitignore", "packages/envoy/evil.js\n");
    checkout.write(".gitattributes", "* -diff export-ignore\n*.js ident\n");
    checkout.write("packages/envoy/evil.js", "evil\n");
    checkout.git("add", "--force", "--all");
    const files = listed();
    for (const path of [".gitignore", ".gitattributes", "packages/envoy/evil.js"]) assert.ok(files.has(path), path);
  });

  it("are not what nobody runs", () => assert.ok(!listed().has("README.md")));
});

describe("the commit to compare with", () => {
  it("is where the branch left main", () => {
    const left = checkout.git("rev-parse", "HEAD");
    checkout.git("switch", "--quiet", "--create", "branch");
    checkout.write("stacks/index.js", "changed\n");
    checkout.commit();
    assert.equal(new Git(checkout.directory).base(undefined), left);
  });

  it("is the one that a person names, and never a word that git takes for an option", () => {
    const git = new Git(checkout.directory);
    assert.equal(git.base("HEAD"), checkout.git("rev-parse", "HEAD"));
    for (const name of ["nowhere", "--output=/tmp/x", ""]) assert.throws(() => git.base(name), /--base is .*a commit/);
  });

  it("must be there", () => {
    checkout.git("branch", "--move", "trunk");
    assert.throws(() => new Git(checkout.directory).base(undefined), /neither origin\/main nor main: --base says/);
  });
});

describe("the files that a configuration names", () => {
  const named = (value: string) => {
    checkout.write("stacks/Pulumi.test.yaml", `config:\n  x:a:\n    rules: ${value}\n    cidr: 10.0.0.0/16\n`);
    return inputsOf(checkout.directory, join(checkout.directory, "stacks/Pulumi.test.yaml")).named;
  };

  it("are those of the repository, whatever the key", () => {
    assert.deepEqual(named("stacks/rules"), ["stacks/rules"]);
    assert.deepEqual(named("./stacks/../stacks/rules/"), ["stacks/rules"]);
    assert.deepEqual(named("/etc/passwd"), []);
    assert.deepEqual(named("stacks/nothing"), []);
  });

  it("are never files of the program: putting them into the reviewed one would change it", () => {
    checkout.write("packages/envoy/data/x.yaml", "x: 1\n");
    checkout.write("stacks/rules2/x.js", "1\n");
    for (const path of ["packages/envoy", "packages/envoy/data", "stacks/rules2", "stacks/../pnpm-workspace.yaml"]) {
      assert.throws(() => named(path), /only YAML and PEM files outside of the program/, path);
    }
  });
});
