import { sha256 } from "@metrics-link/release";
import type { Label } from "./messages.ts";
import type { Reading } from "./reading.ts";
import type { RepairSettings } from "./settings.ts";
import type { LateCheck, Window } from "./watermark.ts";

/**
 * Some samples are stored long after their own time: a target tells times of its own (`honor_timestamps`), a rule group has
 * a `query_offset`. A window by time does not cover them: those lost with the backlog are older than it, and a new queue sends
 * nothing that has a time before its start, although it is stored later (tsdb/wlog/watcher.go, startTimestamp). So, after a
 * window was opened, the repairer looks for the series that have no recent sample, and copies what they have.
 */
export interface LateWatch {
  /** What was stored up to this moment is delivered. Milliseconds since 1970, as all times here. */
  readonly deliveredUntil: number;
  /** Samples with a time up to here can be missing. */
  readonly to: number;
  readonly openedAt: number;
  /** Not before this moment: after a start, each target must have been scraped again. */
  readonly dueAt: number;
  /** When the last search began: late samples stored before it are copied. Undefined before the first since a window. */
  readonly checkedAt: number | undefined;
  /** The late series, by `keyOf`, and the newest time of each that was copied. */
  readonly copied: Readonly<Record<string, number>>;
}

/** Prometheus' TSDB takes no sample that is older than the newest by more than half a block (tsdb/head.go). */
export const latestMs = 3_600_000;
/**
 * On a busy machine all series are a few scrapes behind now and then. They are not late: an hour of each would be copied, and
 * the watermark would wait for it.
 */
const leastMarginMs = 30_000;
/** A series with a longer interval counts as one without a recent sample: a margin of its length would repeat too much. */
const longestMarginMs = 300_000;
const searchEveryMs = 20_000;
/** More late series at once are not copied, but counted as not covered. */
export const seriesLimit = 5_000;
/** From the end of an evaluation until its samples are readable. */
const commitMs = 2_000;

/** How long after its own time a sample is stored at most, in milliseconds, unless its target or rule says another time. */
export const lateMsOf = (
  { lateSeconds }: Pick<RepairSettings, "lateSeconds">,
  reading: Pick<Reading, "ruleDuration"> | undefined,
): number => Math.max(lateSeconds * 1000, (reading?.ruleDuration ?? 0) + commitMs);

/** A series that is not late has a sample within this time, in milliseconds, unless its interval is very long. */
export function marginMsOf(
  settings: Pick<RepairSettings, "lateSeconds" | "intervalSeconds">,
  reading: Pick<Reading, "ruleDuration" | "ruleInterval"> | undefined,
): number {
  const longest = Math.max(settings.intervalSeconds * 1000, reading?.ruleInterval ?? 0);
  return Math.max(lateMsOf(settings, reading) + Math.min(longest, longestMarginMs), leastMarginMs);
}

/** Short, however large the labels are. */
export const keyOf = (labels: readonly Label[]): string =>
  sha256(JSON.stringify(labels.map(({ name, value }) => [name, value]).toSorted())).slice(0, 32);

/**
 * Extends the watch: samples that were stored after `deliveredUntil` with a time up to `to` may be missing.
 * @param dueAt not to be searched before
 */
export function watched(
  before: LateWatch | undefined,
  { deliveredUntil, to, openedAt }: Pick<Window, "deliveredUntil" | "to" | "openedAt">,
  dueAt: number,
): LateWatch {
  if (before === undefined) return { deliveredUntil, to, openedAt, dueAt, checkedAt: undefined, copied: {} };
  return {
    deliveredUntil: Math.min(lateUntil(before), deliveredUntil),
    to: Math.max(before.to, to),
    openedAt,
    dueAt: Math.max(before.dueAt, dueAt),
    checkedAt: undefined,
    copied: before.copied,
  };
}

/** When the clock was set back, by a negative number of milliseconds. */
export const withClockStep = (watch: LateWatch, step: number): LateWatch => ({
  ...watch,
  deliveredUntil: watch.deliveredUntil + step,
  openedAt: watch.openedAt + step,
  dueAt: watch.dueAt + step,
  checkedAt: watch.checkedAt === undefined ? undefined : watch.checkedAt + step,
});

/** Up to which moment late samples are copied. */
export const lateUntil = ({ checkedAt, deliveredUntil }: LateWatch): number => checkedAt ?? deliveredUntil;

/** When the next search is due, after one that began at `at`. */
export const nextSearch = (at: number, marginMs: number): number => at + Math.max(searchEveryMs, marginMs);

/** The span in which late series may have samples that are missing. */
export const lateSpan = ({ deliveredUntil, to }: LateWatch) => ({ from: deliveredUntil - latestMs, to });

/** What a search found of a late series in the span. */
export interface Found {
  readonly key: string;
  /** The newest of its samples' times. */
  readonly newest: number;
  /** How many late samples were stored since the last search. */
  readonly fresh: number;
  /** Whether it was found before, has moved on and is still late: one that ended without a marker is found once. */
  readonly isLate: boolean;
}

/**
 * Only what is late for certain counts as fresh: its samples explain a gap, and no other must.
 * @param times of its samples in the span, the oldest first; at least one
 */
export function foundOf(
  { copied }: LateWatch,
  { at, marginMs }: { readonly at: number; readonly marginMs: number },
  key: string,
  times: readonly number[],
): Found {
  const newest = times.at(-1) ?? 0;
  const before = copied[key];
  const isLate = before !== undefined && newest > before && newest < at - marginMs;
  return { key, newest, fresh: isLate ? times.filter((time) => time > before).length : 0, isLate };
}

/**
 * After a search. The watch ends when no series that was late has moved on within the span: they have ended, or their samples
 * are younger by now.
 */
export function withChecked(
  watch: LateWatch,
  at: number,
  found: readonly Found[],
  marginMs: number,
): { readonly watch: LateWatch | undefined; readonly check: LateCheck } {
  const { copied, checkedAt } = watch;
  const grown = found.filter(({ key, newest }) => newest > (copied[key] ?? 0));
  const late = found.filter(({ isLate }) => isLate);
  const samples = late.reduce((total, { fresh }) => total + fresh, 0);
  const check = { at, series: late.length, samples };
  const isOver = found.length === 0 || (checkedAt !== undefined && grown.length === 0) || at > watch.to + latestMs;
  if (isOver) return { watch: undefined, check };
  const newest = Object.fromEntries(found.map((one) => [one.key, one.newest]));
  const dueAt = nextSearch(at, marginMs);
  return { watch: { ...watch, checkedAt: at, dueAt, copied: { ...copied, ...newest } }, check };
}
