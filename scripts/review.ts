import { InvalidInputError, printableLines } from "@metrics-link/contract";
import { isUndecidable, isUnderDeviation, policies } from "@metrics-link/policy";
import {
  type Deviation,
  judge,
  type Outcome,
  renderHtml,
  renderMarkdown,
  renderText,
  type Verdict,
} from "@metrics-link/review";
import { preview } from "./review/preview.ts";
import { complain, optionsOf, settle, UsageError } from "./stack/command-line.ts";
import { contextOf, type StackContext } from "./stack/context.ts";

const usage = `Usage: npm run -s review -- STACK [--format text|markdown|html|json] [--sandbox NAME]
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
  const { format = "text", sandbox } = optionsOf(words, { format: text, sandbox: text });
  const render = formats.get(format);
  if (render === undefined) throw new UsageError(`--format is ${format}: one of ${[...formats.keys()].join(", ")}`);
  const context = contextOf(stack, sandbox);
  try {
    const verdict = await review(context);
    process.stdout.write(printableLines(render(verdict)));
    return exitCodes[verdict.outcome];
  } catch (error) {
    // Not 1, which is the word for a change that was judged.
    complain(`error: ${(error as Error).message}`);
    return exitCodes.incomplete;
  }
}

async function review(context: StackContext): Promise<Verdict> {
  return judge({
    stack: context.stack,
    record: await preview(context),
    pack: { policies, isUndecidable, isUnderDeviation },
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
