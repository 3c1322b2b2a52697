import { down } from "@metrics-link/sandbox/cli/down.ts";
import { up } from "@metrics-link/sandbox/cli/up.ts";
import { describe, it } from "mocha";
import { upForAWhile } from "./samples.ts";
import { prepare, report, sandbox } from "./sandbox.ts";

/** The first tests of a suite that has a sandbox of its own. @param suite what its tests are about */
export const comesUp = (suite: string) =>
  describe(`a sandbox for the tests of ${suite}`, function () {
    this.timeout(600_000);

    it("comes up, and the link with it", async () => {
      await prepare();
      await up(sandbox, report);
      await upForAWhile();
    });
  });

/** The last ones. */
export const goesDown = (suite: string) =>
  describe(`the sandbox of the tests of ${suite}`, function () {
    this.timeout(600_000);

    it("goes down", () => down(sandbox, report));
  });
