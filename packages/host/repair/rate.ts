import { begun, type Reading } from "./reading.ts";

/** Before the first measurement, and without live traffic. */
const leastSamplesPerSecond = 1_000;
const rateOverMs = 60_000;
/** From here on the live samples come first: a backfill slows down, and then stops. */
const slowLagMs = 1_500;
const stopLagMs = 3_000;
const growth = 1.5;
/** A backfill never goes slower than this, unless it stops. */
const leastShare = 0.1;
const slowestSamplesPerSecond = 10;
/** `batch_send_deadline`. */
const batchDeadlineMs = 5_000;
const firstShare = 2;
/** More than any sender sends; the answers limit it before. */
const mostSamplesPerSecond = 200_000;

/** What the link has to spare, learned from how far the live samples are behind. */
export interface Rate {
  readonly samplesPerSecond: number;
  /** How far the live samples are behind, beyond the batches that a healthy queue has under way. */
  readonly lagMs: number;
  /** Undefined before there are two readings. */
  readonly livePerSecond: number | undefined;
}

/** The readings of the last minute, of the process that runs now. */
export function recent(readings: readonly Reading[], now: Reading): readonly Reading[] {
  return [
    ...readings.filter(({ uptime, started }) => uptime > now.uptime - rateOverMs && started === now.started),
    now,
  ];
}

/** What is known at a look besides the readings. */
export interface Backfilling {
  /** Whether a backfill is under way, and so tries the rate. */
  readonly active: boolean;
  /** Whether the answers to its requests take long. */
  readonly slow: boolean;
  /** Samples that the queue will never send, as counted by the watermark. */
  readonly explained: number;
}

/**
 * The rate of a backfill after one more look. It begins at twice the live traffic, grows by half with each look at which the
 * live samples are on time, and is halved when they are not. The lag is counted in samples: times of targets whose clock is
 * wrong do not change it.
 */
export function nextRate(
  before: Rate | undefined,
  readings: readonly Reading[],
  { active, slow, explained }: Backfilling,
): Rate {
  const [first, last] = [readings[0], readings.at(-1)];
  const elapsed = first && last ? last.uptime - first.uptime : 0;
  const livePerSecond = first && last && elapsed > 0 ? ((last.stored - first.stored) / elapsed) * 1000 : undefined;
  const live = livePerSecond ?? 0;
  const lagMs = last === undefined || live === 0 ? 0 : (waiting(last, explained, live) / live) * 1000;
  const start = Math.max(leastSamplesPerSecond, live * firstShare);
  if (before?.livePerSecond === undefined || !active) return { samplesPerSecond: start, lagMs, livePerSecond };
  const samplesPerSecond = rateAfter(before.samplesPerSecond, { lagMs, slow, live });
  return { samplesPerSecond, lagMs, livePerSecond };
}

function rateAfter(rate: number, { lagMs, slow, live }: { lagMs: number; slow: boolean; live: number }): number {
  // The backfill waits, and the link shows what it can. Afterwards it begins below twice the live traffic.
  if (lagMs >= stopLagMs) return Math.max(leastSamplesPerSecond, live);
  if (lagMs > slowLagMs || slow) return Math.max(rate / 2, live * leastShare, slowestSamplesPerSecond);
  return Math.min(rate * growth, mostSamplesPerSecond);
}

/** Samples that wait longer than in a healthy queue, where a batch waits until it is full, or for its deadline. */
function waiting(reading: Reading, explained: number, live: number): number {
  const usual = Math.min(2 * reading.batch * reading.shards, (live * batchDeadlineMs) / 1000);
  return Math.max(0, reading.stored - explained - begun(reading) - usual);
}

export const mayBackfill = ({ lagMs }: Rate): boolean => lagMs < stopLagMs;
