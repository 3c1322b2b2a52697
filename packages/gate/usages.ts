import { hasRoom, inCommon, mostSeries, type Room, roomOf, shareOfCommon } from "./room.ts";
import {
  type Judgement,
  judge,
  type Load,
  type RateLimit,
  type RateLimits,
  refund,
  sharesOf,
  type Usage,
  usageAt,
  usageOf,
} from "./usage.ts";

/** The senders of a configuration, with how much each may write. */
type Senders = ReadonlyMap<string, { readonly rates: RateLimits }>;

/** What a sender uses. */
export interface SenderUse {
  readonly sender: string;
  readonly activeSeries: number;
  /** Of each limit, which share is in use. */
  readonly shares: Readonly<Record<RateLimit, number>>;
}

/**
 * What all senders have used of their limits, in bounded memory: `mostSeries` over all of them. No sender is refused because of
 * others while it has no more series than it is guaranteed (room.ts).
 */
export class Usages {
  readonly #most: number;
  readonly #used = new Map<string, Usage>();
  #senders: Senders = new Map();
  #room: Room;
  /** How many series all senders together have in the common part. */
  #common = 0;

  constructor(senders: Senders, most = mostSeries) {
    this.#most = most;
    this.#room = roomOf([], most);
    this.configure(senders);
  }

  /** How many series are remembered. */
  get series(): number {
    return [...this.#used.values()].reduce((sum, { series }) => sum + series.size, 0);
  }

  /** What the tables of series take, in bytes. */
  get bytes(): number {
    return [...this.#used.values()].reduce((sum, { series }) => sum + series.bytes, 0);
  }

  /**
   * Takes over another configuration, and forgets senders that are not in it. Where senders have less guaranteed than before, and
   * the common part is too small for what they have above it, the largest begin anew, as after a restart.
   */
  configure(senders: Senders): void {
    this.#senders = senders;
    for (const [sender, { series }] of this.#used) {
      if (senders.has(sender)) continue;
      series.clear();
      this.#used.delete(sender);
    }
    this.#room = roomOf(
      [...senders.values()].map(({ rates }) => rates.activeSeries),
      this.#most,
    );
    const descending = [...this.#used]
      .map(([sender, usage]) => ({ sender, series: usage.series, own: this.#inCommon(sender, usage) }))
      .sort((one, other) => other.own - one.own);
    this.#common = descending.reduce((sum, { own }) => sum + own, 0);
    for (const { sender, series, own } of descending) {
      if (this.#common <= this.#room.common) break;
      series.clear();
      this.#used.delete(sender);
      this.#common -= own;
    }
  }

  /** Whether a sender of the configuration may write this now; what it may is charged. */
  judge(sender: string, load: Load, now: number): Judgement["over"] {
    const limits = this.#senders.get(sender)?.rates;
    if (limits === undefined) return undefined;
    const before = this.#at(sender, limits, now);
    const others = this.#common - this.#inCommon(sender, before);
    const limit = limits.activeSeries;
    const { usage, over } = judge(before, load, limits, (more) =>
      hasRoom(this.#room, { active: before.series.size + more, limit }, others),
    );
    this.#used.set(sender, usage);
    this.#common = others + this.#inCommon(sender, usage);
    return over;
  }

  /** Gives back the samples of a request that Prometheus did not take. */
  refund(sender: string, samples: number): void {
    const usage = this.#used.get(sender);
    const limits = this.#senders.get(sender)?.rates;
    if (usage !== undefined && limits !== undefined) this.#used.set(sender, refund(usage, samples, limits));
  }

  /** What each sender uses now. Also gives back the memory of those that write nothing any more. */
  at(now: number): readonly SenderUse[] {
    const all = [...this.#senders].map(([sender, { rates }]) => {
      const usage = this.#used.has(sender) ? this.#at(sender, rates, now) : usageOf(rates, now);
      return { sender, rates, usage, own: this.#inCommon(sender, usage) };
    });
    const takers = all.filter(({ own }) => own > 0).length;
    return all.map(({ sender, rates, usage, own }) => {
      const part = { active: usage.series.size, limit: rates.activeSeries };
      const shared_series = shareOfCommon(this.#room, part, this.#common - own, takers);
      return { sender, activeSeries: part.active, shares: { ...sharesOf(usage, rates), shared_series } };
    });
  }

  /** What a sender has used, as of now. */
  #at(sender: string, limits: RateLimits, now: number): Usage {
    const known = this.#used.get(sender) ?? usageOf(limits, now);
    const before = this.#inCommon(sender, known);
    const usage = usageAt(known, limits, now);
    this.#used.set(sender, usage);
    this.#common += this.#inCommon(sender, usage) - before;
    return usage;
  }

  #inCommon(sender: string, { series }: Usage): number {
    return inCommon(this.#room, { active: series.size, limit: this.#senders.get(sender)?.rates.activeSeries ?? 0 });
  }
}
