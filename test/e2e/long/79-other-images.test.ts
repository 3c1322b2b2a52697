import assert from "node:assert/strict";
import { roles } from "@metrics-link/sandbox/cli/stack-files.ts";
import { LATER_DEBIAN_13_IMAGE } from "@metrics-link/sandbox/cloud/index.ts";
import { ChangedConfiguration } from "../support/configuration.ts";
import { leafSerial, nothingMissingAfter, stored } from "../support/machines.ts";
import { beforehand } from "../support/samples.ts";
import { pulumi } from "../support/sandbox.ts";
import { needs, world } from "../support/world.ts";

for (const host of roles) {
  describe(`the machine of the ${host}, replaced for another image`, function () {
    needs(world.link);
    this.timeout(1_200_000);

    it("has the same data and identity, and no sample is lost", async () => {
      const instance = await pulumi().text(host, "instanceId");
      const serial = await leafSerial(host);
      const from = beforehand();
      const had = await stored(host, from);
      await new ChangedConfiguration(host).set("host.imageId", LATER_DEBIAN_13_IMAGE.id);
      await pulumi().must(["up", "-s", host, "--yes", "--skip-preview"]);
      assert.notEqual(await pulumi().text(host, "instanceId"), instance);
      assert.equal(await leafSerial(host), serial);
      assert.deepEqual(await stored(host, from), had);
      await nothingMissingAfter(host, from, Date.now() / 1000);
    });
  });
}
