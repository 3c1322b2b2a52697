import { type Dirent, lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type FleetFile, fleetFolder, mostSenders } from "@metrics-link/config";
import { messageOf, mostContractBytes } from "@metrics-link/contract";

/** As the schema wants a sender's name; whoever reads the folder refuses others before it opens them. */
const fileName = /^(?!elsewhere\.)[a-z][a-z0-9-]{0,19}\.json$/;

/**
 * The files of the senders in the folder that a configuration names, sorted by name. Nothing but regular files below regular
 * folders is opened: a link would bring in what no review compares. What cannot be used comes back with the reason.
 * @param root of the repository
 * @param raw the top-level keys of a configuration, not judged yet; without a folder of the right form there are no files
 */
export function readFleetFolder(root: string, raw: Readonly<Record<string, unknown>>): readonly FleetFile[] {
  const folder = fleetFolder(raw);
  if (folder === undefined) return [];
  const refused = (value: unknown, remedy: string): FleetFile[] => [{ path: "metrics-link:fleet", value, remedy }];
  let entries: Dirent[];
  try {
    const link = linkOnTheWay(root, folder);
    if (link !== undefined) return refused(folder, `a folder of the repository, and ${link} is a link`);
    entries = readdirSync(join(root, folder), { withFileTypes: true });
  } catch (error) {
    if (isMissing(error))
      return refused(
        folder,
        "a folder of the repository, and it is not there: `npm run fleet -- add` makes it with its first file; without senders in files, take this key away",
      );
    return refused(folder, `a folder of the repository that can be read: ${messageOf(error)}`);
  }
  // A draft that a killed command left, and what keeps an empty folder in git.
  const found = entries.filter(({ name }) => !name.startsWith(".") || name.endsWith(".json"));
  if (found.length > mostSenders)
    return refused(folder, `a folder with at most ${mostSenders} files; it has ${found.length}`);
  return found
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .map((entry) => ({ path: `${folder}/${entry.name}`, ...contentOf(join(root, folder, entry.name), entry) }));
}

const isMissing = (error: unknown) => error instanceof Error && "code" in error && error.code === "ENOENT";

/** The first part of a path that is a symbolic link. @throws Error when a part is not there */
function linkOnTheWay(root: string, folder: string): string | undefined {
  const parts = folder.split("/");
  return parts
    .map((_, index) => parts.slice(0, index + 1).join("/"))
    .find((path) => lstatSync(join(root, path)).isSymbolicLink());
}

function contentOf(path: string, entry: Dirent): { readonly text: string } | { value: unknown; remedy: string } {
  if (!fileName.test(entry.name))
    return {
      value: entry.name,
      remedy:
        "a file NAME.json: a name of 1 to 20 of a-z, 0-9 and -, beginning with a letter, and not elsewhere; move this elsewhere",
    };
  if (!entry.isFile())
    return {
      value: entry.isSymbolicLink() ? "a link" : "not a file",
      remedy: "a regular file, as a review compares it",
    };
  try {
    const { size } = lstatSync(path);
    if (size > mostContractBytes)
      return { value: `${size} bytes`, remedy: `a sender's file of at most ${mostContractBytes} bytes` };
    return { text: utf8.decode(readFileSync(path)) };
  } catch (error) {
    return { value: "cannot be read", remedy: `a text in UTF-8 that can be read: ${messageOf(error)}` };
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
