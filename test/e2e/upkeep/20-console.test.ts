import assert from "node:assert/strict";
import { consolePage, type Reading, read, verdictOf } from "@metrics-link/console";
import { sourcesOf } from "../../../scripts/console/sandbox.ts";
import { eventually } from "../../support/eventually.ts";
import { sandbox } from "../support/sandbox.ts";

/** Panels that are rightly empty in health, and why. */
const rightlyEmpty = new Map([["Alerts", "nothing fires"]]);

/** As soon as the link is up, and before the versions change. */
describe("the console of a live link", function () {
  this.timeout(120_000);
  let reading: Reading;

  it("has the receiver's data in every panel, of every query", async () => {
    const sources = await sourcesOf(sandbox);
    reading = await eventually(
      "no panel without data",
      async (note) => {
        const found = await read(sources, Date.now() / 1000, 5);
        const lacking = found.rows.flatMap(({ panels }) => panels.flatMap(wants));
        note(lacking);
        return lacking.length === 0 ? found : undefined;
      },
      90_000,
      1000,
    );
  });

  it("says that the link is up, that nothing is missing, and who the hosts are", () => {
    const { statements } = verdictOf(reading);
    const fine = statements.filter(({ state }) => state === "fine").map(({ text }) => text);
    assert.ok(
      fine.some((text) => /^The link is up: .* sender is \d/.test(text)),
      fine.join(),
    );
    assert.ok(
      fine.some((text) => /^Nothing is missing: .*all equal/.test(text)),
      fine.join(),
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

/** What a panel lacks, in words. */
function wants({ panel: { title, queries }, series, ofSender }: Reading["rows"][number]["panels"][number]): string[] {
  if ("error" in series) return [`${title}: ${series.error}`];
  if (rightlyEmpty.has(title)) return [];
  if (ofSender) return [`${title}: the receiver has none`];
  return series.value.length < queries.length ? [`${title}: ${series.value.length} of ${queries.length}`] : [];
}
