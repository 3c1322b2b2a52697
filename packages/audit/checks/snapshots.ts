import type { Finding } from "@metrics-link/report";
import type { StackEvidence } from "../evidence.ts";
import { judge } from "../judge.ts";

/** Whether the data of a lost volume could be restored, and how much of it. */
export function snapshotFindings({ configuration, snapshots }: StackEvidence, takenAt: string): Finding[] {
  const { keep, everyHours } = configuration.host.snapshots;
  if (keep === 0) {
    const what = "none is taken, by host.snapshots.keep: 0: with the volume goes its data";
    return [{ subject: age, severity: "ok", what, source: "source control" }];
  }
  return [
    judge("policy of snapshots", "DLM API", snapshots, ({ policies }) => ({
      wrong: [
        ...(policies.length > 0 ? [] : ["the state has no policy, so AWS takes no snapshot"]),
        ...policies
          .filter(({ state }) => state !== "ENABLED")
          .map(({ id, state, message }) => `${id} is ${state}${message === "" ? "" : `: ${message}`}`),
      ],
      fine: policies.map(({ id, state }) => `${id} is ${state}`).join(", "),
    })),
    judge(age, "EC2 API", snapshots, ({ policies, volumes }) => {
      const oldest = oldestHours(everyHours);
      // Nothing is overdue of a volume before a policy and the volume are both there.
      const begun = (madeAt: string) =>
        [madeAt, ...policies.map((one) => one.madeAt)].toSorted(byTime).at(-1) ?? madeAt;
      const old = volumes.filter(({ madeAt, newest = begun(madeAt) }) => hoursBetween(newest, takenAt) > oldest);
      return {
        wrong: [
          ...(volumes.length > 0 ? [] : ["the state has no data volume"]),
          ...old.map(({ id, madeAt, newest }) =>
            newest === undefined
              ? `${id} has no snapshot, ${Math.floor(hoursBetween(begun(madeAt), takenAt))} hours after the first could be taken`
              : `the newest of ${id} is of ${newest}, more than ${oldest} hours ago`,
          ),
        ],
        fine: volumes
          .map(({ id, newest }) => (newest === undefined ? `${id}: none yet` : `${id}: ${newest}`))
          .join(", "),
      };
    }),
  ];
}

const age = "newest snapshot of the data volume";

/**
 * Two intervals, so that one snapshot may fail, and the hour within which AWS begins one (Amazon EBS User Guide, "Custom
 * snapshot policies").
 */
const oldestHours = (everyHours: number) => 2 * everyHours + 1;

const hoursBetween = (from: string, to: string) => (Date.parse(to) - Date.parse(from)) / 3_600_000;
const byTime = (one: string, other: string) => Date.parse(one) - Date.parse(other);
