/** Sandboxes of test runs that were killed. Their names differ from run to run, so no later run would find them by its own. */
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Layout, layoutIn } from "@metrics-link/sandbox/model/layout.ts";
import { cleanUp } from "@metrics-link/sandbox/realiser/index.ts";
import { WorldClient } from "@metrics-link/sandbox/world/client.ts";

/** Marks a sandbox that a run left up and in order (`npm test -- --keep`), so that the next run takes it as it is. */
export const keptFile = (directory: string): string => join(directory, "kept");
const ownerFile = (directory: string) => join(directory, "owner");

/** A process, told from a later one with the same number by when it started (proc_pid_stat(5), field 22). */
function identity(pid: number): string | undefined {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return undefined;
  const [, rest = ""] = readFileSync(file, "utf8").split(/\) (?=[A-Z] )/);
  return `${pid} ${rest.split(" ")[19]}`;
}

/** Says that a sandbox is this process': once the process is gone, nobody needs the sandbox. */
export function claim({ directory }: Layout): void {
  writeFileSync(ownerFile(directory), identity(process.pid) ?? "");
}

/**
 * Removes the sandboxes whose run is gone; those that somebody keeps, or that no run made, stay.
 * @param folder of all sandboxes
 * @param say told of each
 */
export async function removeLeftovers(folder: string, say: (line: string) => void): Promise<void> {
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const layout = layoutIn(join(folder, name));
    if (existsSync(keptFile(layout.directory)) || !isLeft(layout)) continue;
    if (!takeOver(layout)) continue;
    say(`removes the sandbox ${name}, which a run that is gone left behind`);
    // What cannot be removed is this run's trouble only if it has the same name.
    await new WorldClient(layout).stop().catch((error: Error) => say(error.message));
    await cleanUp(layout).catch((error: Error) => say(error.message));
  }
}

function isLeft({ directory }: Layout): boolean {
  if (!existsSync(ownerFile(directory))) return false;
  const owner = readFileSync(ownerFile(directory), "utf8");
  return identity(Number(owner.split(" ")[0])) !== owner;
}

/** Of two runs that start at once, one removes it. */
function takeOver(layout: Layout): boolean {
  const { directory } = layout;
  try {
    renameSync(ownerFile(directory), `${ownerFile(directory)}.${process.pid}`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
  claim(layout);
  return true;
}
