import { rmSync } from "node:fs";
import { cleanUp } from "../realiser/index.ts";
import type { Report } from "./report.ts";
import type { Sandbox } from "./sandbox.ts";

/** Removes everything that a sandbox made, whether its world still runs, has crashed or was killed halfway. */
export async function down({ layout, files, world }: Sandbox, report: Report): Promise<void> {
  await report.step("sandbox down", async (progress) => {
    await world.stop();
    await cleanUp(layout);
    files.remove();
    rmSync(layout.directory, { recursive: true, force: true });
    progress("no process, namespace, mount, loop device or file left");
  });
}
