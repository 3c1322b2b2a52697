import { join } from "node:path";
import { hostPaths } from "@metrics-link/contract/host-paths.ts";
import type { ChangeAction, Probe, Release } from "@metrics-link/contract/release.ts";
import type { Effects } from "./effects.ts";
import type { Memory } from "./memory.ts";

/** What cloud-init wrote down about this host. */
export interface HostIdentity {
  readonly host: string;
  readonly region: string;
  readonly bucket: string;
}

/** What is running this very code. */
export interface Self {
  readonly agentSha256: string;
  readonly nodePath: string;
  /** The arguments of this run, for an agent that takes over. */
  readonly argv: readonly string[];
  /** True when another agent handed over to this one. */
  readonly tookOver: boolean;
}

/** One attempt to bring the host to a release: what it knows, and what it learns on its way. */
export interface Run {
  readonly identity: HostIdentity;
  readonly self: Self;
  readonly effects: Effects;
  readonly memory: Memory;
  /** The release that was asked for. */
  readonly target: string;
  /** The release whose directory is worked on: the target, and after a roll-back the last good one. */
  subject: string;
  release?: Release;
  /** What staging had to write, link or remove. */
  readonly touched: Set<string>;
  readonly actions: Map<string, ChangeAction | "start">;
  /** What each failing probe said last. */
  failing: readonly { readonly unit: string; readonly kind: Probe["kind"]; readonly reason: string }[];
}

/** @throws Error when a step asks for the release before it was fetched: a mistake in the table of states */
export function releaseOf(run: Run): Release {
  if (run.release === undefined) throw new Error("no release was fetched yet");
  return run.release;
}

/** An absolute path of the host, where it lies for this agent. */
export const at = (effects: Pick<Effects, "root">, ...path: string[]) => join(effects.root, ...path);

export const releaseDirectory = (run: Run, releaseId = run.subject) => at(run.effects, hostPaths.releases, releaseId);

/** Files that were not as the release in force says; a release that is new on this host has not drifted. */
export function driftOf(run: Run): string[] {
  return run.target === run.memory.lastGood ? [...run.touched].sort() : [];
}
