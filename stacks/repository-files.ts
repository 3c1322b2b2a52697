import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { InvalidInputError, LinkError } from "@metrics-link/contract";

/** The root of the repository: folders in a configuration are relative to it. */
export const repositoryRoot = join(import.meta.dirname, "..");

/** A YAML file of a user's folder. */
export interface UserFile {
  /** With its ending, without its folder. */
  readonly name: string;
  readonly content: string;
}

/**
 * The YAML files of a folder of the repository, in the order of their names.
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
      what: `${folder} has files that are not YAML and would be left out silently`,
      value: strangers,
      next: "move them elsewhere",
    });
  }
  return entries.map((name) => ({
    name,
    content: readFileSync(join(path, name), "utf8"),
  }));
}
