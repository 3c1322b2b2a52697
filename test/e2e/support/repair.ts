import { eventually } from "./eventually.ts";
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

/** Kills the repairer; systemd starts it again. */
export const killRepairer = () => on("sender", "systemctl", "kill", "--signal=SIGKILL", unit);
