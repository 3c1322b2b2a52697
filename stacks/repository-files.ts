import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { InvalidInputError, LinkError } from "@metrics-link/contract";

/** The root of the repository; folders in a configuration are relative to it. */
export const repositoryRoot = join(import.meta.dirname, "..");

/** A YAML file in a user's folder. */
export interface UserFile {
  /** File name with extension, without folder. */
  readonly name: string;
  readonly content: string;
}

/**
 * The YAML files in a folder of the repository, sorted by name.
 * @param key the configuration key that names the folder, for messages
 * @throws LinkError REPOSITORY_FILE_INVALID
 */
export function yamlFiles(key: string, folder: string | undefined): UserFile[] {
  if (folder === undefined) return [];
  const path = join(repositoryRoot, folder);
  let entries: string[];
  try {
    entries = readdirSync(path).toSorted();
  } catch (cause) {
    throw new InvalidInputError(
      "Pulumi.<stack>.yaml names a folder that cannot be read",
      [{ key: `metrics-link:${key}`, value: folder, remedy: "a folder of the repository, relative to its root" }],
      "REPOSITORY_FILE_INVALID",
      { cause },
    );
  }
  const strangers = entries.filter((entry) => !/\.ya?ml$/.test(entry));
  if (strangers.length > 0) {
    throw new LinkError("REPOSITORY_FILE_INVALID", {
      what: `${folder} has files that are not YAML and would be ignored silently`,
      value: strangers,
      next: "move them elsewhere",
    });
  }
  return entries.map((name) => ({
    name,
    content: readFileSync(join(path, name), "utf8"),
  }));
}
