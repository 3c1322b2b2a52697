import { up } from "@metrics-link/sandbox/cli/up.ts";
import { upForAWhile } from "../support/samples.ts";
import { prepare, report, sandbox } from "../support/sandbox.ts";
import { needs, world } from "../support/world.ts";

describe("a sandbox for the host tests", function () {
  needs(world.nothing);
  this.timeout(1_200_000);

  it("starts, and so does the link", async () => {
    await prepare();
    await up(sandbox, report);
    await upForAWhile();
  });
});
