import assert from "node:assert/strict";
import { compareRecent } from "@metrics-link/sandbox/cli/link.ts";
import { externalLabels } from "@metrics-link/sandbox/cli/status.ts";
import { eventually } from "../support/eventually.ts";
import { receiver, sandbox, sender } from "../support/sandbox.ts";
import { needs, world } from "../support/world.ts";

/** Once the link has been up for a while: what is looked for takes a minute to come about. */
describe("the link", function () {
  needs(world.untouched);
  this.timeout(1_200_000);

  it("delivers every sample of every series over 60 s, unchanged", async () => {
    const result = await eventually(
      "60 s of equal samples",
      async (note) => {
        const compared = await compareRecent(sender, receiver, externalLabels(sandbox), Date.now() / 1000);
        note(compared);
        return compared.seconds >= 60 ? compared : undefined;
      },
      150_000,
      1000,
    );
    assert.deepEqual(
      {
        missing: result.missing,
        different: result.different,
        unexpected: result.unexpected,
        examples: result.examples,
      },
      { missing: 0, different: 0, unexpected: 0, examples: [] },
    );
    // Three jobs at one scrape a second; far fewer would mean that most of the sender is not looked at.
    assert.ok(result.series > 500, `${result.series} series`);
    assert.ok(result.compared > 60 * 500, `${result.compared} samples`);
  });

  it("also sends help and type, which the receiver accepts (docs/decisions/0110)", async () => {
    const total = (name: string) => sender.value(`sum(prometheus_remote_storage_${name}_total)`);
    await eventually(
      "metadata sent",
      async (note) => {
        const sent = await total("metadata");
        note(sent);
        // One entry for each metric name, which are hundreds.
        return sent !== undefined && sent > 300 ? sent : undefined;
      },
      90_000,
      1000,
    );
    assert.equal(await total("metadata_failed"), 0);
  });
});
