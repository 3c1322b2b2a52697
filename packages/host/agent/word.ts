import type { Report } from "./report.ts";

/** The host's word: one line with the outcome, then the reasons. */
export function wordOf(found: Report): string {
  const { outcome, target, release, reasons, seconds, refused } = found;
  const head = {
    noRelease: "no release: none was published for this host yet",
    converged: `converged: ${short(target)} is in force and healthy`,
    held: `held: ${short(target)} is in force and healthy, but a part of it waits until the backlog is sent`,
    incomplete: `incomplete: ${short(target)} could not be had; ${staysAt(release)}`,
    refused: `refused: ${short(target)} is not sound; ${staysAt(release)}`,
    rolledBack: `rolled back: ${short(target)} was not healthy; back at ${short(release)}`,
    unhealthy: wentBack(found)
      ? `unhealthy: ${short(target)} was not healthy, and nor is ${short(release)}, which is in force again`
      : `unhealthy: ${short(target)} is in force and there is no good release to go back to`,
    failed: "failed: the agent could not work",
  }[outcome];
  const details = [
    ...actionsOf(found),
    ...driftOf(found),
    ...(outcome === "held"
      ? [`by itself, or at once, without the backlog, with host.forceRelease ${short(target)}`]
      : []),
    ...(found.notAsked.length > 0 ? [`did not pass before, so not asked: ${found.notAsked.join(", ")}`] : []),
    ...(refused && refused.releaseId !== target ? [`${short(refused.releaseId)} stays refused`] : []),
    ...(found.bucketUnread === undefined ? [] : ["the bucket cannot be read, so nobody knows what is asked for"]),
    `${seconds.toFixed(1)} s`,
  ];
  return [`${head} (${details.join("; ")})`, ...reasons].join("\n");
}

const wentBack = ({ passages }: Report) =>
  passages.some(({ state, error }) => state === "rollBack" && error === undefined);

function actionsOf({ actions }: Report): string[] {
  const done = Object.entries(actions).filter(([, action]) => action !== "nothing");
  return done.length > 0 ? [done.map(([unit, action]) => `${action} ${unit}`).join(", ")] : [];
}

function driftOf({ driftedFiles, repeatedDrift }: Report): string[] {
  if (driftedFiles.length === 0) return [];
  const often = driftedFiles.flatMap((what) =>
    repeatedDrift[what] === undefined ? [] : [`AGAIN AND AGAIN ${what} (${repeatedDrift[what]} times within a day)`],
  );
  return [`put back ${driftedFiles.join(", ")}`, ...often];
}

const short = (releaseId: string | undefined) => releaseId?.slice(0, 12) ?? "nothing";
const staysAt = (release: string | undefined) => (release ? `stays at ${short(release)}` : "there is none in force");
