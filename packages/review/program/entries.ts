import { printable } from "@metrics-link/contract";
import { type Change, count } from "@metrics-link/report";
import type { ProgramChange } from "./changes.ts";
import type { Comparison } from "./comparison.ts";
import type { Difference } from "./difference.ts";

/** Characters of a line of an input that a report shows; the JSON has them all, and so has the hash. */
const longest = 1000;
/** Characters before the first one that differs. */
const context = 40;

/** What was and what is; of long lines, such as a document in one line, the part that differs. */
function excerpts({ before, after }: Pick<Difference, "before" | "after">): Omit<Change, "where"> {
  const oneLine = !before?.includes("\n") && !after?.includes("\n");
  const common = oneLine ? commonStart(before ?? "", after ?? "") : 0;
  const excerpt = (text: string) => linewise(text, (line) => part(line, Math.max(0, common - context)));
  return sides(before === undefined ? undefined : excerpt(before), after === undefined ? undefined : excerpt(after));
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

/** A branch's text hides nothing and turns nothing around, in any format. */
const sides = (before: string | undefined, after: string | undefined): Omit<Change, "where"> => ({
  ...(before === undefined ? {} : { before: linewise(before, printable) }),
  ...(after === undefined ? {} : { after: linewise(after, printable) }),
});

/** Lines of the repository that the branch changes, whole: code may stand far to the right. */
export const sourceEntries = ({ source }: Comparison): Change[] =>
  source.map(({ file, line, before, after }) => ({
    where: printable(`${file}:${line}`),
    ...sides(before.length > 0 ? before.join("\n") : undefined, after.length > 0 ? after.join("\n") : undefined),
  }));

/** What the program registers with the engine otherwise than the reviewed one. */
export const askEntries = ({ asks }: Comparison): Change[] =>
  asks.map((change) => ({ where: printable(placeOf(change)), ...excerpts(change) }));

export const configurationEntries = ({ configuration }: Comparison): Change[] =>
  configuration.map((change) => ({ where: printable(lined(change.path, change.line)), ...excerpts(change) }));

/** "receiver-release (BucketObjectv2): content.files[envoy/bootstrap.json].content, line 7" */
function placeOf({ subject, type, path, line }: ProgramChange): string {
  const kind = type.split(":").at(-1) ?? "";
  const property = path.replace(/^registerResource\.object\./, "").replace(/^registerResource\./, "option ");
  return `${subject}${kind === "" || kind === subject ? "" : ` (${kind})`}: ${lined(property, line)}`;
}

const lined = (path: string, line: number | undefined) => (line === undefined ? path : `${path}, line ${line}`);

/** How the program differs from the reviewed one, in one sentence, and the hash that accepts exactly that. */
export function comparisonSummary({ base, asks, source, hash, accepted }: Comparison): string {
  const reviewed = `the program of ${base.slice(0, 12)}`;
  if (hash === undefined) return `none: this is ${reviewed}, file by file`;
  const made = `${count(source.length, "place")} in its source, ${count(asks.length, "difference")} in its requests to Pulumi, compared with ${reviewed}`;
  return accepted ? `${made}; accepted by --accept ${hash}` : `${made}; not accepted: ${hash}`;
}
