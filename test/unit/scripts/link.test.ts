import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { commands, link } from "../../../scripts/link.ts";
import { printed } from "./support.ts";

const repository = join(import.meta.dirname, "../../..");
const { scripts } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8"));

describe("npm run link", () => {
  it("has a command for each folder with an index.ts, and an npm script for each command", () => {
    const folders = globSync("*/index.ts", { cwd: join(repository, "scripts") }).map(dirname);
    assert.deepEqual(Object.keys(commands).toSorted(), folders.toSorted());
    for (const name of folders) assert.equal(scripts[name], `node scripts/link.mjs ${name}`);
  });

  it("prints every command if called without one", async () => {
    const { code, out } = await printed(() => link([]));
    assert.equal(code, 0);
    for (const [name, { summary }] of Object.entries(commands))
      assert.match(out, new RegExp(`^  ${name} +${summary}$`, "m"));
    assert.deepEqual(await printed(() => link(["--help"])), { code, out, err: "" });
  });

  for (const name of Object.keys(commands)) {
    it(`explains ${name}`, async () => {
      const { code, out } = await printed(() => link([name, "--help"]));
      assert.equal(code, 0);
      assert.match(out, new RegExp(`^Usage: npm (run -s )?${name}\\b`));
    });
  }

  it("exits with 2 and the usage if called wrongly", async () => {
    for (const words of [["nope"], ["constructor"], ["capacity", "--nope"], ["ceremony", "nope"]]) {
      const { code, err } = await printed(() => link(words));
      assert.equal(code, 2);
      assert.match(err, /\nUsage: npm run -s /);
    }
  });
});
