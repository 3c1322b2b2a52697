import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { messageOf, type Problem } from "@metrics-link/contract";
import type { UserFile } from "@metrics-link/prometheus";

/** The root of the repository; folders in a configuration are relative to it. */
export const repositoryRoot = join(import.meta.dirname, "..");

/** The files of a folder that can be used, and why others cannot. */
export interface FolderFiles {
  readonly files: readonly UserFile[];
  readonly problems: readonly Problem[];
}

/**
 * The YAML files in a folder of the repository, sorted by name. Hidden files that are no YAML, such as `.gitkeep`, are
 * not among them.
 * @param key the configuration key that names the folder, for messages
 */
export function yamlFiles(key: string, folder: string | undefined): FolderFiles {
  if (folder === undefined) return { files: [], problems: [] };
  let names: readonly string[];
  try {
    names = readdirSync(join(repositoryRoot, folder)).toSorted();
  } catch (error) {
    const remedy = `a folder of the repository, relative to its root, that can be read: ${messageOf(error)}`;
    return { files: [], problems: [{ key: `metrics-link:${key}`, value: folder, remedy }] };
  }
  const found = names
    .filter((name) => !name.startsWith(".") || isYaml(name))
    .map((name) => ({ name, path: join(folder, name), ...contentOf(join(folder, name)) }));
  return {
    files: found.flatMap(({ name, path, content }) => (content === undefined ? [] : [{ name, path, content }])),
    problems: found.flatMap(({ path, problem }) => (problem === undefined ? [] : [{ key: path, ...problem }])),
  };
}

const isYaml = (name: string) => /\.ya?ml$/.test(name);

interface Found {
  readonly content?: string;
  readonly problem?: Omit<Problem, "key">;
}

function contentOf(path: string): Found {
  const problem = (value: string, remedy: string): Found => ({ problem: { value, remedy } });
  if (!isYaml(path))
    return problem("not YAML", "a file that ends in .yml or .yaml; move this elsewhere, or it would be ignored");
  try {
    const target = join(repositoryRoot, path);
    if (!statSync(target).isFile()) return problem("not a file", "a file; Prometheus' folders have none below them");
    const bytes = readFileSync(target);
    const line = lineNotUtf8(bytes);
    if (line !== undefined)
      return problem(`line ${line} is not UTF-8`, "a text in UTF-8: save it again with that encoding");
    return { content: utf8.decode(bytes) };
  } catch (error) {
    return problem("cannot be read", `a file that can be read: ${messageOf(error)}`);
  }
}

/** Keeps a byte order mark, which Prometheus knows: a file arrives byte by byte. */
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The first line, from 1, with bytes that are not UTF-8. No byte of a longer character is a line feed (RFC 3629). */
function lineNotUtf8(bytes: Buffer): number | undefined {
  let line = 1;
  for (let start = 0; start < bytes.length; line += 1) {
    const feed = bytes.indexOf(0x0a, start);
    const end = feed < 0 ? bytes.length : feed + 1;
    try {
      utf8.decode(bytes.subarray(start, end));
    } catch {
      return line;
    }
    start = end;
  }
  return undefined;
}
