import { execFileSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  symlinkSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import type { Files } from "@metrics-link/review";

/**
 * The files of a program, each as one text: what a link leads to, and whether a file may be executed, is part of it.
 * A path that is listed and not there has been removed.
 */
export function filesIn(directory: string, paths: readonly string[]): Files {
  const texts = paths.flatMap((path): [string, string][] => {
    const full = join(directory, path);
    const found = lstatSync(full, { throwIfNoEntry: false });
    if (found === undefined) return [];
    if (found.isSymbolicLink()) return [[path, `link to ${readlinkSync(full)}`]];
    // A repository within the repository.
    if (found.isDirectory()) return [[path, "directory"]];
    return [[path, `${found.mode & 0o100 ? "may be executed\n" : ""}${textOf(readFileSync(full))}`]];
  });
  return new Map(texts);
}

/** Bytes that are no UTF-8 are told apart, too. */
function textOf(bytes: Buffer): string {
  const text = bytes.toString("utf8");
  return Buffer.from(text).equals(bytes) ? text : `base64 ${bytes.toString("base64")}`;
}

export function unpack(archive: Buffer, directory: string): void {
  mkdirSync(directory, { recursive: true });
  execFileSync("tar", ["-x", "-C", directory], { input: archive });
}

/**
 * Gives a laid-out program the installed packages of a checkout with the same lock file. Other people's packages are
 * shared; those of the workspace lead to the laid-out ones, so that nothing of the checkout's own code is loaded.
 * @throws Error when a package of the lock file is not installed
 */
export function linkModules(checkout: string, directory: string): void {
  for (const folder of workspaceFolders(directory)) {
    const installed = join(checkout, folder, "node_modules");
    if (!existsSync(installed)) continue;
    for (const name of packagesIn(installed)) {
      const target = realpathSync(join(installed, name));
      const inside = relative(realpathSync(checkout), target);
      const own = !inside.startsWith("..") && !inside.split("/").includes("node_modules");
      const link = join(directory, folder, "node_modules", name);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(own ? join(directory, inside) : target, link);
    }
  }
}

/** Installs the packages of a laid-out program by its own lock file, without running any code of them. */
export function installModules(directory: string): void {
  execFileSync("pnpm", ["install", "--frozen-lockfile", "--prefer-offline", "--ignore-scripts", "--reporter=silent"], {
    cwd: directory,
    env: { ...process.env, CI: "true" },
    stdio: ["ignore", "ignore", "pipe"],
  });
}

/** Where a workspace has packages: its root, `stacks`, and each folder of `packages` (pnpm-workspace.yaml). */
function workspaceFolders(directory: string): string[] {
  const packages = readdirSync(join(directory, "packages")).map((name) => join("packages", name));
  return [".", "stacks", ...packages].filter((folder) => existsSync(join(directory, folder, "package.json")));
}

function packagesIn(modules: string): string[] {
  return readdirSync(modules).flatMap((name) => {
    if (name.startsWith(".")) return [];
    return name.startsWith("@") ? readdirSync(join(modules, name)).map((inner) => join(name, inner)) : [name];
  });
}
