import { setTimeout as pause } from "node:timers/promises";
import { UsageError } from "@metrics-link/contract";
import { type Call, callOf, usage } from "./command-line.ts";
import { readSeries } from "./read.ts";
import { Repairer } from "./repairer.ts";
import { type RepairSettings, readSettings } from "./settings.ts";
import { reportOf } from "./state.ts";
import { pace, transfer } from "./transfer.ts";
import { nextSpan, type PendingWindow, withSpanDone, withWindow } from "./windows.ts";
import { writeTo } from "./write.ts";

/** Of a call with wrong words, as of every command of the link. */
const wrongCall = 2;

async function main(argv: readonly string[]): Promise<number> {
  const call = callOf(argv, Date.now());
  const settings = await readSettings(call.settings);
  if (call.command === "watch") return (await Repairer.load(settings, call)).run();
  await backfillWindow(settings, call);
  return 0;
}

async function backfillWindow(
  { prometheusUrl, writeUrl, externalLabels }: RepairSettings,
  { from, to, samplesPerSecond }: Extract<Call, { command: "window" }>,
): Promise<void> {
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
    const tally = await transfer(source, writeTo(writeUrl, externalLabels), allowance);
    const after = withSpanDone(pending, { ...next, tally });
    if (after.complete) console.log(JSON.stringify(reportOf(after.complete, Date.now()), undefined, 2));
    pending = after.pending;
  }
}

process.exitCode = await main(process.argv.slice(2)).catch((error: Error) => {
  if (!(error instanceof UsageError)) {
    console.error(error);
    return 1;
  }
  for (const line of error.message.split("\n")) console.error(`error: ${line}`);
  console.error(usage);
  return wrongCall;
});
