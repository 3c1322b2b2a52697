import assert from "node:assert/strict";
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type AlertName, alertSettings, ruleGroups, runbookOf, type Side } from "@metrics-link/prometheus";

const repository = resolve(import.meta.dirname, "../../..");
const folder = join(repository, "docs/runbooks");
const index = join(folder, "README.md");
const names = Object.keys(alertSettings) as AlertName[];
const headings = ["What it means", "What to look at", "What to do", "How it ends"];

describe("docs/runbooks", () => {
  it("has a page for every alert, and no page without an alert", () => {
    const pages = globSync("*.md", { cwd: folder }).filter((page) => page !== "README.md");
    assert.deepEqual(pages.map((page) => `docs/runbooks/${page}`).sort(), names.map(runbookOf).sort());
  });

  for (const name of names) {
    it(`says all that a person needs: ${name}`, () => {
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

  it("tells the production values of every alert (UPDATE_GOLDENS=1 accepts a change)", () => {
    const page = readFileSync(index, "utf8");
    const told = page.replace(/^\| \[.*\n/gm, "").replace(/^(\| -+ .*\n)/m, `$1${rows().join("")}`);
    if (process.env.UPDATE_GOLDENS === "1") writeFileSync(index, told);
    assert.equal(readFileSync(index, "utf8"), told);
  });
});

function rows(): string[] {
  const severities = { sends: severitiesOf("sends"), receives: severitiesOf("receives") };
  return names.map((name) => {
    const { for: held, window = "", threshold = "" } = { ...blank, ...alertSettings[name] };
    const [atSender, atReceiver] = [severities.sends.get(name), severities.receives.get(name)];
    const side = atSender === undefined ? "receiver" : atReceiver === undefined ? "sender" : "both";
    return `| [${name}](${name}.md) | ${side} | ${atSender ?? atReceiver} | ${held} | ${window} | ${threshold} |\n`;
  });
}

const blank: { readonly window?: string; readonly threshold?: number } = {};

function severitiesOf(side: Side): ReadonlyMap<AlertName, string> {
  const groups = ruleGroups({
    side,
    senders: ["account-a"],
    linked: true,
    setAside: [
      { name: "a", stack: "o/p/a", state: "held", reason: "unreadable", words: "", inForce: true },
      // A sender has one peer only, and while that is suspended it does not mind a link that is behind.
      ...(side === "receives"
        ? [{ name: "b", stack: "o/p/b", state: "suspended" as const, words: "", inForce: false }]
        : []),
    ],
    scrapeInterval: "15s",
    leafDays: 30,
    overrides: {},
    delivers: true,
  });
  return new Map(
    groups.flatMap(({ rules }) =>
      rules.flatMap((rule) => ("alert" in rule ? [[rule.alert, rule.labels.severity]] : [])),
    ),
  );
}
