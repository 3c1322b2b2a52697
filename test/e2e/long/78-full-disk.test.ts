/** A disk without room, for data at either side and for the system. */
import assert from "node:assert/strict";
import type { Role } from "@metrics-link/sandbox/cli/stack-files.ts";
import { reportOf, runAgent } from "../support/agent.ts";
import { ChangedConfiguration } from "../support/configuration.ts";
import { eventually } from "../support/eventually.ts";
import { dataDirectory, fill, metric, nothingMissingAfter, processOf, scrapesAgain } from "../support/machines.ts";
import { leftOut, repaired, repairedSoFar } from "../support/repair.ts";
import { beforehand } from "../support/samples.ts";
import { on, pulumi } from "../support/sandbox.ts";
import { needs, world } from "../support/world.ts";

const now = () => Date.now() / 1000;
const up = (host: Role) => pulumi().must(["up", "-s", host, "--yes", "--skip-preview"]);

describe("a full disk", function () {
  needs(world.link);
  this.timeout(1_200_000);

  /**
   * Fills the data volume until Prometheus could not write so many times, and makes room again.
   * @returns from when to when it was full
   */
  async function fullData(host: Role, writes: number): Promise<[from: number, to: number]> {
    const from = now();
    const empty = await fill(host, dataDirectory);
    try {
      const failed = () => metric(host, "prometheus_tsdb_wal_writes_failed_total");
      const before = await failed();
      await eventually(
        "Prometheus to miss the room",
        async (note) => {
          const since = (await failed()) - before;
          note(since);
          return since >= writes || undefined;
        },
        60_000,
      );
      assert.equal((await runAgent(host)).report.outcome, "converged", "the agent needs no room there");
    } finally {
      await empty();
    }
    return [from, now()];
  }

  it("for data at the receiver loses nothing: with free space again, everything continues by itself", async () => {
    const process = await processOf("receiver");
    const from = beforehand();
    const [, to] = await fullData("receiver", 4);
    await nothingMissingAfter("receiver", from, to);
    assert.equal(await processOf("receiver"), process, "it was started anew");
  });

  it("for data at the sender tears its WAL: the agent detects that nothing is read, and only that time is missing until backfilled", async () => {
    const process = await processOf("sender");
    const before = await repairedSoFar();
    const from = beforehand();
    // Torn is a record that runs over the end of a page of 32 KiB: so much is to be missed.
    const [full, room] = await fullData("sender", 40);
    // The timer does it within the minute, unless the run by hand comes before it.
    await eventually(
      "the agent to restart it",
      async (note) => {
        const { driftedFiles } = (await runAgent("sender")).report;
        const running = await processOf("sender");
        note({ driftedFiles, running });
        return running !== process || undefined;
      },
      120_000,
      2000,
    );
    const told = ["journalctl", "--unit=metrics-link-agent", "--output=cat", `--since=@${Math.floor(full)}`];
    assert.match(await on("sender", ...told), /metrics-link-prometheus\.service \(could not read its WAL\)/);
    // Prometheus scrapes before its new queue begins to read: what it does in that moment is left out as well.
    const restarted = (await scrapesAgain("sender", now())) + 5;
    const found = await leftOut(from, restarted);
    // All of it may be backfilled by now: series that first appeared while it was full are dropped for another while.
    const [first = full * 1000, last = first] = found.missingBetween ?? [];
    assert.ok(first >= full * 1000 && last <= restarted * 1000, `${first} to ${last}, full ${full} to ${room}`);
    // Refused by Prometheus in the moment in which the disk got full, and yet written, and so sent.
    const [early = full * 1000, late = full * 1000] = found.unexpectedBetween ?? [];
    assert.ok(early >= full * 1000 && late <= room * 1000, `${early} to ${late}, full ${full} to ${room}`);
    await repaired(from, restarted, before);
  });

  it("for the system makes the agent report it and change nothing", async () => {
    const current = ["readlink", "/opt/metrics-link/current"];
    const listing = ["find", "/opt/metrics-link", "-maxdepth", "3"];
    const before = [await on("receiver", ...current), await on("receiver", ...listing)];
    const configuration = new ChangedConfiguration("receiver");
    await configuration.set("prometheus.outOfOrderTimeWindow", "23h");
    const empty = await fill("receiver", "/opt");
    try {
      const { code, stdout, stderr } = await pulumi().run(["up", "-s", "receiver", "--yes", "--skip-preview"]);
      assert.notEqual(code, 0);
      assert.match(`${stdout}${stderr}`, /incomplete: .*\n?.*space: .*MiB free; this release takes/);
      assert.deepEqual([await on("receiver", ...current), await on("receiver", ...listing)], before);
    } finally {
      await empty();
    }
    await up("receiver");
    assert.equal((await reportOf("receiver")).outcome, "converged");
    configuration.restore();
    await up("receiver");
  });
});
