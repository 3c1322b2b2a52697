import { accessSync, constants } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

/** The toolchain's binary `name`: on PATH, or where the set-up puts it. */
export function tool(name: string): string {
  const folders = [...(process.env.PATH ?? "").split(delimiter), join(homedir(), ".cache", "metrics-link", "bin")];
  const found = folders.map((folder) => join(folder, name)).find(isExecutable);
  if (found === undefined)
    throw new Error(`${name} is neither on PATH nor in the toolchain's cache: run npm run setup`);
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
