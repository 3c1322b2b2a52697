import { runOnHost, type Sandbox } from "../../cli/sandbox.ts";
import type { Fault } from "./fault.ts";

const filler = (folder: string) => `${folder}/filler`;

/** Fills the file system of a folder up to a free share of its size (0 to 1). */
async function fill(sandbox: Sandbox, host: string, folder: string, leave = 0): Promise<void> {
  const script =
    'set -- $(df --block-size=1 --output=size,avail "$0" | tail -1) "$1" "$2"; ' +
    'fallocate --length "$(awk -v size="$1" -v free="$2" -v leave="$4" \'BEGIN { printf "%d", free - size * leave }\')" "$3"';
  await runOnHost(sandbox, host, ["sh", "-c", script, folder, filler(folder), `${leave}`]);
}

async function makeRoom(sandbox: Sandbox, host: string, folder: string): Promise<void> {
  await runOnHost(sandbox, host, ["rm", "--force", filler(folder)]);
}

/** A file system with no space left, or a share of it. */
export const fullDisk = (sandbox: Sandbox, host: string, folder: string, leave = 0): Fault => ({
  inject: () => fill(sandbox, host, folder, leave),
  heal: () => makeRoom(sandbox, host, folder),
});
