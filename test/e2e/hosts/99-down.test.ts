import { down } from "@metrics-link/sandbox/cli/down.ts";
import { report, sandbox } from "../support/sandbox.ts";
import { needs, world } from "../support/world.ts";

describe("the sandbox of the host tests", function () {
  needs(world.link);
  this.timeout(1_200_000);

  it("goes down", () => down(sandbox, report));
});
