import type { ProgramChange } from "../program/changes.ts";
import type { Comparison } from "../program/comparison.ts";
import type { Difference } from "../program/difference.ts";
import type { Verdict } from "../verdict.ts";
import { count } from "./words.ts";

/** A change in the words of every format: where, and what was and is there. */
export interface Entry {
  readonly where: string;
  readonly before?: string;
  readonly after?: string;
}

/** Characters of one side that a page shows; the JSON has them all. */
const longest = 400;
/** Characters before the first one that differs. */
const context = 40;

/** What was and what is, each from shortly before the first character that differs. */
function excerpts({ before, after }: Pick<Difference, "before" | "after">): Pick<Entry, "before" | "after"> {
  const common = before === undefined || after === undefined ? 0 : commonStart(before, after);
  const from = before?.includes("\n") || after?.includes("\n") ? 0 : Math.max(0, common - context);
  return {
    ...(before === undefined ? {} : { before: excerpt(before, from) }),
    ...(after === undefined ? {} : { after: excerpt(after, from) }),
  };
}

function excerpt(text: string, from: number): string {
  const short = text.length - from <= longest && from === 0;
  if (short) return text;
  const rest = text.length - from - longest;
  return `${from > 0 ? "…" : ""}${text.slice(from, from + longest)}${rest > 0 ? `… (and ${rest} more characters)` : ""}`;
}

function commonStart(one: string, other: string): number {
  let length = 0;
  while (length < one.length && length < other.length && one[length] === other[length]) length += 1;
  return length;
}

/** Lines of the repository that the branch changes. */
export const sourceEntries = ({ source }: Comparison): Entry[] =>
  source.map(({ file, line, before, after }) => ({
    where: `${file}:${line}`,
    ...excerpts({
      ...(before.length > 0 && { before: before.join("\n") }),
      ...(after.length > 0 && { after: after.join("\n") }),
    }),
  }));

/** What the program asks of the engine otherwise than the reviewed one. */
export const askEntries = ({ asks }: Comparison): Entry[] =>
  asks.map((change) => ({ where: placeOf(change), ...excerpts(change) }));

export const configurationEntries = ({ configuration }: Comparison): Entry[] =>
  configuration.map((change) => ({ where: lined(change.path, change.line), ...excerpts(change) }));

/** "receiver-release (BucketObjectv2): content.files[envoy/bootstrap.json].content, line 7" */
function placeOf({ subject, type, path, line }: ProgramChange): string {
  const kind = type.split(":").at(-1) ?? "";
  const property = path.replace(/^registerResource\.object\./, "").replace(/^registerResource\./, "option ");
  return `${subject}${kind === "" || kind === subject ? "" : ` (${kind})`}: ${lined(property, line)}`;
}

const lined = (path: string, line: number | undefined) => (line === undefined ? path : `${path}, line ${line}`);

/** What a reader has to know of the comparison before its entries. */
export function comparisonSummary({ comparison }: Verdict): string {
  const { base, asks, source, hash, accepted } = comparison;
  const than = `the program of ${base.slice(0, 12)}`;
  if (hash === undefined) return `none: this is ${than}, file by file`;
  const made = `${count(source.length, "place")} in its source, ${count(asks.length, "difference")} in what it asks of Pulumi, compared with ${than}`;
  return accepted ? `${made}; accepted by --accept ${hash}` : `${made}; not accepted: ${hash}`;
}
