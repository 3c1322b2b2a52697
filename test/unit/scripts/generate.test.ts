import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { policies } from "@metrics-link/policy";
import { between } from "../../../scripts/generate/generated.ts";
import { generated } from "../../../scripts/generate/index.ts";

const repository = join(import.meta.dirname, "../../..");
const read = (file: string) => readFileSync(join(repository, file), "utf8");

describe("generated files", () => {
  for (const { file, render } of generated) {
    it(`match the output of npm run -s generate: ${file}`, async () => {
      assert.equal(read(file), await render(read(file)));
    });
  }

  it("show for each key the policy that takes less than the schema", () => {
    const configuration = read("docs/configuration.md");
    const parameters = policies.flatMap(({ name, parameters = {} }) =>
      Object.entries(parameters).map(([parameter, { default: limit }]) => ({ name, parameter, limit })),
    );
    const shown = parameters.filter(({ name, limit }) =>
      new RegExp(`\\(policy \\[${name}\\]\\(policies\\.md\\): at most ${limit}\\b`).test(configuration),
    );
    // What is not shown takes what the schema takes.
    const { leafDays = 0, intermediateDays = 0 } = Object.fromEntries(
      parameters.filter((one) => !shown.includes(one)).map(({ parameter, limit }) => [parameter, limit]),
    );
    assert.deepEqual([shown.length, parameters.length, leafDays, intermediateDays], [4, 6, 397, 15 * 366]);
    assert.match(configuration, /`pki\.lifetimes\.leafDays`.*: 1 to 397 \(policy .*: at most 90\)/);
  });

  it("are detected when out of date, whatever changed", async () => {
    const changes: Readonly<Record<string, (text: string) => string>> = {
      "docs/policies.md": (text) => text.replace("- **`no-login`**", "- **`no-logins`**"),
      "docs/runbooks/README.md": (text) => text.replace(/^\| \[LinkBehind\].*\n/m, ""),
      "docs/configuration.md": (text) => text.replace(/^\| `pki\.lifetimes\.leafDays`.*\n/m, ""),
    };
    for (const { file, render } of generated) {
      const changed = changes[file]?.(read(file)) ?? "";
      assert.notEqual(changed, read(file), file);
      assert.notEqual(await render(changed), changed, file);
    }
  });

  it("keep the rest of a page, and fail on a page without marks", () => {
    const page = "a\n<!-- x: begin -->\nold\n<!-- x: end -->\nb\n";
    assert.equal(between(page, "x", "new\n"), page.replace("old", "new"));
    assert.throws(() => between("a\n", "x", ""), /has no lines <!-- x: begin --> and/);
  });
});
