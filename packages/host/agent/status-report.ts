import { join } from "node:path";
import type { Release } from "@metrics-link/release";
import { writeDurably } from "../common/files.ts";
import { driftOf, repeatedDrift } from "./drift.ts";
import { type Memory, type PendingChange, stateDirectory } from "./memory.ts";
import { isRelative, keyOf } from "./relative-probes.ts";
import type { Context, Outcome, Run } from "./run.ts";
import type { Passage } from "./states.ts";

/** The agent's last run: `status.json`, which `agent status` prints. */
export interface StatusReport {
  readonly outcome: Outcome;
  /** The release that was asked for. */
  readonly target?: string | undefined;
  /** The release in force, and since when it is healthy with no change pending; absent while one is. */
  readonly release?: string | undefined;
  readonly releaseSince?: string | undefined;
  /** A release that this host could not run, and why; the timer skips it. */
  readonly refused?: Memory["refused"];
  /** Its id when the bucket points at it: the host is healthy, but not on the release that was published. */
  readonly leftAlone?: string | undefined;
  /** Why the timer could not read the pointer from the bucket; the host stays on its release. */
  readonly bucketUnread?: string | undefined;
  /** Changes that are pending because they would drop samples that are not sent yet. */
  readonly held: readonly PendingChange[];
  readonly agent: string;
  readonly startedAt: string;
  readonly seconds: number;
  /** Unit → what was done to it. */
  readonly actions: Readonly<Record<string, string>>;
  /** What had drifted from the release in force, and was repaired. */
  readonly driftedFiles: readonly string[];
  /** What drifted repeatedly → how often within a day. */
  readonly repeatedDrift: Readonly<Record<string, number>>;
  /** How many things drifted, and how many releases were rolled back, since this host was created. */
  readonly driftedTotal: number;
  readonly rollbacks: number;
  /** Probes that had failed before the release too, and so were ignored. */
  readonly notAsked: readonly string[];
  /** Jobs whose interval is too long to wait for their next scrape. */
  readonly notWaitedFor: readonly string[];
  readonly reasons: readonly string[];
  readonly passages: readonly Passage[];
}

export function reportOf(run: Run, outcome: Outcome, passages: readonly Passage[], startedAt: number): StatusReport {
  const { memory, effects, target } = run;
  return {
    ...emptyReport(run, memory, outcome),
    target,
    held: [...run.pendingChanges.values()],
    startedAt: new Date(startedAt).toISOString(),
    seconds: (effects.now() - startedAt) / 1000,
    actions: Object.fromEntries(run.actions),
    driftedFiles: driftOf(run),
    notAsked: notAsked(run, run.release),
    notWaitedFor: [...run.notWaitedFor].sort(),
    reasons: reasonsOf(passages),
    passages,
  };
}

/** The report of a run that did nothing. */
export function emptyReport({ self, effects }: Context, memory: Memory, outcome: Outcome): StatusReport {
  return {
    outcome,
    release: memory.held?.releaseId ?? memory.lastGood,
    releaseSince: memory.held === undefined ? memory.lastGoodSince : undefined,
    refused: memory.refused,
    held: memory.held?.holds ?? [],
    agent: self.agentSha256,
    startedAt: new Date(effects.now()).toISOString(),
    seconds: 0,
    actions: {},
    driftedFiles: [],
    repeatedDrift: repeatedDrift(memory),
    driftedTotal: memory.driftedTotal,
    rollbacks: memory.rollBacks,
    notAsked: [],
    notWaitedFor: [],
    reasons: [],
    passages: [],
  };
}

/** Why states failed, in order. */
export function reasonsOf(passages: readonly Passage[]): string[] {
  return passages.flatMap(({ state, error }) => (error === undefined ? [] : [`${state}: ${error}`]));
}

function notAsked({ passing }: Run, release: Release | undefined): string[] {
  const relative = release?.probes.filter(isRelative) ?? [];
  return relative.filter((probe) => passing[keyOf(probe)]?.length === 0).map(({ kind }) => kind);
}

export async function writeReport(root: string, found: StatusReport): Promise<void> {
  await writeDurably(join(root, stateDirectory, "status.json"), `${JSON.stringify(found, undefined, 2)}\n`, 0o644);
}

/** The report as text: one line with the outcome, then the reasons. This is what an update shows. */
export function statusText(found: StatusReport): string {
  const { outcome, target, release, reasons, seconds, refused } = found;
  const head = {
    noRelease: "no release: none was published for this host yet",
    converged: `converged: ${short(target)} is in force and healthy`,
    held: `held: ${short(target)} is in force and healthy, but changes are pending until the backlog is sent`,
    incomplete: `incomplete: ${short(target)} could not be downloaded or written; ${staysAt(release)}`,
    refused: `refused: ${short(target)} is invalid; ${staysAt(release)}`,
    rolledBack: `rolled back: ${short(target)} was not healthy; back on ${short(release)}`,
    unhealthy: wentBack(found)
      ? `unhealthy: ${short(target)} was not healthy, and neither is ${short(release)}, which is in force again`
      : `unhealthy: ${short(target)} is in force, and there is no good release to roll back to`,
    failed: "failed: the agent hit an error",
  }[outcome];
  const details = [
    ...actionsText(found),
    ...driftText(found),
    ...(outcome === "held"
      ? [`they follow by themselves; host.forceRelease ${short(target)} makes them now and loses the backlog`]
      : []),
    ...(found.notAsked.length > 0 ? [`failed before the release too, so ignored: ${found.notAsked.join(", ")}`] : []),
    ...(found.notWaitedFor.length > 0
      ? [`scraped too rarely to wait for, so not checked: ${found.notWaitedFor.join(", ")}`]
      : []),
    ...(refused && refused.releaseId !== target ? [`${short(refused.releaseId)} stays refused`] : []),
    ...(found.bucketUnread === undefined
      ? []
      : ["the bucket cannot be read, so the release that it points at is unknown"]),
    `${seconds.toFixed(1)} s`,
  ];
  return [`${head} (${details.join("; ")})`, ...reasons].join("\n");
}

const wentBack = ({ passages }: StatusReport) =>
  passages.some(({ state, error }) => state === "rollBack" && error === undefined);

function actionsText({ actions }: StatusReport): string[] {
  const done = Object.entries(actions).filter(([, action]) => action !== "nothing");
  return done.length > 0 ? [done.map(([unit, action]) => `${action} ${unit}`).join(", ")] : [];
}

function driftText({ driftedFiles, repeatedDrift }: StatusReport): string[] {
  if (driftedFiles.length === 0) return [];
  const often = driftedFiles.flatMap((what) =>
    repeatedDrift[what] === undefined ? [] : [`REPEATED DRIFT: ${what} (${repeatedDrift[what]} times within a day)`],
  );
  return [`repaired drift: ${driftedFiles.join(", ")}`, ...often];
}

const short = (releaseId: string | undefined) => releaseId?.slice(0, 12) ?? "nothing";
const staysAt = (release: string | undefined) => (release ? `stays on ${short(release)}` : "no release is in force");
