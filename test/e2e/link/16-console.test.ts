import assert from "node:assert/strict";
import { consolePage, type Reading, read, verdictOf } from "@metrics-link/console";
import { sourcesOf } from "../../../scripts/console/sandbox.ts";
import { eventually } from "../../support/eventually.ts";
import { sandbox } from "../support/sandbox.ts";

/** Panels that are rightly empty in health, and why. */
const rightlyEmpty = new Map([["Alerts", "nothing fires"]]);

/** Once the agents have run by their timers, and before strangers and outages leave their marks. */
describe("the console of a live link", function () {
  this.timeout(120_000);

  it("has the receiver's data in every panel, of every query, and says that all is well", async () => {
    const sources = await sourcesOf(sandbox);
    const reading = await eventually(
      "every panel has data, and samples are compared",
      async (note) => {
        const found = await read(sources, Date.now() / 1000, 5);
        const lacking = [...found.rows.flatMap(({ panels }) => panels.flatMap(wants)), ...notFine(found)];
        note(lacking);
        return lacking.length === 0 ? found : undefined;
      },
      90_000,
      1000,
    );
    const { hosts } = reading;
    assert.ok("value" in hosts);
    assert.deepEqual(
      hosts.value.map(({ name, outcome, certificates }) => [name, outcome, certificates.length]),
      [
        ["receiver", "converged", 4],
        ["sender", "converged", 4],
      ],
    );
    assert.match(consolePage(reading), /<h3>Behind<\/h3>/);
  });
});

/** What of the verdict must be there and is not; alerts have a test of their own. */
function notFine(reading: Reading): string[] {
  const { statements } = verdictOf(reading);
  const fine = statements.filter(({ state }) => state === "fine").map(({ text }) => text);
  return [/^The link is up: .* sender is \d/, /^Nothing is missing: .*all equal/].flatMap((wanted) =>
    fine.some((text) => wanted.test(text)) ? [] : [`not said: ${wanted}`],
  );
}

/** What a panel lacks, in words. */
function wants({ panel: { title }, series, lacking, ofSender }: Reading["rows"][number]["panels"][number]): string[] {
  if ("error" in series) return [`${title}: ${series.error}`];
  if (rightlyEmpty.has(title)) return [];
  if (ofSender) return [`${title}: the receiver has none`];
  return lacking.map((legend) => `${title}: ${legend}`);
}
