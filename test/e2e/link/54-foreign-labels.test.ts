import assert from "node:assert/strict";
import { externalLabels } from "@metrics-link/sandbox/cli/status.ts";
import { edited, Releases } from "@metrics-link/sandbox/testing/releases.ts";
import { runAgent } from "../support/agent.ts";
import { eventually } from "../support/eventually.ts";
import { deliveredUntil, repairedSoFar } from "../support/repair.ts";
import { beforehand, nothingMissing } from "../support/samples.ts";
import { on, receiver, sandbox, sender } from "../support/sandbox.ts";
import { serve } from "../support/target.ts";
import { needs, world } from "../support/world.ts";

const port = 9481;
const page = `
now = time.time()
self.send('posed{account="222"} %f\\nposed{account="333"} %f\\nposed{link_side="receives"} %f\\n' % (now, -now, now / 2))
`.trim();
const jobs = "scrape_configs:\n";
const job = { job_name: "posed", static_configs: [{ targets: [`127.0.0.1:${port}`] }] };

describe("a target that tells another account, and the receiver's side", function () {
  needs(world.link);
  this.timeout(1_200_000);
  let quiet: () => Promise<void> = async () => {};
  let from: number;

  before(async () => {
    const stop = await serve("sender", { name: "posed", port, page });
    from = beforehand();
    const releases = await Releases.of(sandbox, "sender");
    quiet = async () => {
      await releases.withdraw();
      await runAgent("sender");
      await stop();
    };
    await releases.publish((release) =>
      edited(release, "prometheus/prometheus.yml", jobs, `${jobs}  - ${JSON.stringify(job)}\n`),
    );
    const { report, word } = await runAgent("sender");
    assert.equal(report.outcome, "converged", word);
  });
  after(() => quiet());

  it("arrives as a series of its sender, with what it told beside it", async () => {
    const { account = "" } = externalLabels(sandbox);
    const found = await eventually("all three at the receiver", async (note) => {
      const series = (await receiver.vector('{__name__="posed"}')).map(({ metric }) => metric);
      note(series);
      return series.length === 3 ? series : undefined;
    });
    assert.deepEqual(
      found
        .map(({ account: told, exported_account, exported_link_side, link_side }) => [
          told,
          exported_account ?? exported_link_side,
          link_side,
        ])
        .sort(),
      ["222", "333", "receives"].map((told) => [account, told, undefined]),
    );
    const own = (await sender.vector('{__name__="posed"}')).map(({ metric }) => metric.account ?? metric.link_side);
    assert.deepEqual(own.sort(), ["222", "333", "receives"]);
  });

  it("has no other series after a backfill, and no sample is missing", async () => {
    const before = await repairedSoFar();
    await on("sender", "systemctl", "restart", "metrics-link-prometheus");
    await deliveredUntil(Date.now() / 1000);
    const after = await repairedSoFar();
    assert.ok(after.written > before.written, "nothing was written again");
    assert.equal(after.skipped, before.skipped);
    await nothingMissing(from, 1000);
    assert.equal(await receiver.value("count(last_over_time(posed[30m]))"), 3);
  });
});
