import assert from "node:assert/strict";
import type { Comparison } from "@metrics-link/sandbox/cli/samples.ts";
import { eventually } from "./eventually.ts";
import { leastCompared } from "./machines.ts";
import { caughtUp, comparedBetween } from "./samples.ts";
import { on } from "./sandbox.ts";

const unit = "metrics-link-repair";

/** One of the metrics that the repairer of the sender tells now, its first series; NaN when it has none. */
export async function repairMetric(name: string): Promise<number> {
  const page = await on("sender", "cat", "/run/metrics-link-repair/metrics-link-repair.prom");
  return Number(new RegExp(`^metrics_link_repair_${name}(?:{.*})? (\\S+)$`, "m").exec(page)?.[1]);
}

/** Waits until the receiver's copy is delivered up to a moment. @param moment seconds since 1970 */
export function deliveredUntil(moment: number, deadlineMs = 480_000): Promise<number> {
  return eventually(
    "the repair to be done",
    async (note) => {
      const until = await repairMetric("vouched_until_timestamp_seconds");
      note({ until, moment, pending: await repairMetric("pending_seconds") });
      return until >= moment ? until : undefined;
    },
    deadlineMs,
    1000,
  );
}

/** What the repairer has written again so far, and what it had to leave out, in samples. */
export async function repairedSoFar(): Promise<{ readonly written: number; readonly skipped: number }> {
  const [written, skipped] = [await repairMetric("samples_total"), await repairMetric("skipped_samples_total")];
  // Born with the first sample that is skipped.
  return { written, skipped: Number.isNaN(skipped) ? 0 : skipped };
}

/** Compares everything since `from`, once all that is younger than `since` has arrived: older samples may be left out. */
export async function leftOut(from: number, since: number): Promise<Comparison> {
  const end = Math.floor(await caughtUp(Date.now() / 1000));
  return comparedBetween(from, end, ({ different, missingBetween }) => {
    assert.equal(different, 0);
    return (missingBetween?.[1] ?? 0) <= since * 1000;
  });
}

/**
 * Waits for the repair of all until `until`; after it the receiver has everything that the sender has. A window may reach
 * further than that.
 * @param before what was written again before
 */
export async function repaired(
  from: number,
  until: number,
  before: Awaited<ReturnType<typeof repairedSoFar>>,
): Promise<void> {
  const delivered = await deliveredUntil(until);
  const { missing, different, compared, examples } = await comparedBetween(from, Math.floor(delivered), () => true);
  assert.deepEqual([missing, different], [0, 0], `${examples}`);
  assert.ok(compared >= leastCompared, `only ${compared} samples were compared`);
  const { written, skipped } = await repairedSoFar();
  assert.ok(written > before.written, "nothing was written again");
  assert.equal(skipped, before.skipped);
}

/** Kills the repairer; systemd starts it again. */
export const killRepairer = () => on("sender", "systemctl", "kill", "--signal=SIGKILL", unit);
