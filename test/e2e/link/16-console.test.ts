import assert from "node:assert/strict";
import { consolePage, type Reading, read, verdictOf } from "@metrics-link/console";
import { unitNames } from "@metrics-link/host/cloud/units.ts";
import { roles } from "@metrics-link/sandbox/cli/stack-files.ts";
import { sourcesOf } from "../../../scripts/console/sandbox.ts";
import { eventually } from "../support/eventually.ts";
import { on, sandbox } from "../support/sandbox.ts";
import { needs, world } from "../support/world.ts";

/** What an agent no longer tells is gone this long after its run: a scrape, a rule, a batch. */
const settledSeconds = 5;

/** Before strangers and outages leave their marks. */
describe("the console of a live link", function () {
  needs(world.untouched);
  this.timeout(1_200_000);

  it("has the receiver's data for every query of every panel, and a good verdict", async () => {
    const sources = await sourcesOf(sandbox);
    // As the timer does: what only the run of an update can tell would be told no more.
    const began = Date.now() / 1000;
    for (const host of roles) await on(host, "systemctl", "start", unitNames.agent);
    const reading = await eventually(
      "every panel has data, and samples are compared",
      async (note) => {
        const found = await read(sources, Date.now() / 1000, 5);
        const lacking = [
          ...found.rows.flatMap(({ panels }) => panels.flatMap(wants)),
          ...notFine(found),
          ...notRun(found, began),
        ];
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
  const { findings } = verdictOf(reading);
  const fine = findings.filter(({ severity }) => severity === "ok").map(({ what }) => what);
  return [/^The link is up: .* sender is \d/, /^Nothing is missing: .*all equal/].flatMap((wanted) =>
    fine.some((text) => wanted.test(text)) ? [] : [`not said: ${wanted}`],
  );
}

/** Agents whose run is not told yet, or only just. */
function notRun({ hosts, span }: Reading, began: number): string[] {
  const found = "value" in hosts ? hosts.value : [];
  return found
    .filter(({ ranAt = 0 }) => ranAt < began || span.until - ranAt < settledSeconds)
    .map(({ name, ranAt }) => `the run of the ${name}: ${ranAt}`);
}

/** What a panel lacks, in words. */
function wants({
  panel: { title, whenEmpty },
  series,
  lacking,
  ofSender,
}: Reading["rows"][number]["panels"][number]): string[] {
  if ("error" in series) return [`${title}: ${series.error}`];
  // Rightly empty in health, and the page says why.
  if (whenEmpty !== undefined) return [];
  if (ofSender) return [`${title}: the receiver has none`];
  return lacking.map((legend) => `${title}: ${legend}`);
}
