import type { Effects } from "./effects.ts";

/**
 * Waits until all that was written to the file system of a path is on its disk (syncfs(2)). A name that is given before
 * that can stand for a file of zeros after a power cut.
 */
export async function flush(effects: Effects, path: string): Promise<void> {
  const { code, output } = await effects.run(["sync", "--file-system", path], { timeoutMs: 120_000 });
  if (code !== 0) throw new Error(`${path} cannot be written to its disk: ${output.trim()}`);
}
