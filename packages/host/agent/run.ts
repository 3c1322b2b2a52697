import { join } from "node:path";
import { type ChangeAction, hostPaths, type Probe, type Release, type ReleaseHead } from "@metrics-link/release";
import type { Attempt, Hold, Memory } from "../common/memory.ts";
import type { Effects } from "./effects.ts";

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
  /** Changes what would otherwise wait for the backlog to be sent, and loses the backlog. */
  readonly force: boolean;
  /** True when the target was in force already, so that whatever has to be written has drifted. */
  readonly wasInForce: boolean;
  /** The release whose directory is worked on: the target, and after a roll-back the last good one. */
  subject: string;
  /** The text of the release document, until it is read. */
  text?: string;
  head?: ReleaseHead;
  release?: Release;
  /** Files that had to be written, linked or removed, and services that did not run. */
  readonly touched: Set<string>;
  /** What was placed as a secret in this run, by its path: never written down anywhere else. */
  readonly secretContents: Map<string, string>;
  readonly actions: Map<string, ChangeAction | "start">;
  /** Unit → milliseconds since 1970, just before it was reloaded or started in this run. */
  readonly servedAt: Map<string, number>;
  /** Services that wait for their change. */
  readonly holds: Map<string, Hold>;
  /** What passed before, of the probes that compare. */
  passing: Attempt["passing"];
  /** Milliseconds since 1970: when a service was last restarted, or made another queue, in this run. */
  disturbedAt?: number | undefined;
  /** How many writes of senders were accepted when that was first asked after a disturbance. */
  writesSeen?: number | undefined;
  /** What each failing probe said last. */
  failing: readonly { readonly unit: string; readonly kind: Probe["kind"]; readonly reason: string }[];
}

/** @throws Error when a step asks for the release before it was read: a mistake in the table of states */
export function releaseOf(run: Run): Release {
  if (run.release === undefined) throw new Error("no release was read yet");
  return run.release;
}

/** From now on, the probes that compare ask for what came after this moment. */
export function noteDisturbance(run: Run): void {
  run.disturbedAt = run.effects.now();
  run.writesSeen = undefined;
}

/** An absolute path of the host, where it lies for this agent. */
export const at = (effects: Pick<Effects, "root">, ...path: string[]) => join(effects.root, ...path);

export const releaseDirectory = (run: Run, releaseId = run.subject) => at(run.effects, hostPaths.releases, releaseId);
