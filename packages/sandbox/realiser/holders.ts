/**
 * Processes that keep a sandbox's mounts in place. Each mount namespace has copies of all mounts that there were when it was made.
 * Copies that are slaves of the original go with it; those of a container or of a plain `unshare --mount` are private and stay: the
 * file system stays mounted, so its loop device stays, and so does the mount below the file behind the device.
 */

import { readdir, readFile, readlink, stat } from "node:fs/promises";
import { execute } from "./command.ts";
import { mountPointsIn } from "./hosts/root-disk.ts";

/** A mount namespace other than this process', by one process in it. */
interface Elsewhere {
  readonly pid: string;
  /** Its copies of mounts at or below the directory, innermost first. */
  readonly mounts: readonly string[];
}

/**
 * Every other mount namespace of this machine that has mounts at or below a directory, if that is the same directory there: a
 * container may have a sandbox of its own under the same path.
 */
async function namespacesWith(directory: string): Promise<Elsewhere[]> {
  const own = await readlink("/proc/self/ns/mnt");
  const here = await identity(directory);
  const seen = new Set([own]);
  const found: Elsewhere[] = [];
  for (const pid of await processes()) {
    const namespace = await readlink(`/proc/${pid}/ns/mnt`).catch(() => own);
    if (seen.has(namespace)) continue;
    seen.add(namespace);
    const mounts = mountPointsIn(await readFile(`/proc/${pid}/mountinfo`, "utf8").catch(() => ""), directory);
    if (mounts.length === 0) continue;
    const there = await identity(`/proc/${pid}/root${directory}`);
    if (here !== undefined && here === there) found.push({ pid, mounts });
  }
  return found;
}

/**
 * Unmounts what other mount namespaces have of a sandbox. Their processes go on.
 * @returns whether there was anything
 */
export async function unmountElsewhere(directory: string): Promise<boolean> {
  const all = await namespacesWith(directory);
  for (const { pid, mounts } of all) {
    for (const mount of mounts) await execute(["nsenter", `--mount=/proc/${pid}/ns/mnt`, "umount", mount]);
  }
  return all.length > 0;
}

/** Who still keeps something mounted or open below a directory, for a person who has to end it: `12 (sleep 600)`. */
export async function holdersOf(directory: string): Promise<string[]> {
  const copies = new Set((await namespacesWith(directory)).map(({ pid }) => pid));
  const holders: string[] = [];
  for (const pid of await processes()) {
    if (pid === String(process.pid)) continue;
    if (!copies.has(pid) && !(await hasOpen(pid, directory))) continue;
    const command = (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).split("\0").join(" ").trim();
    holders.push(`${pid} (${command.slice(0, 80)})`);
  }
  return holders;
}

const identity = async (path: string) =>
  stat(path).then(
    ({ dev, ino }) => `${dev}:${ino}`,
    () => undefined,
  );

const processes = async () => (await readdir("/proc")).filter((name) => /^\d+$/.test(name));

async function hasOpen(pid: string, directory: string): Promise<boolean> {
  const files = await readdir(`/proc/${pid}/fd`).catch(() => []);
  const links = ["cwd", "root", "exe", ...files.map((file) => `fd/${file}`)];
  const paths = await Promise.all(links.map((link) => readlink(`/proc/${pid}/${link}`).catch(() => "")));
  return paths.some((path) => path === directory || path.startsWith(`${directory}/`));
}
