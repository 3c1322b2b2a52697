import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

/**
 * Declares one test per file: what is rendered equals what stands in `directory`, and nothing else stands there.
 * With UPDATE_GOLDENS=1 the files are written instead, and those that nothing renders any more are removed.
 */
export function compareWithGoldens(directory: URL, rendered: Readonly<Record<string, string>>): void {
  const update = process.env.UPDATE_GOLDENS === "1";
  const names = Object.keys(rendered);
  before(() => {
    if (update) mkdirSync(directory, { recursive: true });
  });
  for (const [name, content] of Object.entries(rendered)) {
    it(`${name} is as reviewed (UPDATE_GOLDENS=1 accepts a change)`, () => {
      const file = new URL(name, directory);
      if (update) writeFileSync(file, content);
      assert.ok(existsSync(file), `${file.pathname} does not exist yet`);
      assert.equal(content, readFileSync(file, "utf8"));
    });
  }
  it("nothing else lies there", () => {
    const orphans = readdirSync(directory).filter((name) => !names.includes(name));
    if (update) for (const name of orphans) rmSync(new URL(name, directory));
    else assert.deepEqual(orphans, []);
  });
}
