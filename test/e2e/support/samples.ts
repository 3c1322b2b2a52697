import assert from "node:assert/strict";
import { compareWindow, linkState } from "@metrics-link/sandbox/cli/link.ts";
import type { Comparison } from "@metrics-link/sandbox/cli/samples.ts";
import { externalLabels } from "@metrics-link/sandbox/cli/status.ts";
import { eventually } from "./eventually.ts";
import { receiver, sandbox, sender } from "./sandbox.ts";

/** Seconds since the epoch, a moment ago: what is compared from here on covers what a test is about to do. */
export const beforehand = () => Math.floor(Date.now() / 1000) - 10;

/**
 * Waits until the backlog is sent.
 * @param since seconds since the epoch: what is acknowledged must be younger. A Prometheus that was away tells for a
 *   while what it knew before.
 * @returns the moment, in seconds since the epoch
 */
export function caughtUp(since = 0): Promise<number> {
  return eventually(
    "the backlog to be sent",
    async (note) => {
      const now = Date.now() / 1000;
      const { state, lagSeconds } = await linkState(sender, now);
      note({ state, lagSeconds });
      return state === "up" && lagSeconds !== null && lagSeconds < Math.min(10, now - since) ? now : undefined;
    },
    120_000,
    500,
  );
}

/** Waits until the link has been up for as long as `beforehand` reaches back: what was scraped before it is not sent. */
export async function upForAWhile(): Promise<void> {
  const up = await caughtUp();
  await eventually("a link to look back on", () => (beforehand() > up ? true : undefined), 30_000, 500);
}

/**
 * Compares every raw sample from one moment to another, again until the last batch is stored and, where a queue began
 * anew, the repairer has written what it left out.
 * @param settled whether this comparison is the last one; what it throws is only something seen
 */
export function comparedBetween(
  from: number,
  end: number,
  settled: (compared: Comparison) => boolean,
): Promise<Comparison> {
  return eventually(
    "the last batch to be stored, and what the queue left out to be repaired",
    async (note) => {
      const compared = await compareWindow(sender, receiver, externalLabels(sandbox), end, Math.ceil(end - from));
      note(compared);
      return settled(compared) ? compared : undefined;
    },
    240_000,
    1000,
  );
}

/**
 * Compares every raw sample from a moment to after the backlog was sent.
 * @param least how many samples must have been compared at least
 */
export async function nothingMissing(from: number, least: number): Promise<void> {
  const end = Math.floor(await caughtUp());
  const result = await comparedBetween(from, end, ({ missing }) => missing === 0);
  assert.deepEqual([result.different, result.unexpected, result.examples], [0, 0, []]);
  assert.ok(result.compared >= least, `only ${result.compared} samples were compared`);
}
