import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sourceFile } from "@metrics-link/review";
import fc from "fast-check";
import { Git } from "../../../scripts/review/git.ts";
import { filesOfCommit, LaidOut } from "../../../scripts/review/program.ts";
import { Checkout } from "./checkout.ts";

describe("the checkout of a program", () => {
  let checkout: Checkout;
  let places: string;
  let laidOut: LaidOut;
  const reviewed = () => filesOfCommit(new Git(checkout.directory), "refs/heads/main");
  beforeEach(async () => {
    checkout = new Checkout();
    places = realpathSync(mkdtempSync(join(tmpdir(), "places-")));
    laidOut = await LaidOut.take(places);
  });
  afterEach(() => {
    laidOut.remove();
    rmSync(places, { recursive: true });
    checkout.remove();
  });

  describe("that was reviewed", () => {
    beforeEach(() => {
      laidOut.lay(reviewed());
      checkout.write("packages/envoy/index.js", 'export const program = "malicious";\n');
      laidOut.install();
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
