import { writeFileSync } from "node:fs";
import { type Audit, audit, exitCodes, page, rowsWith } from "@metrics-link/audit";
import { collect } from "./audit/collect.ts";
import { optionsOf, settle, UsageError } from "./stack/command-line.ts";
import { contextOf, type StackContext } from "./stack/context.ts";

const usage = `Usage: npm run -s audit -- --stack STACK [--stack STACK ...] [--out FILE]
       npm run -s audit -- --sandbox NAME [--out FILE]
Writes one HTML page that answers who can write to this Prometheus and how that is known, from what AWS, the hosts, the
state and source control say now. Everything is read and nothing is changed. Without a stack it is the sandbox's two.
  --out FILE     where to write it; metrics-link-audit.html by default
  --no-preview   does not ask Pulumi what an update would change; that is then not known
Ends with 0 when there are no findings, 1 with findings, 2 when called wrongly, 3 when something is not known.`;

const options = {
  stack: { type: "string", multiple: true },
  sandbox: { type: "string" },
  out: { type: "string", default: "metrics-link-audit.html" },
  preview: { type: "boolean", default: true },
} as const;

async function main(words: readonly string[]): Promise<number> {
  const { stack: stacks = ["sender", "receiver"], sandbox, out, preview } = optionsOf(words, options);
  const contexts = [...new Set(stacks)].map((stack): StackContext => {
    if (!/^[\w.-]+$/.test(stack)) throw new UsageError(`--stack is ${stack}: the name of a stack of this repository`);
    return contextOf(stack, sandbox);
  });
  const evidence = await collect(contexts, { preview: preview === true });
  const judged = audit(evidence);
  writeFileSync(out, page(evidence, judged));
  console.log(summary(judged, out));
  return exitCodes[judged.verdict];
}

/** What is on top of the page, for a terminal. */
function summary(judged: Audit, out: string): string {
  const told = (["finding", "not known"] as const).flatMap((status) =>
    rowsWith(judged, status).map(({ title, about, seen }) => `${status}: ${title}, ${about}: ${seen}`),
  );
  const fine = rowsWith(judged, "fine").length;
  return [...told, `${fine} checks saw what ought to be, ${told.length} did not; the page is ${out}`].join("\n");
}

/** An audit that could not be made knows nothing. @throws UsageError */
async function unlessMade(error: Error): Promise<number> {
  if (error instanceof UsageError) throw error;
  console.error(`error: ${error.message}`);
  return exitCodes["not known"];
}

process.exitCode = await settle(usage, () => main(process.argv.slice(2)).catch(unlessMade));
