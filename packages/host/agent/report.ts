import { join } from "node:path";
import type { Release } from "@metrics-link/release";
import { type Hold, type Memory, stateDirectory, writeDurably } from "../common/memory.ts";
import type { Context, Passage } from "./converge.ts";
import { driftOf, repeatedDrift } from "./drift.ts";
import type { Outcome } from "./outcomes.ts";
import { isRelative, keyOf } from "./relative-probes.ts";
import type { Run } from "./run.ts";

/** What the agent says of its last run: `status.json`, and what `agent status` prints. */
export interface Report {
  readonly outcome: Outcome;
  /** The release that was asked for. */
  readonly target?: string | undefined;
  /** The release that is in force, and since when it was seen healthy and whole; absent while a part of it waits. */
  readonly release?: string | undefined;
  readonly releaseSince?: string | undefined;
  /** A release that this host could not run, and why; the timer leaves it alone. */
  readonly refused?: Memory["refused"];
  /** The same one when it is what the bucket points at: the host is not as was asked for, although all is well. */
  readonly leftAlone?: string | undefined;
  /** Why the timer could not read from the bucket what is asked for; the host is kept as it is. */
  readonly bucketUnread?: string | undefined;
  /** Services that wait for their change, because it would drop what is not sent yet. */
  readonly held: readonly Hold[];
  readonly agent: string;
  readonly startedAt: string;
  readonly seconds: number;
  /** Unit → what was done to it. */
  readonly actions: Readonly<Record<string, string>>;
  /** What was not as the release in force says, and was put back. */
  readonly driftedFiles: readonly string[];
  /** What drifted again and again → how often within a day. */
  readonly repeatedDrift: Readonly<Record<string, number>>;
  /** How many things drifted, and releases were rolled back, since this host was made. */
  readonly driftedTotal: number;
  readonly rollbacks: number;
  /** Probes that did not pass before the release and so were not held against it. */
  readonly notAsked: readonly string[];
  readonly reasons: readonly string[];
  readonly passages: readonly Passage[];
}

export function report(run: Run, outcome: Outcome, passages: readonly Passage[], startedAt: number): Report {
  const { memory, effects, target } = run;
  return {
    ...nothingReported(run, memory, outcome),
    target,
    held: [...run.holds.values()],
    startedAt: new Date(startedAt).toISOString(),
    seconds: (effects.now() - startedAt) / 1000,
    actions: Object.fromEntries(run.actions),
    driftedFiles: driftOf(run),
    notAsked: notAsked(run, run.release),
    reasons: reasonsOf(passages),
    passages,
  };
}

/** The report of a run in which nothing was done. */
export function nothingReported({ self, effects }: Context, memory: Memory, outcome: Outcome): Report {
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
    reasons: [],
    passages: [],
  };
}

/** Why states failed, in the order in which they did. */
export function reasonsOf(passages: readonly Passage[]): string[] {
  return passages.flatMap(({ state, error }) => (error === undefined ? [] : [`${state}: ${error}`]));
}

function notAsked({ passing }: Run, release: Release | undefined): string[] {
  const relative = release?.probes.filter(isRelative) ?? [];
  return relative.filter((probe) => passing[keyOf(probe)]?.length === 0).map(({ kind }) => kind);
}

export async function writeReport(root: string, found: Report): Promise<void> {
  await writeDurably(join(root, stateDirectory, "status.json"), `${JSON.stringify(found, undefined, 2)}\n`, 0o644);
}
