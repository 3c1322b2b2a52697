import { up } from "@metrics-link/sandbox/cli/up.ts";
import { upForAWhile } from "../support/samples.ts";
import { prepare, report, sandbox } from "../support/sandbox.ts";
import { needs, world } from "../support/world.ts";

describe("a sandbox for the tests of hosts", function () {
  needs(world.nothing);
  this.timeout(600_000);

  it("comes up, and the link with it", async () => {
    await prepare();
    await up(sandbox, report);
    await upForAWhile();
  });
});
