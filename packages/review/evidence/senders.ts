import { basename } from "node:path";
import { configurationNamespace, fleetFolder, isFleetFile, senderInFile } from "@metrics-link/config";
import { contractFileKeys, contractFileObject, labelsText } from "@metrics-link/contract";
import { bytesOf, type Files } from "../program/files.ts";
import { type Fields, isList, isObject, isSame } from "../program/values.ts";

/** A sender as a receiver's configuration has it, not judged: the branch may have written anything. */
export interface DeclaredSender {
  readonly name: string;
  /** Where its keys stand: `metrics-link:senders[0]`, or its own file. */
  readonly source: string;
  readonly entry: Fields;
  /** The contract in its own file. */
  readonly contract: Fields;
}

/**
 * Every sender of a configuration and of the folder of files that it names.
 * @param config the section `config` of the stack's file, parsed
 * @param files of the same checkout
 */
export function declaredSenders(config: Fields, files: Files): DeclaredSender[] {
  const senders = config[`${configurationNamespace}:senders`];
  const own = (isList(senders) ? senders : []).map((sender, index) => {
    const entry = isObject(sender) ? sender : {};
    const { name = index } = entry;
    return { name: String(name), source: `${configurationNamespace}:senders[${index}]`, entry, contract: {} };
  });
  const folder = fleetFolder({ fleet: config[`${configurationNamespace}:fleet`] });
  const ofFiles = [...files]
    .filter(([path]) => path.endsWith(".json") && isFleetFile(folder, path))
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([path, file]) => {
      const text = bytesOf(file).toString("utf8");
      const { entry = {} } = senderInFile({ path, text });
      const { contract: _, ...rest } = entry;
      return { name: basename(path, ".json"), source: path, entry: rest, contract: contractIn(text) };
    });
  return [...own, ...ofFiles];
}

/** None of a file that is refused: the update says why. */
function contractIn(text: string): Fields {
  const found = contractFileObject(text);
  return "fault" in found ? {} : Object.fromEntries(contractFileKeys.map((name) => [name, found.keys[name]]));
}

/** What a branch does with a sender. Whoever may write from now on stands first. */
const kinds = ["added", "resumed", "changed", "suspended", "removed"] as const;

export interface SenderChange {
  readonly kind: (typeof kinds)[number];
  readonly name: string;
  readonly source: string;
  /** In sentences without an end: what it may do from now on, and no longer. */
  readonly what: readonly string[];
}

/** What a branch changes of who may write: senders by name, wherever their keys stand. */
export function senderChanges(
  before: readonly DeclaredSender[],
  after: readonly DeclaredSender[],
): readonly SenderChange[] {
  const byName = (list: readonly DeclaredSender[]) => new Map(list.map((one) => [one.name, one]));
  const [old, next] = [byName(before), byName(after)];
  const changes = [...new Set([...old.keys(), ...next.keys()])].flatMap((name) =>
    changeOf(old.get(name), next.get(name)),
  );
  return changes.toSorted((one, other) => kinds.indexOf(one.kind) - kinds.indexOf(other.kind));
}

function changeOf(was: DeclaredSender | undefined, is: DeclaredSender | undefined): SenderChange[] {
  const one = is ?? was;
  if (one === undefined) return [];
  const { name, source } = one;
  const what = [
    ...(was !== undefined && is !== undefined && was.source !== is.source ? [`was in ${was.source}`] : []),
    ...keyChanges(was?.entry ?? {}, is?.entry ?? {}),
    ...contractChanges(was?.contract ?? {}, is?.contract ?? {}),
  ];
  if (was === undefined) {
    const unpinned =
      is?.entry.labels === undefined ? ["NO LABELS are pinned: its series may carry any but another sender's"] : [];
    return [{ kind: "added", name, source, what: [...what, ...unpinned] }];
  }
  if (is === undefined)
    return [{ kind: "removed", name, source, what: ["its roots, addresses and labels are free for others"] }];
  const isMoved = /^metrics-link:/.test(was.source) && /^metrics-link:/.test(is.source);
  const left = isMoved ? what.filter((text) => text !== `was in ${was.source}`) : what;
  if (left.length === 0) return [];
  const [before, now] = [was, is].map(({ entry }) => entry.suspended !== undefined);
  return [{ kind: before === now ? "changed" : now ? "suspended" : "resumed", name, source, what: left }];
}

/** Keys that name a sender are in the change already. */
const named = ["name"];

function keyChanges(was: Fields, is: Fields): string[] {
  return [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .filter((key) => !named.includes(key) && !isSame(was[key], is[key]))
    .flatMap((key) => valueChanges(key, was[key], is[key]));
}

function valueChanges(key: string, was: unknown, is: unknown): string[] {
  if (key === "labels")
    return [
      `labels ${is === undefined ? "are no longer pinned" : text(is)}${was === undefined ? "" : `, were ${text(was)}`}`,
    ];
  if (isList(was ?? is) && isList(is ?? was)) {
    const [old, next] = [was, is].map((list) => (isList(list) ? list : []));
    return [
      ...(next ?? []).filter((one) => !old?.includes(one)).map((one) => `${key} has ${text(one)}`),
      ...(old ?? []).filter((one) => !next?.includes(one)).map((one) => `${key} has no ${text(one)} any more`),
    ];
  }
  if (is === undefined) return [`${key} is gone, was ${text(was)}`];
  return [`${key} is ${text(is)}${was === undefined ? "" : `, was ${text(was)}`}`];
}

function contractChanges(was: Fields, is: Fields): string[] {
  if (Object.keys(was).length === 0 || isSame(was, is)) return [];
  const parts = (fields: Fields) => ({ ...(isObject(fields.contract) ? fields.contract : {}), ...fields });
  const [old, next] = [parts(was), parts(is)] as Fields[];
  const differ = [...new Set([...Object.keys(old ?? {}), ...Object.keys(next ?? {})])].filter(
    (key) => key !== "contract" && !isSame(old?.[key], next?.[key]),
  );
  return [`its contract differs in ${differ.join(", ") || "its form"}`];
}

const isLabels = (value: unknown): value is Readonly<Record<string, string>> =>
  isObject(value) && Object.values(value).every((one) => typeof one === "string");

const text = (value: unknown): string =>
  typeof value === "string" ? value : isLabels(value) ? labelsText(value) : JSON.stringify(value);
