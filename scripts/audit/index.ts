import { writeFileSync } from "node:fs";
import { type Audit, type AuditEvidence, audit, exitCodes, outcomeOf, page, summary } from "@metrics-link/audit";
import { LinkError, UsageError } from "@metrics-link/contract";
import { type Command, complainOf, optionsOf, say, toWrite } from "../stack/command-line.ts";
import { contextOf, hostStacks, type StackContext } from "../stack/context.ts";
import { clientConfiguration } from "./aws.ts";
import { collect } from "./collect.ts";
import { tellHost } from "./host.ts";
import { part } from "./part.ts";

const usage = `Usage: npm run -s audit -- [--stack STACK ...] [--sandbox NAME] [--out FILE] [--tell] [--no-preview]
Writes one HTML page: who can write to this Prometheus, with the evidence from AWS, the hosts, the state and source
control. Reads only. Without --stack it audits every stack of the sandbox that has a host.
  --tell         stores the outcome on each stack's host, as metrics with alerts: for scheduled audits
  --out FILE     the page; default metrics-link-audit.html
  --no-preview   skips Pulumi's preview; what an update would change is then unknown
Exit codes: 0 no findings, 1 findings, 2 wrong call, 3 something is unknown.`;

const options = {
  stack: { type: "string", multiple: true },
  sandbox: { type: "string" },
  out: { type: "string", default: "metrics-link-audit.html" },
  preview: { type: "boolean", default: true },
  tell: { type: "boolean", default: false },
} as const;

async function main(words: readonly string[]): Promise<number> {
  const { sandbox, out, preview, tell, ...given } = optionsOf(words, options);
  const stacks = given.stack ?? hostStacks(sandbox);
  toWrite("--out", out);
  const contexts = [...new Set(stacks)].map((stack): StackContext => contextOf(stack, sandbox));
  const evidence = await collect(contexts, { preview: preview === true });
  const judged = audit(evidence);
  writeFileSync(out, page(evidence, judged));
  say(`${summary(judged)}; the page is ${out}`);
  const untold = tell ? await tellHosts(contexts, evidence, judged) : [];
  for (const line of untold) say(line);
  return untold.length > 0 && judged.verdict === "ok" ? exitCodes["not known"] : exitCodes[judged.verdict];
}

/** @returns a line for each host that did not get its outcome; an alert on that host then fires */
async function tellHosts(contexts: readonly StackContext[], { stacks, takenAt }: AuditEvidence, judged: Audit) {
  const lines = await Promise.all(
    contexts.map(async ({ stack, file, environment }) => {
      const declared = stacks.find((one) => one.stack === stack)?.declared ?? { error: "it was not read" };
      const told = await part(async () => {
        if ("error" in declared) throw new LinkError("STATE_INVALID", { what: declared.error });
        const clients = clientConfiguration(file.read(), environment);
        await tellHost(clients, declared.value.instanceId, outcomeOf(judged, stack, takenAt));
      });
      return "error" in told ? [`not told: the host of ${stack}: ${told.error}`] : [];
    }),
  );
  return lines.flat();
}

/** A failed audit exits with 3: everything is unknown. @throws UsageError */
async function unlessMade(error: unknown): Promise<number> {
  if (error instanceof UsageError) throw error;
  complainOf(error);
  return exitCodes["not known"];
}

export const command: Command = { usage, run: (words) => main(words).catch(unlessMade) };
