import assert from "node:assert/strict";
import { type Role, roles } from "@metrics-link/sandbox/cli/stack-files.ts";
import { ChangedConfiguration } from "../support/configuration.ts";
import { leastCompared, metric, nothingMissingAfter, power, scrapesAgain } from "../support/machines.ts";
import { leftOut, repaired, repairedSoFar } from "../support/repair.ts";
import { beforehand, upForAWhile } from "../support/samples.ts";
import { pulumi } from "../support/sandbox.ts";
import { needs, world } from "../support/world.ts";

const now = () => Date.now() / 1000;
const up = (host: Role) => pulumi().must(["up", "-s", host, "--yes", "--skip-preview"]);

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
