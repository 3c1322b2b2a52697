/** Finding packages from a program's directory. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** The file of a module as the program would load it. @throws Error with the remedy if it is not installed */
export function locateModule(name: string, programDirectory: string): string {
  try {
    return createRequire(join(programDirectory, "package.json")).resolve(name);
  } catch (error) {
    throw new Error(`${name} cannot be found from ${programDirectory}: install the packages of the program first`, {
      cause: error,
    });
  }
}

interface Manifest {
  readonly version?: string;
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
}

/** The direct dependencies of the program with their installed versions. */
export function directDependencies(programDirectory: string): { name: string; version: string }[] {
  const manifest = nearest("package.json", programDirectory);
  if (manifest === undefined) return [];
  const { dependencies, devDependencies }: Manifest = JSON.parse(readFileSync(manifest, "utf8"));
  return Object.entries({ ...devDependencies, ...dependencies }).map(([name, wanted]) => {
    const installed = nearest(join("node_modules", name, "package.json"), programDirectory);
    if (installed === undefined) return { name, version: wanted };
    return { name, version: versionIn(installed) ?? wanted };
  });
}

/** The version that a package.json names. */
export function versionIn(file: string): string | undefined {
  const { version }: Manifest = JSON.parse(readFileSync(file, "utf8"));
  return version;
}

/** The path of `file` in a directory or the nearest one above it that has it. */
export function nearest(file: string, directory: string): string | undefined {
  for (let current = directory; ; current = dirname(current)) {
    const path = join(current, file);
    if (existsSync(path)) return path;
    if (current === dirname(current)) return undefined;
  }
}
