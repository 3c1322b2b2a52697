import type { RefusalReason } from "./reasons.ts";

/** How much one sender may write over time. Over any of these it is told to try again later, and loses nothing. */
export interface RateLimits {
  readonly samplesPerSecond: number;
  /** For how many seconds a sender that was silent may write at once: after an outage it has a backlog. */
  readonly burstSeconds: number;
  /** Series that were written to within the last hour or two. */
  readonly activeSeries: number;
  readonly newSeriesPerMinute: number;
}

/**
 * What a sender has used of its limits. `judge` and `refund` take a state and return the next one, which takes over the sets of
 * the old one: that one must not be used again.
 */
export interface Usage {
  /** Samples that may be written at once, when `at` was. */
  readonly samples: number;
  readonly newSeries: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The keys of series seen since `since`, and of those of the period before. */
  readonly current: Set<number>;
  readonly previous: ReadonlySet<number>;
  readonly since: number;
  /** How many series are in either set. */
  readonly active: number;
  /** What was accepted in the minute that began at its `since`, and in the one before. */
  readonly minute: Accepted & { readonly since: number };
  readonly minuteBefore: Accepted;
}

interface Accepted {
  readonly samples: number;
  readonly newSeries: number;
}

/** A series that has had no sample for one to two of these is not active: as Prometheus' head, which keeps them for so long. */
const periodMs = 3_600_000;
const minuteMs = 60_000;
const nothing: Accepted = { samples: 0, newSeries: 0 };

export const usageOf = (limits: RateLimits, now: number): Usage => ({
  samples: limits.samplesPerSecond * limits.burstSeconds,
  // A sender that is new, or a gate that has just started, sees each series for the first time.
  newSeries: limits.activeSeries,
  at: now,
  current: new Set(),
  previous: new Set(),
  since: now,
  active: 0,
  minute: { ...nothing, since: now },
  minuteBefore: nothing,
});

/** A request that was read, as far as limits go. */
interface Load {
  readonly samples: number;
  readonly keys: readonly number[];
}

export interface Judgement {
  readonly usage: Usage;
  /** Undefined when the request is within the limits; only then is it counted. */
  readonly over: Extract<RefusalReason, "sample_rate" | "active_series" | "new_series"> | undefined;
}

/**
 * Whether a sender may write this now. A request that is larger than all that a sender may write at once passes when nothing
 * else was written for as long: it could never pass otherwise.
 */
export function judge(before: Usage, { samples, keys }: Load, limits: RateLimits, now: number): Judgement {
  const usage = refreshed(before, limits, now);
  const most = limits.samplesPerSecond * limits.burstSeconds;
  if (usage.samples < Math.min(samples, most)) return { usage, over: "sample_rate" };
  const { current, previous } = usage;
  const unseen = new Set<number>();
  const returned: number[] = [];
  for (const key of keys) {
    if (current.has(key)) continue;
    if (previous.has(key)) returned.push(key);
    else unseen.add(key);
  }
  if (unseen.size > 0) {
    if (usage.active + unseen.size > limits.activeSeries) return { usage, over: "active_series" };
    if (usage.newSeries < Math.min(unseen.size, limits.newSeriesPerMinute)) return { usage, over: "new_series" };
  }
  for (const key of returned) current.add(key);
  for (const key of unseen) current.add(key);
  return {
    usage: {
      ...usage,
      samples: usage.samples - samples,
      newSeries: usage.newSeries - unseen.size,
      active: usage.active + unseen.size,
      minute: {
        ...usage.minute,
        samples: usage.minute.samples + samples,
        newSeries: usage.minute.newSeries + unseen.size,
      },
    },
    over: undefined,
  };
}

/** Gives back the samples of a request that Prometheus did not take: they will come again. */
export const refund = (usage: Usage, samples: number, limits: RateLimits): Usage => ({
  ...usage,
  samples: Math.min(usage.samples + samples, limits.samplesPerSecond * limits.burstSeconds),
});

/** The state at a later time: what may be written has grown, and series that were silent for a period are forgotten. */
function refreshed(usage: Usage, limits: RateLimits, now: number): Usage {
  // A clock that was set back gives nothing, and takes nothing.
  const seconds = Math.max(0, now - usage.at) / 1000;
  const filled = (have: number, perSecond: number, most: number) =>
    Math.min(Math.max(have, most), have + seconds * perSecond);
  const samples = filled(usage.samples, limits.samplesPerSecond, limits.samplesPerSecond * limits.burstSeconds);
  const newSeries = filled(usage.newSeries, limits.newSeriesPerMinute / 60, limits.newSeriesPerMinute);
  const next = { ...usage, ...minutesAt(usage, now), samples, newSeries, at: now };
  const periods = Math.floor((now - usage.since) / periodMs);
  if (periods < 1 && now >= usage.since) return next;
  // Of two periods or more nothing is left.
  const previous = periods === 1 ? usage.current : new Set<number>();
  return { ...next, previous, current: new Set(), since: now, active: previous.size };
}

/** Of two minutes or more without a request nothing was accepted in the last one. */
function minutesAt({ minute, minuteBefore }: Usage, now: number): Pick<Usage, "minute" | "minuteBefore"> {
  const passed = Math.floor((now - minute.since) / minuteMs);
  if (passed === 0) return { minute, minuteBefore };
  const since = passed > 0 ? minute.since + passed * minuteMs : now;
  return { minute: { ...nothing, since }, minuteBefore: passed === 1 ? minute : nothing };
}

/** The limits that a sender can come close to over time. */
export type RateLimit = "samples_per_second" | "active_series" | "new_series_per_minute";

/** Which share of each limit a sender uses: of the rates, what was accepted in the last whole minute. */
export function sharesOf(before: Usage, limits: RateLimits, now: number): Readonly<Record<RateLimit, number>> {
  const { active, minuteBefore } = refreshed(before, limits, now);
  return {
    samples_per_second: minuteBefore.samples / 60 / limits.samplesPerSecond,
    active_series: active / limits.activeSeries,
    new_series_per_minute: minuteBefore.newSeries / limits.newSeriesPerMinute,
  };
}
