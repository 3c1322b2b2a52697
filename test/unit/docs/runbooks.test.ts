import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type AlertName, alertSettings, runbookOf } from "@metrics-link/prometheus";

const repository = resolve(import.meta.dirname, "../../..");
const folder = join(repository, "docs/runbooks");
const names = Object.keys(alertSettings) as AlertName[];
const headings = ["What it means", "What to look at", "What to do", "How it ends"];

describe("docs/runbooks", () => {
  it("has a page for every alert, and no page without an alert", () => {
    const pages = globSync("*.md", { cwd: folder }).filter((page) => page !== "README.md");
    assert.deepEqual(pages.map((page) => `docs/runbooks/${page}`).sort(), names.map(runbookOf).sort());
  });

  for (const name of names) {
    it(`has every section: ${name}`, () => {
      const page = readFileSync(join(repository, runbookOf(name)), "utf8");
      assert.ok(page.startsWith(`# ${name}\n`));
      const sections = page.split(/^## /m).slice(1);
      assert.deepEqual(
        sections.map((section) => section.split("\n")[0]),
        headings,
      );
      for (const section of sections) assert.ok(section.split("\n").slice(1).join("").length > 10, section);
    });
  }
});
