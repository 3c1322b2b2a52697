import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { LinkError } from "@metrics-link/contract";
import { readSeries } from "./read.ts";
import { Repairer } from "./repairer.ts";
import { readSettings } from "./settings.ts";
import { reportOf } from "./state.ts";
import { pace, transfer } from "./transfer.ts";
import { nextSpan, type PendingWindow, withSpanDone, withWindow } from "./windows.ts";
import { writeTo } from "./write.ts";

const usage = `usage: repair watch --settings FILE --state DIRECTORY --metrics DIRECTORY
       repair window --settings FILE --from INSTANT --to INSTANT --rate N
  watch   watch the queue, and backfill windows for which delivery is not proven; what the unit does
  window  backfill one window now, at most N samples a second, and print a report
INSTANT is ISO 8601, such as 2026-01-31T12:00:00Z, or seconds since 1970.`;
const usageError = 64;

async function main(argv: readonly string[]): Promise<number> {
  const text = { type: "string" } as const;
  const { positionals, values } = parseArgs({
    args: [...argv],
    options: { settings: text, state: text, metrics: text, from: text, to: text, rate: text },
    allowPositionals: true,
  });
  const [command] = positionals;
  const { settings: file, state, metrics, from, to, rate } = values;
  if (command === "watch" && file && state && metrics) {
    return (await Repairer.load(await readSettings(file), { state, metrics })).run();
  }
  if (command === "window" && file && from && to && rate) {
    await backfillWindow(file, instantOf(from), instantOf(to), Number(rate));
    return 0;
  }
  console.error(usage);
  return usageError;
}

async function backfillWindow(file: string, from: number, to: number, samplesPerSecond: number): Promise<void> {
  const { prometheusUrl, writeUrl } = await readSettings(file);
  const sleep = async (milliseconds: number) => {
    await pause(milliseconds);
  };
  const allowance = pace(() => samplesPerSecond, Date.now, sleep);
  const window = { from, to, reasons: [], deliveredUntil: from, openedAt: to, certain: true };
  let pending: readonly PendingWindow[] = withWindow([], window);
  for (;;) {
    const next = nextSpan(pending, Number.POSITIVE_INFINITY, 0);
    if (next === undefined) return;
    const source = readSeries(`${prometheusUrl}/api/v1/read`, next.span);
    const after = withSpanDone(pending, { ...next, tally: await transfer(source, writeTo(writeUrl), allowance) });
    if (after.complete) console.log(JSON.stringify(reportOf(after.complete, Date.now()), undefined, 2));
    pending = after.pending;
  }
}

/** Milliseconds since 1970. @throws LinkError `USAGE` quoting the text */
function instantOf(text: string): number {
  const found = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text);
  if (Number.isNaN(found)) {
    const next = "write ISO 8601 or seconds since 1970";
    throw new LinkError("USAGE", { what: "not a point in time", value: text, next });
  }
  return Math.round(found);
}

process.exitCode = await main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error);
  return 1;
});
