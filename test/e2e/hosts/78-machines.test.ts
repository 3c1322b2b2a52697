import assert from "node:assert/strict";
import type { Comparison } from "@metrics-link/sandbox/cli/samples.ts";
import { type Role, roles } from "@metrics-link/sandbox/cli/stack-files.ts";
import { reportOf, runAgent } from "../support/agent.ts";
import { ChangedConfiguration } from "../support/configuration.ts";
import { eventually } from "../support/eventually.ts";
import {
  dataDirectory,
  fill,
  leastCompared,
  metric,
  nothingMissingAfter,
  power,
  processOf,
  scrapesAgain,
} from "../support/machines.ts";
import { deliveredUntil, repairedSoFar } from "../support/repair.ts";
import { beforehand, caughtUp, comparedBetween, upForAWhile } from "../support/samples.ts";
import { on, pulumi } from "../support/sandbox.ts";
import { needs, world } from "../support/world.ts";

const now = () => Date.now() / 1000;
type Repaired = Awaited<ReturnType<typeof repairedSoFar>>;
const up = (host: Role) => pulumi().must(["up", "-s", host, "--yes", "--skip-preview"]);

/** Compares everything since `from`, once all that is younger than `since` has arrived: older samples may be left out. */
async function leftOut(from: number, since: number): Promise<Comparison> {
  const end = Math.floor(await caughtUp(now()));
  return comparedBetween(from, end, ({ different, missingBetween }) => {
    assert.equal(different, 0);
    return (missingBetween?.[1] ?? 0) <= since * 1000;
  });
}

/**
 * Waits for the repair of all until `until`; after it the receiver has everything that the sender has. A window may reach
 * further than that.
 * @param before what was written again before
 */
async function repaired(from: number, until: number, before: Repaired): Promise<void> {
  const delivered = await deliveredUntil(until);
  const { missing, different, compared, examples } = await comparedBetween(from, Math.floor(delivered), () => true);
  assert.deepEqual([missing, different], [0, 0], `${examples}`);
  assert.ok(compared >= leastCompared, `only ${compared} samples were compared`);
  const { written, skipped } = await repairedSoFar();
  assert.ok(written > before.written, "nothing was written again");
  assert.equal(skipped, before.skipped);
}

for (const host of roles) {
  describe(`the machine of the ${host}`, function () {
    needs(world.link);
    this.timeout(1_200_000);

    it("loses nothing in a reboot", async () => {
      // The one before ends seconds after the host was away, and what is compared begins seconds before the reboot.
      await upForAWhile();
      const from = beforehand();
      await power(host, "reboot");
      await nothingMissingAfter(host, from, now());
    });
  });
}

describe("a power cut", function () {
  needs(world.link);
  this.timeout(1_200_000);

  /** The journal and the WAL are whole, and nobody had to help. */
  async function comesBack(host: Role): Promise<[from: number, to: number]> {
    const cut = await power(host, "kill");
    const dark = now();
    await power(host, "on");
    await scrapesAgain(host, now());
    assert.equal(await metric(host, "prometheus_tsdb_wal_corruptions_total"), 0, "the WAL was torn");
    return [cut, dark];
  }

  it("of the receiver loses no acknowledged sample", async () => {
    const from = beforehand();
    const [, dark] = await comesBack("receiver");
    await nothingMissingAfter("receiver", from, dark);
  });

  it("of the sender leaves a gap only for its queued samples, which are backfilled", async () => {
    // A batch leaves when it is full or 5 s old (batch_send_deadline); the WAL is read as it is written.
    const queuedSeconds = 5 + 1;
    const before = await repairedSoFar();
    const from = beforehand();
    const [cut, dark] = await comesBack("sender");
    const found = await leftOut(from, dark);
    const [first = Number.POSITIVE_INFINITY] = found.missingBetween ?? [];
    assert.ok(first >= (cut - queuedSeconds) * 1000, `missing since ${first / 1000}, the cut was at ${cut}`);
    assert.equal(found.unexpected, 0, "the receiver has what the sender forgot");
    assert.ok(found.compared >= leastCompared, `only ${found.compared} samples were compared`);
    await repaired(from, dark + 1, before);
  });
});

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

describe("a protected resource", function () {
  needs(world.link);
  this.timeout(1_200_000);

  it("survives a destroy, and an update that would replace it, until a person removes the protection", async () => {
    const resources = async () => {
      const { stdout } = await pulumi().must(["stack", "export", "-s", "sender"]);
      return (JSON.parse(stdout).deployment.resources as { urn: string; id?: string; protect?: boolean }[])
        .map(({ urn, id, protect }) => `${urn} ${id} ${protect}`)
        .toSorted();
    };
    const before = await resources();
    const refused = async (words: string[], names: readonly string[]) => {
      const { code, stdout, stderr } = await pulumi().run([...words, "-s", "sender", "--yes"]);
      assert.notEqual(code, 0);
      for (const name of names) {
        assert.match(
          `${stdout}${stderr}`,
          new RegExp(
            `::${name}"\\s+(cannot be deleted\\s+because it is protected|as it is currently marked for protection)`,
          ),
        );
      }
      assert.deepEqual(await resources(), before);
    };
    await refused(["destroy"], ["sender-data", "sender-bucket"]);
    const address = await pulumi().run(["destroy", "-s", "sender-exchange", "--yes"]);
    assert.notEqual(address.code, 0);
    assert.match(
      `${address.stdout}${address.stderr}`,
      /::sender-address"\s+cannot be deleted\s+because it is protected/,
    );
    const configuration = new ChangedConfiguration("sender");
    await configuration.set("network.zones[0]", "eu-west-1c");
    try {
      await refused(["up"], ["sender-data"]);
    } finally {
      configuration.restore();
    }

    const guarded = before.filter((line) => line.endsWith(" true")).map((line) => line.split(" ")[0] ?? "");
    assert.equal(guarded.length, 2);
    await pulumi().must(["state", "unprotect", "-s", "sender", "--yes", ...guarded]);
    const { stdout } = await pulumi().must(["destroy", "-s", "sender", "--preview-only"]);
    // Even then Pulumi forgets them only: they stay in the account.
    assert.match(stdout, /sender-data delete\[retain\]/);
    await up("sender");
    assert.deepEqual(await resources(), before);
  });
});
