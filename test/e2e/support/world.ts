import { existsSync, writeFileSync } from "node:fs";
import { down } from "@metrics-link/sandbox/cli/down.ts";
import { up } from "@metrics-link/sandbox/cli/up.ts";
import { runningWorld } from "@metrics-link/sandbox/world/instance.ts";
import { keptFile } from "./leftovers.ts";
import { beforehand, caughtUp, upForAWhile } from "./samples.ts";
import { prepare, report, sandbox, sender } from "./sandbox.ts";

/** What a test file finds. The runner reads these names in the files, and runs a folder's files in this order. */
export const world = {
  /** No sandbox: the file brings it up itself. */
  nothing: "nothing",
  /** A link that nothing was done to since it came up from nothing. */
  untouched: "untouched",
  /** A link that is up. Its machines may run a later image, and its PKI a later generation. */
  link: "link",
} as const;
type World = keyof typeof world;

const kept = keptFile(sandbox.layout.directory);
let known = existsSync(kept);
let touched = known;

/**
 * Declares the world that tests need, and makes it before them as far as it is not there. The first line of each outermost
 * `describe`: so a file runs alone, and after any other.
 */
export function needs(wanted: World): void {
  before(`needs ${wanted}`, async function () {
    this.timeout(1_200_000);
    if (wanted === world.nothing) await prepare();
    else if (!(await isThere(wanted))) {
      await prepare();
      await up(sandbox, report);
      await upForAWhile();
    }
    known = true;
    touched = wanted === world.link;
  });
}

async function isThere(wanted: World): Promise<boolean> {
  if (!known || (wanted === world.untouched && touched) || runningWorld(sandbox.layout) === undefined) return false;
  try {
    const started = await sender.value('process_start_time_seconds{job="prometheus",link_side="sends"}');
    // A Prometheus that has only just started has nothing to look back on.
    if (started === undefined || started > beforehand()) await upForAWhile();
    else await caughtUp();
    return true;
  } catch (error) {
    report.say(`the link that an earlier test left is not up, and is made anew: ${(error as Error).message}`);
    return false;
  }
}

after("leaves nothing running, unless told", async function () {
  this.timeout(1_200_000);
  if (!existsSync(sandbox.layout.directory)) return;
  if (process.env.METRICS_LINK_TEST_KEEP === "1") writeFileSync(kept, "");
  else await down(sandbox, report);
});
