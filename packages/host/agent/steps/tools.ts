import { rm } from "node:fs/promises";
import { ensureTool, toolDirectory } from "../download.ts";
import { willChange } from "../drift.ts";
import { exists } from "../place-file.ts";
import { driftedTool } from "../plan.ts";
import { at, type Run, releaseOf } from "../run.ts";
import { isAsSealed } from "../seal.ts";

/** Has every tool of the release on disk as its archive held it. One that was changed is fetched anew. */
export async function fetchTools(run: Run): Promise<void> {
  for (const tool of releaseOf(run).tools) {
    const directory = at(run.effects, toolDirectory(tool));
    if ((await exists(directory)) && !(await isAsSealed(directory, tool))) {
      await willChange(run, driftedTool(tool.name));
      await rm(directory, { recursive: true });
    }
    await ensureTool(run, tool);
  }
}
