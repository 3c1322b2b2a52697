import { statfs } from "node:fs/promises";
import { hostPaths } from "@metrics-link/release";
import { toolDirectory } from "../download.ts";
import { exists } from "../place-file.ts";
import { at, type Run, releaseOf } from "../run.ts";

/** Of a tool's archive: it lies beside what is unpacked from it, which is up to four times as large. */
const archiveAndUnpacked = 5;
/** Left free for the journal, for the agent's memory, and for whoever has to look at a host that is nearly full. */
const reserveBytes = 64 * 1024 * 1024;
const mebibytes = (bytes: number) => `${Math.ceil(bytes / 1024 / 1024)} MiB`;

/**
 * Makes sure of the room that a release takes before anything of it is written: a disk that fills up half-way would take
 * the journal and the agent's memory with it.
 * @throws Error with what is needed and what is there
 */
export async function requireSpace(run: Run): Promise<void> {
  const { tools, files } = releaseOf(run);
  const present = await Promise.all(tools.map((tool) => exists(at(run.effects, toolDirectory(tool)))));
  const missing = tools.filter((_, index) => !present[index]);
  const needed =
    missing.reduce((sum, { size }) => sum + size * archiveAndUnpacked, 0) +
    // Each file once by itself and once in the document.
    files.reduce((sum, { content }) => sum + 2 * Buffer.byteLength(content), 0);
  const { bavail, bsize } = await statfs(at(run.effects, hostPaths.base));
  if (bavail * bsize >= needed + reserveBytes) return;
  throw new Error(
    `${hostPaths.base} has ${mebibytes(bavail * bsize)} free; this release takes ${mebibytes(needed)}, ` +
      `and ${mebibytes(reserveBytes)} stay free`,
  );
}
