import type { RepairReport } from "@metrics-link/host/repair/state.ts";
import { eventually } from "../../support/eventually.ts";
import { on } from "./sandbox.ts";

const folder = "/var/lib/metrics-link/repair";
const unit = "metrics-link-repair";

/** One of the metrics without labels that the repairer of the sender tells now. */
export async function repairMetric(name: string): Promise<number> {
  const page = await on("sender", "cat", "/run/metrics-link-repair/metrics-link-repair.prom");
  return Number(new RegExp(`^metrics_link_repair_${name} (\\S+)$`, "m").exec(page)?.[1]);
}

/** Waits until the receiver's copy is vouched for up to a moment. @param moment seconds since 1970 */
export function vouchedUntil(moment: number, deadlineMs = 480_000): Promise<number> {
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

/**
 * Waits until no window is left to be repaired: one may reach further than what a test looks at.
 * @returns the reports of those whose repair ended after a moment, of which there is one at least
 */
export function reportedSince(moment: number): Promise<RepairReport[]> {
  return eventually(
    "the repair to be reported",
    async (note) => {
      const [pending, reports] = [await repairMetric("windows_pending"), await reportsSince(moment)];
      note({ pending, reports });
      return pending === 0 && reports.length > 0 ? reports : undefined;
    },
    120_000,
    1000,
  );
}

/** In the order in which they were repaired. */
async function reportsSince(moment: number): Promise<RepairReport[]> {
  const texts = await on(
    "sender",
    "sh",
    "-c",
    `cd ${folder}/reports && for file in *.json; do tr -d '\\n' <"$file"; echo; done`,
  );
  const reports = texts
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as RepairReport);
  return reports.filter(({ finishedAt }) => Date.parse(finishedAt) >= moment * 1000);
}

/** Kills the repairer; systemd starts it again. */
export const killRepairer = () => on("sender", "systemctl", "kill", "--signal=SIGKILL", unit);
