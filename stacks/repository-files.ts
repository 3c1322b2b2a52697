import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

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
 */
export function yamlFiles(key: string, folder: string | undefined): UserFile[] {
  if (folder === undefined) return [];
  const path = join(repositoryRoot, folder);
  let entries: string[];
  try {
    entries = readdirSync(path).toSorted();
  } catch (cause) {
    throw new Error(`metrics-link:${key} is ${JSON.stringify(folder)}: a folder of the repository is expected`, {
      cause,
    });
  }
  const strangers = entries.filter((entry) => !/\.ya?ml$/.test(entry));
  if (strangers.length > 0) {
    throw new Error(
      `${folder} has ${strangers.join(", ")}: only YAML files belong there; they would be left out silently`,
    );
  }
  return entries.map((name) => ({
    name,
    content: readFileSync(join(path, name), "utf8"),
  }));
}
