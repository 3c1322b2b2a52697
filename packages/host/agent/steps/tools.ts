import { ensureTool } from "../download.ts";
import { type Run, releaseOf } from "../run.ts";

/** Has every tool of the release on disk, each checked by its hash. */
export async function fetchTools(run: Run): Promise<void> {
  for (const tool of releaseOf(run).tools) await ensureTool(run, tool);
}
