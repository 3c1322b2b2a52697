import { join } from "node:path";
import { LinkError } from "@metrics-link/contract";
import { type ChangeAction, hostPaths, type Probe, type Release, type ReleaseHead } from "@metrics-link/release";
import { z } from "zod";
import type { Progress } from "./acknowledgement.ts";
import type { Effects } from "./effects.ts";
import type { Attempt, Memory, PendingChange } from "./memory.ts";

/** How a run ends. */
export const outcomes = [
  "converged",
  "held",
  "noRelease",
  "incomplete",
  "refused",
  "rolledBack",
  "unhealthy",
  "failed",
] as const;

export type Outcome = (typeof outcomes)[number];

/** The agent's exit codes; 75 (EX_TEMPFAIL) is a run that did not get the lock. */
export const exitCodes: Readonly<Record<Outcome, number>> = {
  converged: 0,
  /** In force and healthy, with changes pending that would drop samples now; the timer makes them later. */
  held: 0,
  /** The bucket has no release for this host yet. */
  noRelease: 0,
  /** The release could not be downloaded or written; nothing was changed, and the next run tries again. */
  incomplete: 10,
  /** The release is invalid; nothing was changed. */
  refused: 11,
  /** The release was in force, was not healthy, and is no longer in force. */
  rolledBack: 12,
  /** What is in force is not healthy, and there is nothing better to roll back to. */
  unhealthy: 13,
  /** The agent itself failed (EX_SOFTWARE); 1 is left to a Node that did not get that far. */
  failed: 70,
};

/** `/etc/metrics-link/agent.json`, as cloud-init writes it. */
export const hostIdentity = z.object({ host: z.string(), region: z.string(), bucket: z.string() });
export type HostIdentity = Readonly<z.output<typeof hostIdentity>>;

/** The agent and the Node that run this code. */
export interface Self {
  readonly agentSha256: string;
  readonly nodePath: string;
  /** The arguments of this run, for an agent that takes over. */
  readonly argv: readonly string[];
  /** True when another agent handed over to this one. */
  readonly tookOver: boolean;
}

/** What a run is given. */
export interface Context {
  readonly identity: HostIdentity;
  readonly self: Self;
  readonly effects: Effects;
  /** Makes changes at once that would otherwise stay pending until the backlog is sent, and so loses the backlog. */
  readonly force?: boolean;
}

/** Another agent ran in place of this one, and has reported. */
export interface HandedOver {
  readonly exitCode: number;
}

/** One attempt to bring the host to a release: what it knows, and what it learns on its way. */
export interface Run extends Context {
  readonly memory: Memory;
  /** The release that was asked for. */
  readonly target: string;
  readonly force: boolean;
  /** True when the target was in force already, so that whatever has to be written has drifted. */
  readonly wasInForce: boolean;
  /** The release whose directory is worked on: the target, and after a rollback the last good one. */
  subject: string;
  /** The release document as it came, and its JSON: every agent can read so much of it. */
  document?: { readonly text: string; readonly json: unknown };
  head?: ReleaseHead;
  release?: Release;
  /** Files that had to be written, linked or removed, and services that did not run. */
  readonly touched: Set<string>;
  /** Path → content of the secret files placed in this run; kept nowhere else. */
  readonly secretContents: Map<string, string>;
  readonly actions: Map<string, ChangeAction | "start">;
  /** Unit → milliseconds since 1970, just before it was reloaded or started in this run. */
  readonly servedAt: Map<string, number>;
  /** Unit → the change that it waits for. */
  readonly pendingChanges: Map<string, PendingChange>;
  /** What passed before this release, of the probes that compare. */
  passing: Attempt["passing"];
  /** Milliseconds since 1970: when this run last restarted a service, or replaced its queue. */
  disturbedAt?: number | undefined;
  /** How many writes of senders Prometheus had accepted at the first look after a disturbance. */
  writesSeen?: number | undefined;
  /**
   * What the queue had counted at the last look since a disturbance; the same when a batch seemed acknowledged at that
   * look; and whether one was.
   */
  queueSeen?: Progress | undefined;
  queueRose?: Progress | undefined;
  isAcknowledged?: boolean | undefined;
  /** Jobs that had a target up before, and are not scraped again before the release is judged. */
  readonly notWaitedFor: Set<string>;
  /** The last result of each failing probe. */
  failing: readonly { readonly unit: string; readonly kind: Probe["kind"]; readonly reason: string }[];
}

/** @throws LinkError `INTERNAL` when a step needs the release before it was parsed: a mistake in the table of states */
export function releaseOf(run: Run): Release {
  if (run.release === undefined) throw new LinkError("INTERNAL", { what: "no release was parsed yet" });
  return run.release;
}

/** @throws LinkError `INTERNAL` before the release was fetched, likewise */
export function documentOf({ document }: Run): { readonly text: string; readonly json: unknown } {
  if (document === undefined) throw new LinkError("INTERNAL", { what: "no release was fetched yet" });
  return document;
}

/** From now on, the probes that compare look for what came after this moment. */
export function noteDisturbance(run: Run): void {
  run.disturbedAt = run.effects.now();
  run.writesSeen = undefined;
  run.queueSeen = undefined;
  run.queueRose = undefined;
  run.isAcknowledged = false;
}

/** An absolute path of the host, below the root of this agent. */
export const at = (effects: Pick<Effects, "root">, ...path: string[]) => join(effects.root, ...path);

export const releaseDirectory = (run: Run, releaseId = run.subject) => at(run.effects, hostPaths.releases, releaseId);
