import { join } from "node:path";
import type { Passage } from "./converge.ts";
import { type Memory, stateDirectory, writeDurably } from "./memory.ts";
import type { Outcome } from "./outcomes.ts";
import { driftOf, type Run } from "./run.ts";

/** What the agent says of its last run: `status.json`, and what `agent status` prints. */
export interface Report {
  readonly outcome: Outcome;
  /** The release that was asked for. */
  readonly target?: string | undefined;
  /** The release in force that was last seen healthy. */
  readonly release?: string | undefined;
  /** A release that this host could not run, and why; the timer leaves it alone. */
  readonly refused?: Memory["refused"];
  readonly agent: string;
  readonly startedAt: string;
  readonly seconds: number;
  /** Unit → what was done to it. */
  readonly actions: Readonly<Record<string, string>>;
  readonly drifted: readonly string[];
  readonly reasons: readonly string[];
  readonly passages: readonly Passage[];
}

export function report(run: Run, outcome: Outcome, passages: readonly Passage[], startedAt: number): Report {
  return {
    outcome,
    target: run.target,
    release: outcome === "converged" ? run.target : run.memory.lastGood,
    refused: run.memory.refused,
    agent: run.self.agentSha256,
    startedAt: new Date(startedAt).toISOString(),
    seconds: (run.effects.now() - startedAt) / 1000,
    actions: Object.fromEntries(run.actions),
    drifted: driftOf(run),
    reasons: passages.flatMap(({ state, error }) => (error === undefined ? [] : [`${state}: ${error}`])),
    passages,
  };
}

export async function writeReport(root: string, found: Report): Promise<void> {
  await writeDurably(join(root, stateDirectory, "status.json"), `${JSON.stringify(found, undefined, 2)}\n`, 0o644);
}

/** The host's word: one line with the outcome, then the reasons. */
export function wordOf(found: Report): string {
  const { outcome, target, release, actions, drifted, reasons, seconds, refused } = found;
  const done = Object.entries(actions)
    .filter(([, action]) => action !== "nothing")
    .map(([unit, action]) => `${action} ${unit}`);
  const head = {
    noRelease: "no release: none was published for this host yet",
    converged: `converged: ${short(target)} is in force and healthy`,
    incomplete: `incomplete: ${short(target)} could not be had; ${staysAt(release)}`,
    refused: `refused: ${short(target)} is not sound; ${staysAt(release)}`,
    rolledBack: `rolled back: ${short(target)} was not healthy; back at ${short(release)}`,
    unhealthy: `unhealthy: ${short(target)} is in force and there is no good release to go back to`,
  }[outcome];
  const details = [
    ...(done.length > 0 ? [done.join(", ")] : []),
    ...(drifted.length > 0 ? [`put back ${drifted.join(", ")}`] : []),
    ...(refused && refused.releaseId !== target ? [`${short(refused.releaseId)} stays refused`] : []),
    `${seconds.toFixed(1)} s`,
  ];
  return [`${head} (${details.join("; ")})`, ...reasons].join("\n");
}

const short = (releaseId: string | undefined) => releaseId?.slice(0, 12) ?? "nothing";
const staysAt = (release: string | undefined) => (release ? `stays at ${short(release)}` : "there is none in force");
