import { resolve } from "node:path";
import { InvalidInputError, printableJson, printableLines, UsageError } from "@metrics-link/contract";
import {
  judge,
  labelRows,
  type Outcome,
  type ReviewInput,
  renderHtml,
  renderMarkdown,
  renderText,
  senderChanges,
  setAside,
  type Verdict,
} from "@metrics-link/review";
import { type Command, complainOf, oneOf, parsed, required, takesOnly, toRead } from "../stack/command-line.ts";
import { contextOf, type StackContext } from "../stack/context.ts";
import { type BranchOptions, reviewBranch } from "./branch.ts";

const usage = `Usage: npm run -s review -- STACK [--base REF] [--accept HASH]... [--head PATH] [--format text|markdown|html|json] [--sandbox NAME]
Previews an update of the stack and prints a verdict: what this branch changes in the reviewed program, what would change
in AWS, the resulting security groups, and which policies fail, pass or cannot be decided yet. Changes nothing.
  --base REF     the reviewed commit; default: the merge base with origin/main or main
  --accept HASH  accepts the program change with this hash, as an earlier review printed it
  --head PATH    reviews this checkout instead of the current one
  --format F     how the verdict is printed; default text
Exit codes: 0 passed, 1 something failed, 2 wrong call, 3 the preview failed.`;

const text = { type: "string" } as const;

export const formats: ReadonlyMap<string, (verdict: Verdict) => string> = new Map([
  ["text", renderText],
  ["markdown", renderMarkdown],
  ["html", renderHtml],
  ["json", (verdict) => `${printableJson(verdict, 2)}\n`],
]);

const exitCodes: Readonly<Record<Outcome, number>> = { passed: 0, failed: 1, incomplete: 3 };

async function main(words: readonly string[]): Promise<number> {
  const known = { format: text, sandbox: text, base: text, head: text, accept: { ...text, multiple: true } } as const;
  const { values, positionals } = parsed(words, known);
  const { format, sandbox, base, head, accept: accepted = [] } = values;
  takesOnly(positionals, 1);
  const stack = required(positionals[0], "STACK");
  const render = formats.get(oneOf("--format", format ?? "text", [...formats.keys()])) ?? renderText;
  const checkout = head === undefined ? undefined : resolve(toRead("--head", head, "folder"));
  const context = contextOf(stack, sandbox, checkout);
  try {
    const verdict = await review(context, { base, head: checkout, accepted });
    process.stdout.write(printableLines(render(verdict)));
    return exitCodes[verdict.outcome];
  } catch (error) {
    if (error instanceof UsageError) throw error;
    // Not 1, which means that a change was judged.
    complainOf(error);
    return exitCodes.incomplete;
  }
}

async function review(context: StackContext, options: BranchOptions): Promise<Verdict> {
  const { record, asked, pack, comparison, config, senders } = await reviewBranch(context, options);
  return judge({
    stack: context.stack,
    record,
    pack,
    comparison,
    asked,
    setAside: setAside(config),
    labels: labelRows(senders.after),
    senders: senderChanges(senders.before, senders.after),
    ...deviationsOf(context),
    now: new Date(),
  });
}

/** From the stack's configuration. One that is not understood proves nothing, whatever the preview makes of it. */
function deviationsOf({ file }: StackContext): Pick<ReviewInput, "deviations" | "notRead"> {
  try {
    return { deviations: file.readAny().policy.deviations, notRead: [] };
  } catch (error) {
    if (error instanceof InvalidInputError) return { deviations: [], notRead: [error.message] };
    throw error;
  }
}

export const command: Command = { usage, run: main };
