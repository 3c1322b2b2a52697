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

/** Characters of a line that a page shows of what is asked; the JSON has them all, and so has the hash. */
const longest = 1000;
/** Characters before the first one that differs. */
const context = 40;

/** What was and what is; of long lines, which are programs or documents in one, the part that differs. */
function excerpts({ before, after }: Pick<Difference, "before" | "after">): Pick<Entry, "before" | "after"> {
  const oneLine = !before?.includes("\n") && !after?.includes("\n");
  const common = oneLine ? commonStart(before ?? "", after ?? "") : 0;
  const excerpt = (text: string) => linewise(text, (line) => part(line, Math.max(0, common - context)));
  return sides({
    ...(before === undefined ? {} : { before: excerpt(before) }),
    ...(after === undefined ? {} : { after: excerpt(after) }),
  });
}

const linewise = (text: string, change: (line: string) => string) => text.split("\n").map(change).join("\n");

function part(line: string, from: number): string {
  const rest = line.length - from - longest;
  return `${from > 0 ? "…" : ""}${line.slice(from, from + longest)}${rest > 0 ? `… (and ${rest} more characters)` : ""}`;
}

function commonStart(one: string, other: string): number {
  let length = 0;
  while (length < one.length && length < other.length && one[length] === other[length]) length += 1;
  return length;
}

const sides = ({ before, after }: Pick<Entry, "before" | "after">) => ({
  ...(before === undefined ? {} : { before: visible(before) }),
  ...(after === undefined ? {} : { after: visible(after) }),
});

/** A branch's text moves no cursor, turns nothing around and hides nothing: what is not seen is written as a number. */
const visible = (text: string) =>
  linewise(text, (line) =>
    line.replace(
      /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu,
      (sign) => `\\u{${sign.codePointAt(0)?.toString(16)}}`,
    ),
  );

/** Lines of the repository that the branch changes, whole: code may stand far to the right. */
export const sourceEntries = ({ source }: Comparison): Entry[] =>
  source.map(({ file, line, before, after }) => ({
    where: visible(`${file}:${line}`),
    ...sides({
      ...(before.length > 0 && { before: before.join("\n") }),
      ...(after.length > 0 && { after: after.join("\n") }),
    }),
  }));

/** What the program asks of the engine otherwise than the reviewed one. */
export const askEntries = ({ asks }: Comparison): Entry[] =>
  asks.map((change) => ({ where: visible(placeOf(change)), ...excerpts(change) }));

export const configurationEntries = ({ configuration }: Comparison): Entry[] =>
  configuration.map((change) => ({ where: visible(lined(change.path, change.line)), ...excerpts(change) }));

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
