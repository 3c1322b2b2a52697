/** At most one world per sandbox: the process in the pid file, if it still is one. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { LinkError } from "@metrics-link/contract";
import type { Layout } from "../model/layout.ts";

/** The process id of the sandbox's world; undefined if there is none. */
export function runningWorld(layout: Layout): number | undefined {
  const pid = Number(read(layout.pidFile));
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  // Process ids are reused; the command line identifies the process.
  const words = (read(`/proc/${pid}/cmdline`) ?? "").split("\0");
  return words.some((word) => word.endsWith("/world/main.ts")) && words.includes(layout.directory) ? pid : undefined;
}

/** Makes this process the sandbox's world; throws if another one runs. */
export function claim(layout: Layout): void {
  const other = runningWorld(layout);
  if (other !== undefined && other !== process.pid)
    throw new LinkError("SANDBOX_REFUSED", { what: `a world of this sandbox runs already: process ${other}` });
  if (other === undefined) rmSync(layout.pidFile, { force: true });
  // Exclusive: of two worlds that start at once, one fails here.
  writeFileSync(layout.pidFile, `${process.pid}\n`, { flag: other === undefined ? "wx" : "w" });
}

export function release(layout: Layout): void {
  rmSync(layout.socket, { force: true });
  rmSync(layout.pidFile, { force: true });
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    // ESRCH: the process ended while its file was being read.
    if (["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
}
