import { writeFileSync } from "node:fs";
import { LinkError, printableJson } from "@metrics-link/contract";
import { type Report, streamReport } from "@metrics-link/sandbox/cli/report.ts";
import { type Sandbox, sandboxOf } from "@metrics-link/sandbox/cli/sandbox.ts";
import { roles } from "@metrics-link/sandbox/cli/stack-files.ts";
import { type Command, oneOf, parsed, required, say, takesOnly, toWrite } from "../stack/command-line.ts";
import { contextOf, repository } from "../stack/context.ts";
import { benchOf } from "./bench.ts";
import type { Drill, Outcome } from "./drill.ts";
import { drillsOf } from "./drills.ts";
import { JournalFile } from "./journal.ts";
import { page } from "./page.ts";
import { quickenAlerts, restoreAlerts } from "./quicken.ts";
import { describe, summary, table } from "./report.ts";
import { Interrupted, runDrill } from "./runner.ts";
import { inProduction } from "./settings.ts";

const usage = `Usage: npm run -s drill -- NAME... | --all | --list | heal
Breaks the running sandbox, waits for the expected alert, repairs it, waits until the alert has cleared and every sample
has arrived, and compares the raw samples of both ends over the whole time.
  --list          lists the drills: what breaks and which alert must fire
  --all           runs every drill; takes more than half an hour
  heal            repairs what killed drills left broken
  --json          prints the outcomes as JSON on stdout, progress on stderr
  --html FILE     writes a page with the table and a chart of each drill
  --sandbox NAME  a sandbox other than the repository's own
Ctrl-C repairs and ends. Exits with 0 only if each alert fired and cleared and no sample that must arrive is missing.`;

const options = {
  list: { type: "boolean", default: false },
  all: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  html: { type: "string" },
  sandbox: { type: "string" },
} as const;

async function main(words: readonly string[]): Promise<number> {
  const { values, positionals: names } = parsed(words, options);
  if (values.list) return list(drillsOf(sandboxOf(repository)));
  if (values.html !== undefined) toWrite("--html", values.html);
  const { sandbox } = contextOf("sender", values.sandbox);
  if (sandbox === undefined) {
    throw new LinkError("SANDBOX_NOT_UP", {
      what: "drills break things, so they run in a sandbox only",
      next: "run `npm run -s sandbox -- up`",
    });
  }
  const drills = drillsOf(sandbox);
  const journal = new JournalFile(sandbox.layout);
  const report = streamReport(process.stderr);
  if (names.length === 1 && names[0] === "heal") {
    await heal(sandbox, drills, journal, report);
    return 0;
  }
  const outcomes: Outcome[] = [];
  try {
    await run(sandbox, chosen(drills, names, values.all === true), journal, report, outcomes);
  } finally {
    // Also for the drills before an interrupted one.
    if (values.html !== undefined) writeFileSync(values.html, page(outcomes));
    if (values.json) say(printableJson(outcomes, 2));
    else if (outcomes.length > 0) say(`\n${table(outcomes)}\n\n${summary(outcomes)}`);
  }
  return outcomes.every(({ passed }) => passed) ? 0 : 1;
}

function list(drills: readonly Drill[]): number {
  const width = Math.max(...drills.map(({ name }) => name.length));
  for (const { name, fault, alert, side } of drills) {
    say(`${name.padEnd(width)}  ${fault}: ${alert} of the ${side} (${inProduction(alert)} in production)`);
  }
  return 0;
}

function chosen(drills: readonly Drill[], names: readonly string[], all: boolean): readonly Drill[] {
  if (all) takesOnly(names, 0);
  else required(names[0], "NAME, --all or --list");
  const known = drills.map(({ name }) => name);
  for (const name of names) oneOf("NAME", name, known);
  return all ? drills : drills.filter(({ name }) => names.includes(name));
}

/** @param outcomes gets each outcome as soon as there is one */
async function run(
  sandbox: Sandbox,
  drills: readonly Drill[],
  journal: JournalFile,
  report: Report,
  outcomes: Outcome[],
): Promise<void> {
  await heal(sandbox, drillsOf(sandbox), journal, report);
  const interruption = interruptible(report);
  const bench = benchOf(sandbox, interruption);
  try {
    const sides = roles.filter((role) => drills.some(({ side }) => side === role));
    await report.step(`quick alerts of ${sides.join(" and ")}`, () => quickenAlerts(sandbox.name, sides, journal));
    for (const drill of drills) {
      if (interruption.aborted) throw new Interrupted();
      const outcome = await report.step(drill.name, () => runDrill(drill, bench, journal));
      outcomes.push(outcome);
      report.say(describe(outcome));
    }
  } finally {
    await report.step("alerts as before", () => restoreAlerts(sandbox.name, journal));
  }
}

/** Repairs the faults of earlier drills that the journal has. */
async function heal(sandbox: Sandbox, drills: readonly Drill[], journal: JournalFile, report: Report): Promise<void> {
  for (const name of journal.read().broken) {
    await report.step(`repairing ${name}`, async () => {
      await drills.find((drill) => drill.name === name)?.breaks.heal();
      journal.end(name);
    });
  }
  await restoreAlerts(sandbox.name, journal);
}

/** The first Ctrl-C lets the drill repair what it broke; the second ends it at once. */
function interruptible(report: Report): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(130);
      report.say("\nrepairing; press Ctrl-C again to leave it broken until `npm run drill -- heal`");
      controller.abort();
    });
  }
  return controller.signal;
}

export const command: Command = { usage, run: main };
