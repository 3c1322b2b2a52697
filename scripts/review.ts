import { InvalidInputError } from "@metrics-link/contract";
import {
  type Deviation,
  judge,
  type Outcome,
  renderHtml,
  renderMarkdown,
  renderText,
  setAside,
  type Verdict,
} from "@metrics-link/review";
import { type BranchOptions, reviewBranch } from "./review/branch.ts";
import { optionsOf, settle, UsageError } from "./stack/command-line.ts";
import { contextOf, type StackContext } from "./stack/context.ts";

const usage = `Usage: npm run -s review -- STACK [--base REF] [--accept HASH]... [--format text|markdown|html|json] [--sandbox NAME]
Previews an update of the stack with the policies of this repository, changes nothing, and prints a verdict: what would
change, what the fences would be made of, which policies fail, pass, or cannot be decided before the update.
Ends with 0 when nothing failed, 1 when something did, 2 for a wrong call, 3 when the preview itself failed.`;

const text = { type: "string" } as const;

const formats = new Map<string, (verdict: Verdict) => string>([
  ["text", renderText],
  ["markdown", renderMarkdown],
  ["html", renderHtml],
  ["json", (verdict) => `${JSON.stringify(verdict, undefined, 2)}\n`],
]);

const exitCodes: Readonly<Record<Outcome, number>> = { passed: 0, failed: 1, incomplete: 3 };

async function main([stack = "", ...words]: readonly string[]): Promise<number> {
  if (stack === "" || stack.startsWith("-")) throw new UsageError("the name of a stack is missing");
  const options = { format: text, sandbox: text, base: text, accept: { ...text, multiple: true } } as const;
  const { format = "text", sandbox, base, accept = [] } = optionsOf(words, options);
  const render = formats.get(format);
  if (render === undefined) throw new UsageError(`--format is ${format}: one of ${[...formats.keys()].join(", ")}`);
  const context = contextOf(stack, sandbox);
  try {
    const verdict = await review(context, { ...(base === undefined ? {} : { base }), accepted: accept });
    process.stdout.write(render(verdict));
    return exitCodes[verdict.outcome];
  } catch (error) {
    if (error instanceof UsageError) throw error;
    // Not 1, which is the word for a change that was judged.
    console.error(`error: ${(error as Error).message}`);
    return exitCodes.incomplete;
  }
}

async function review(context: StackContext, options: BranchOptions): Promise<Verdict> {
  const { record, pack, comparison, config } = await reviewBranch(context, options);
  return judge({
    stack: context.stack,
    record,
    pack,
    comparison,
    setAside: setAside(config),
    deviations: deviationsOf(context),
    now: new Date(),
  });
}

/** From the stack's configuration; one that cannot be read is the preview's to complain of. */
function deviationsOf({ file }: StackContext): readonly Deviation[] {
  try {
    return file.read().policy.deviations;
  } catch (error) {
    if (error instanceof InvalidInputError) return [];
    throw error;
  }
}

process.exitCode = await settle(usage, () => main(process.argv.slice(2)));
