import assert from "node:assert/strict";
import { eventually } from "../../support/eventually.ts";
import { linkIsOpen } from "../support/envoy.ts";
import { beforehand, nothingMissing, upForAWhile } from "../support/samples.ts";
import { pulumi, sandbox } from "../support/sandbox.ts";

const stranger = Array.from({ length: 32 }, () => "AB").join(":");

describe("a peer whose root is pinned no more", function () {
  this.timeout(600_000);

  for (const role of ["sender", "receiver"] as const) {
    it(`has no way in or out with the next update of the ${role}, which shows both fingerprints; and comes back`, async () => {
      await upForAWhile();
      const from = beforehand();
      const peer = role === "sender" ? "receiver" : "sender";
      const [offered = ""] = await pulumi().output<string[]>(peer, "rootFingerprints");
      const pins = sandbox.files.pins(role);
      const update = async () => {
        const { stdout, stderr } = await pulumi().must(["up", "-s", role, "--yes", "--skip-preview"]);
        return `${stdout}${stderr}`;
      };
      sandbox.files.pin(role, { rootFingerprints: [stranger] });
      try {
        const printed = await update();
        assert.ok(printed.includes(stranger) && printed.includes(offered), printed);
        assert.match(printed, /is held/);
        await eventually(
          "no connection of the link",
          async () => ((await linkIsOpen()) ? undefined : true),
          30_000,
          250,
        );
      } finally {
        sandbox.files.pin(role, { rootFingerprints: pins });
      }
      await update();
      await nothingMissing(from, 10 * 500);
      await pulumi().must(["preview", "-s", role, "--expect-no-changes"]);
    });
  }
});
