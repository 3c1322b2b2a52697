import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { ruleGroups } from "@metrics-link/prometheus";
import { sandboxOf } from "@metrics-link/sandbox/cli/sandbox.ts";
import { drillsOf } from "../../../scripts/drill/drills.ts";
import { drillSettings, inProduction } from "../../../scripts/drill/settings.ts";

const repository = resolve(import.meta.dirname, "../../..");
const drills = drillsOf(sandboxOf(repository));

/** The alerts of a side with the settings of drills, by name, with their `for`. */
const alertsOf = (side: "sends" | "receives") => {
  const suspended = { name: "peer", stack: "o/p/s", state: "suspended", words: "", inForce: false } as const;
  const input = {
    side,
    senders: ["account-a"],
    linked: true,
    scrapeInterval: "1s",
    leafDays: 30,
    overrides: drillSettings,
    delivers: true,
  };
  const groups = [...ruleGroups({ ...input, setAside: [suspended] }), ...ruleGroups(input)];
  return new Map(groups.flatMap(({ rules }) => rules.flatMap((rule) => ("alert" in rule ? [[rule.alert, rule]] : []))));
};

describe("the drills", () => {
  const alerts = { sender: alertsOf("sends"), receiver: alertsOf("receives") };

  for (const { name, alert, side } of drills) {
    it(`wait for an alert that the side has, with a short for: ${name}`, () => {
      const rule = alerts[side].get(alert);
      assert.ok(rule, `the ${side} has no ${alert}`);
      assert.match(rule.for ?? "0s", /^[0-9]s$/);
    });
  }

  it("have unique names", () => {
    assert.equal(new Set(drills.map(({ name }) => name)).size, drills.length);
  });

  it("use every alert with shortened settings", () => {
    const used = new Set(drills.map(({ alert }) => alert));
    assert.deepEqual(
      Object.keys(drillSettings).filter((name) => !used.has(name as keyof typeof drillSettings)),
      [],
    );
  });

  it("are in docs/drills.md, with the alert and its production settings", () => {
    const page = readFileSync(resolve(repository, "docs/drills.md"), "utf8");
    const row = (name: string) => page.split("\n").find((line) => line.startsWith(`| \`${name}\` `)) ?? "";
    for (const { name, alert, side } of drills) {
      for (const word of [alert, side, inProduction(alert)]) assert.ok(row(name).includes(word), `${name}: ${word}`);
    }
  });
});
