import { basename, dirname } from "node:path";
import { contractFileKeys, contractFileObject, type Problem } from "@metrics-link/contract";
import { senderKeys } from "./peers.ts";
import { key, path } from "./values.ts";

/** As many as Envoy's limits at the receiver have room for (docs/decisions/0804). */
export const mostSenders = 1024;

const folderForm = /^(fleet|peers|pki|monitoring|stacks\/[A-Za-z0-9][\w-]*)(\/[A-Za-z0-9][\w.-]*)*$/;

/** A review compares these folders, and nothing in them is the program. */
export const fleet = key(
  path("folder")
    .regex(folderForm, {
      error:
        "a folder in fleet/, peers/, pki/, monitoring/ or a folder of stacks/, relative to the repository's root, such as fleet/senders",
    })
    .optional(),
  {
    description:
      "A folder with a file `NAME.json` for each sender: the keys of `senders[]`, with its contract. `npm run fleet -- add` writes them; see [the fleet](fleet.md). They count as if they stood behind `senders[]`.",
    range: "a folder",
    example: "fleet/senders",
    affects: "`senders[]`, which may be missing then",
  },
);

/** The folder that a configuration names for its senders; undefined if it names none, or not in that form. */
export const fleetFolder = ({ fleet: folder }: Readonly<Record<string, unknown>>): string | undefined =>
  typeof folder === "string" && folderForm.test(folder) ? folder : undefined;

/** Whether a sender's contract is its file in that folder. */
export const isFleetFile = (folder: string | undefined, contract: string | undefined): boolean =>
  folder !== undefined && contract !== undefined && dirname(contract) === folder;

/** A file of that folder as it was found, by its path in the repository: its text, or why it cannot be read. */
export type FleetFile = { readonly path: string } & (
  | { readonly text: string }
  | { readonly value: unknown; readonly remedy: string }
);

/** What a sender's file has besides: the name is the file's own, and the contract is in it. */
const given = ["name", "stack"];
const own = senderKeys.filter((name) => ![...given, "contract"].includes(name));

/**
 * An entry of `senders[]` from a sender's file, not judged yet; and the file's own problems, which no entry can have.
 * Keys that no entry has stay in it, for the schema to refuse.
 */
export function senderInFile(file: FleetFile): {
  readonly entry?: Readonly<Record<string, unknown>>;
  readonly problems: readonly Problem[];
} {
  if ("remedy" in file) return { problems: [{ key: file.path, value: file.value, remedy: file.remedy }] };
  const read = contractFileObject(file.text);
  if ("fault" in read)
    return { problems: [{ key: file.path, value: file.text.slice(0, 80), remedy: `a sender's file: ${read.fault}` }] };
  const found = read.keys;
  const rest = Object.entries(found).filter(([name]) => !contractFileKeys.some((one) => one === name));
  const problem = (name: string, remedy: string): Problem => ({
    key: keyInFile(file.path, [name]),
    value: found[name],
    remedy,
  });
  const problems = [
    ...given
      .filter((name) => Object.hasOwn(found, name))
      .map((name) => problem(name, "no such key: the file's name is the sender's, and its contract is in the file")),
    ...["owner", "since"]
      .filter((name) => found[name] === undefined)
      .map((name) => problem(name, ownRemedies[name] ?? "")),
  ];
  const entry = Object.fromEntries(rest.filter(([name]) => !given.includes(name)));
  return { entry: { name: basename(file.path, ".json"), contract: file.path, ...entry }, problems };
}

const ownRemedies: Readonly<Record<string, string>> = {
  owner: "who answers for this sender",
  since: 'the day on which this sender was agreed to, such as "2026-11-30"',
};

/** A key of a sender's file, for messages. */
const keyInFile = (file: string, path: readonly PropertyKey[]): string =>
  `${file}, ${path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("")
    .replace(/^\./, "")}`;

/**
 * A sender's file. Keys stand in one order, so that a change of one shows as that.
 * @param entry keys of `senders[]`; name and contract are the file's
 * @param outputs those of the stack whose contract it is, or another file with them
 */
export function senderFileText(
  entry: Readonly<Record<string, unknown>>,
  outputs: Readonly<Record<string, unknown>>,
): string {
  const pick = (from: Readonly<Record<string, unknown>>, names: readonly string[]) =>
    names.flatMap((name): [string, unknown][] => (from[name] === undefined ? [] : [[name, from[name]]]));
  const first = ["owner", "since", "suspended"];
  const keys = [...first, ...own.filter((name) => !first.includes(name))];
  return `${JSON.stringify(Object.fromEntries([...pick(entry, keys), ...pick(outputs, contractFileKeys)]), undefined, 2)}\n`;
}

/** A configuration with the senders of its files behind its own. */
export interface JoinedFleet {
  readonly raw: Readonly<Record<string, unknown>>;
  readonly problems: readonly Problem[];
  /** What a message calls a key of a sender that comes from a file; undefined for any other. */
  keyOf(path: readonly PropertyKey[]): string | undefined;
}

export function joinFleet(raw: Readonly<Record<string, unknown>>, files: readonly FleetFile[]): JoinedFleet {
  const { senders = [] } = raw;
  if (raw.fleet === undefined || !Array.isArray(senders)) return { raw, problems: [], keyOf: () => undefined };
  const read = files.map((file) => ({ file, ...senderInFile(file) }));
  const usable = read.flatMap(({ file, entry }) => (entry === undefined ? [] : [{ path: file.path, entry }]));
  return {
    raw: { ...raw, senders: [...(senders as readonly unknown[]), ...usable.map(({ entry }) => entry)] },
    problems: read.flatMap(({ problems }) => problems),
    keyOf: ([section, index, ...rest]) => {
      const found = section === "senders" && typeof index === "number" ? usable[index - senders.length] : undefined;
      if (found === undefined) return undefined;
      const isFile = rest[0] === "name" || rest[0] === "contract" || rest.length === 0;
      return isFile ? found.path : keyInFile(found.path, rest);
    },
  };
}
