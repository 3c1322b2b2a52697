import type { RefusalReason } from "./reasons.ts";
import { SeriesSet } from "./series-set.ts";

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
 * What a sender has used of its limits. `judge` and `refund` take a state and return the next one, which takes over the series of
 * the old one: that one must not be used again.
 */
export interface Usage {
  /** Samples that may be written at once, when `at` was. */
  readonly samples: number;
  readonly newSeries: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The series seen since `since`, and those of the period before. */
  readonly series: SeriesSet;
  readonly since: number;
  /** What was accepted in the minute that began at its `since`, and in the one before. */
  readonly minute: Accepted & { readonly since: number };
  readonly minuteBefore: Accepted;
  /** When a request was last turned away because of each limit. */
  readonly turnedAway: Readonly<Partial<Record<OwnLimit, number>>>;
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
  series: new SeriesSet(),
  since: now,
  minute: { ...nothing, since: now },
  minuteBefore: nothing,
  turnedAway: {},
});

/** A request that was read, as far as limits go. */
export interface Load {
  readonly samples: number;
  readonly keys: readonly number[];
}

export interface Judgement {
  readonly usage: Usage;
  /** Undefined when the request is within the limits; only then is it counted. */
  readonly over: Extract<RefusalReason, "sample_rate" | "active_series" | "shared_series" | "new_series"> | undefined;
}

/**
 * Whether a sender may write this now. A request that is larger than all that a sender may write at once passes when nothing
 * else was written for as long: it could never pass otherwise.
 * @param before as of `now` (`usageAt`)
 * @param hasRoom whether there is memory for so many more series of this sender
 */
export function judge(
  before: Usage,
  { samples, keys }: Load,
  limits: RateLimits,
  hasRoom: (more: number) => boolean = () => true,
): Judgement {
  const most = limits.samplesPerSecond * limits.burstSeconds;
  if (before.samples < Math.min(samples, most)) return over(before, "sample_rate");
  const { series } = before;
  const unseen = new Set<number>();
  const returned: number[] = [];
  for (const key of keys) {
    const seen = series.seen(key);
    if (seen === undefined) unseen.add(key);
    else if (seen === "previous") returned.push(key);
  }
  const more = unseen.size;
  if (more > 0) {
    if (series.size + more > limits.activeSeries) return over(before, "active_series");
    if (!hasRoom(more)) return over(before, "shared_series");
    if (before.newSeries < Math.min(more, limits.newSeriesPerMinute)) return over(before, "new_series");
  }
  for (const key of returned) series.add(key);
  for (const key of unseen) series.add(key);
  const { minute } = before;
  return {
    usage: {
      ...before,
      samples: before.samples - samples,
      newSeries: before.newSeries - more,
      minute: { ...minute, samples: minute.samples + samples, newSeries: minute.newSeries + more },
    },
    over: undefined,
  };
}

const ownLimits = {
  sample_rate: "samples_per_second",
  active_series: "active_series",
  new_series: "new_series_per_minute",
  // Who finds no room is not whom the others lack room because of (room.ts).
  shared_series: undefined,
} as const satisfies Record<NonNullable<Judgement["over"]>, OwnLimit | undefined>;

function over(usage: Usage, reason: NonNullable<Judgement["over"]>): Judgement {
  const limit = ownLimits[reason];
  const turnedAway = limit === undefined ? usage.turnedAway : { ...usage.turnedAway, [limit]: usage.at };
  return { usage: { ...usage, turnedAway }, over: reason };
}

/** Gives back the samples of a request that Prometheus did not take: they will come again. */
export const refund = (usage: Usage, samples: number, limits: RateLimits): Usage => ({
  ...usage,
  samples: Math.min(usage.samples + samples, limits.samplesPerSecond * limits.burstSeconds),
});

/** The state at a later time: what may be written has grown, and series that were silent for a period are forgotten. */
export function usageAt(usage: Usage, limits: RateLimits, now: number): Usage {
  // A clock that was set back gives nothing, and takes nothing.
  const seconds = Math.max(0, now - usage.at) / 1000;
  const { samplesPerSecond, burstSeconds, newSeriesPerMinute } = limits;
  // Also what was saved up under a limit that has been lowered since.
  const samples = Math.min(samplesPerSecond * burstSeconds, usage.samples + seconds * samplesPerSecond);
  // A sender begins with more than a minute's.
  const newSeries = Math.min(
    Math.max(usage.newSeries, newSeriesPerMinute),
    usage.newSeries + (seconds * newSeriesPerMinute) / 60,
  );
  const next = { ...usage, ...minutesAt(usage, now), samples, newSeries, at: now };
  const periods = Math.floor((now - usage.since) / periodMs);
  if (periods < 1 && now >= usage.since) return next;
  // Of two periods or more nothing is left.
  if (periods === 1) usage.series.turn();
  else usage.series.clear();
  return { ...next, since: now };
}

/** Of two minutes or more without a request nothing was accepted in the last one. */
function minutesAt({ minute, minuteBefore }: Usage, now: number): Pick<Usage, "minute" | "minuteBefore"> {
  const passed = Math.floor((now - minute.since) / minuteMs);
  if (passed === 0) return { minute, minuteBefore };
  const since = passed > 0 ? minute.since + passed * minuteMs : now;
  return { minute: { ...nothing, since }, minuteBefore: passed === 1 ? minute : nothing };
}

/** The limits that a sender can come close to over time. */
export type RateLimit = OwnLimit | "shared_series";
/** Those that are not about all senders together. */
type OwnLimit = "samples_per_second" | "active_series" | "new_series_per_minute";

/**
 * Which share of each limit of its own a sender uses, as of `usageAt`: of the rates, what was accepted in the last whole minute. It is
 * at least 1 for a minute after a request was turned away: a request counts as a whole, so a sender of large ones has
 * never more accepted than a part of its limit.
 */
export function sharesOf(usage: Usage, limits: RateLimits): Readonly<Record<OwnLimit, number>> {
  const { series, minuteBefore, turnedAway, at } = usage;
  const atLeast = (limit: OwnLimit, share: number) => {
    const ago = at - (turnedAway[limit] ?? Number.NEGATIVE_INFINITY);
    return ago >= 0 && ago < minuteMs ? Math.max(1, share) : share;
  };
  return {
    samples_per_second: atLeast("samples_per_second", minuteBefore.samples / 60 / limits.samplesPerSecond),
    active_series: atLeast("active_series", series.size / limits.activeSeries),
    new_series_per_minute: atLeast("new_series_per_minute", minuteBefore.newSeries / limits.newSeriesPerMinute),
  };
}
