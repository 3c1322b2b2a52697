import assert from "node:assert/strict";
import { addressesIn, contractOutput, type Pins, readContract } from "@metrics-link/contract";
import { z } from "zod";
import { run } from "../support/commands.ts";
import { linkIsOpen } from "../support/envoy.ts";
import { eventually } from "../support/eventually.ts";
import { beforehand, nothingMissing, upForAWhile } from "../support/samples.ts";
import { pulumi, sandbox } from "../support/sandbox.ts";
import { needs, world } from "../support/world.ts";

const stranger = {
  rootFingerprints: Array.from({ length: 32 }, () => "AB").join(":"),
  // Of nobody, and so of anybody: RFC 5737.
  addresses: "192.0.2.250",
} as const;

describe("a peer with a removed pin", function () {
  needs(world.link);
  this.timeout(1_200_000);

  for (const { role, peer, key, what } of [
    { role: "sender", peer: "receiver", key: "rootFingerprints", what: "root" },
    { role: "receiver", peer: "sender", key: "addresses", what: "address" },
  ] as const) {
    it(`loses access with the next update of the ${role}, which shows the pinned and the offered ${what}; and gets it back`, async () => {
      await upForAWhile();
      const from = beforehand();
      const [offered = ""] = await offers(peer, key);
      const pins = sandbox.files.pins(role, key);
      const update = async () => {
        const { stdout, stderr } = await pulumi().must(["up", "-s", role, "--yes", "--skip-preview"]);
        return `${stdout}${stderr}`;
      };
      sandbox.files.pin(role, { [key]: [stranger[key]] });
      try {
        const printed = await update();
        assert.ok(printed.includes(stranger[key]) && printed.includes(offered), printed);
        assert.match(printed, new RegExp(`The ${what} of the ${peer} in stack .* is not pinned`));
        assert.match(printed, /is held/);
        await eventually(
          "no connection of the link",
          async () => ((await linkIsOpen()) ? undefined : true),
          30_000,
          250,
        );
      } finally {
        sandbox.files.pin(role, { [key]: pins });
      }
      await update();
      await nothingMissing(from, 10 * 500);
    });
  }

  it("is pinned by trust -- accept if the values match those read out, and the old address is unpinned", async () => {
    const trust = (...more: string[]) => run("trust", ...more, "--stack", "receiver");
    const addresses = await offers("sender", "addresses");
    sandbox.files.pin("receiver", { addresses: [stranger.addresses] });
    try {
      assert.match(
        (await trust("show")).printed,
        /\(NOT pinned\)\n.*192\.0\.2\.250 {3}\(pinned, and NOT offered any more\)/,
      );
      const misheard = await trust("accept", "--address", "192.0.2.251");
      assert.equal(misheard.code, 1);
      assert.match(misheard.printed, /heard was 192\.0\.2\.251, but offered is .*; nothing was pinned/);
      assert.deepEqual(sandbox.files.pins("receiver", "addresses"), [stranger.addresses]);
      const heard = await trust("accept", ...addresses.flatMap((one) => ["--address", one]));
      assert.equal(heard.code, 0, heard.printed);
      assert.deepEqual(sandbox.files.pins("receiver", "addresses"), addresses);
    } finally {
      sandbox.files.pin("receiver", { addresses });
    }
    await pulumi().must(["preview", "-s", "receiver", "--expect-no-changes"]);
  });

  async function offers(peer: "sender" | "receiver", key: keyof Pins): Promise<readonly string[]> {
    if (key === "rootFingerprints") return await pulumi().output(peer, key, z.array(z.string()));
    const contract = readContract(peer, await pulumi().output(peer, contractOutput, z.unknown()));
    return contract === undefined ? [] : addressesIn(contract);
  }
});
