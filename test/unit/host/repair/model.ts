import type { Reading } from "@metrics-link/host/repair/reading.ts";

/** How long after its own time a sample of the model is stored at most, unless its target tells the time. */
export const lateMs = 5_000;
/** The same, and how often each series has a sample at least. */
export const marginMs = lateMs + 60_000;
/** Readers stop while so many samples of the model wait. */
const capacity = 12;
const batch = 2;
/**
 * A sample of the model stands for many: for so many at most, and each for another number. The repairer tells lost samples
 * from those in requests by their number.
 */
const most = 1_000_000;
const weightOf = (index: number) => 1 + ((index * 716_951 + 13) % (most - 1));
const total = (samples: readonly Stored[]) => samples.reduce((sum, { weight }) => sum + weight, 0);

export type Happening =
  | "nothing"
  | "cut"
  | "healed"
  | "slow"
  | "a request hangs"
  | "refused"
  | "started anew"
  | "another queue"
  | "loaded anew"
  | "a segment is full"
  | "truncated"
  | "torn"
  | "series are unknown"
  | "the page takes long"
  | "the clock is set back"
  | "the clock is set ahead";

/** Whose samples are stored: those of a usual target, or of one that tells times of the past or the future. */
export type Target = "usual" | "late" | "ahead";
const offsets = { usual: 0, late: -600_000, ahead: 540_000 } as const;

export interface Stored {
  readonly target: Target;
  /** Its own time, by the clock. */
  readonly time: number;
  /** When it was stored, since the machine started. */
  readonly storedAt: number;
  readonly segment: number;
  readonly weight: number;
}

/**
 * What a sending Prometheus does to its samples, as far as the repairer can be wrong about it (Prometheus 3.13,
 * storage/remote/queue_manager.go and tsdb/wlog/watcher.go).
 */
export class ModelSender {
  uptime = 1_000_000;
  readonly acknowledged = new Set<Stored>();
  /** By the clock; the machine may not know it. */
  #clock = 1_700_000_000_000;
  #wal: Stored[] = [];
  #read = 0;
  #queue: Stored[] = [];
  /** Samples that are not younger, by the clock, are not sent. */
  #queueBegan = this.#clock;
  #cut = false;
  #slow = false;
  #torn = false;
  /** The queue never read the record of some series: it drops their samples. */
  #unknown = false;
  /** The reader has found that its next segment is gone, and pauses before it begins at "now". */
  #lost = false;
  /** After the queue was full the reader sleeps, up to `max_backoff`. */
  #sleepsUntil = 0;
  /** What is under way without an answer, and until when (`remote_timeout`). */
  #hanging: { readonly sample: Stored; readonly until: number } | undefined;
  /** It hung while others went on. A queue sends all that it has before it has fewer shards. */
  #overtaken: Stored | undefined;
  /** A batch that got no answer is not counted as retried before its next attempt. */
  #unanswered = 0;
  #segment = 0;
  #readerSegment = 0;
  #kept = 0;
  #loads = 0;
  /** When the page was asked for, and what it told first: before this step, if it takes long. */
  #asked = { at: this.#clock, uptime: this.uptime, stored: 0 };
  #counts = { started: 0, stored: 0, attempts: 0, retried: 0, leftOut: 0, dropped: 0, failedWrites: 0 };

  get now(): number {
    return this.#clock;
  }

  /** What the clock shows more than the time since the start. */
  get offset(): number {
    return this.#clock - this.uptime;
  }

  /** @param lateness of what is stored in this step, below `lateMs` */
  step(happening: Happening, milliseconds: number, lateness: number, target: Target = "usual"): void {
    this.uptime += milliseconds;
    this.#clock += milliseconds;
    const counts = this.#counts;
    const asked = { at: this.#clock - milliseconds, uptime: this.uptime - milliseconds, stored: counts.stored };
    if (happening === "the clock is set back") this.#clock -= 600_000;
    if (happening === "the clock is set ahead") this.#clock += 600_000;
    if (happening === "cut") this.#cut = true;
    if (happening === "healed") this.#cut = false;
    this.#slow = happening === "slow";
    if (happening === "started anew") {
      Object.assign(counts, { started: counts.started + 1, stored: 0, failedWrites: 0 });
      this.#segment += 1;
      this.#newQueue();
    }
    if (happening === "another queue" || happening === "loaded anew") this.#loads += 1;
    if (happening === "another queue") this.#newQueue();
    if (happening === "a segment is full") this.#segment += 1;
    if (happening === "truncated") {
      this.#segment += 1;
      // A third of the segments stays, and with them more than the last minute.
      const young = this.#wal.find(({ storedAt }) => storedAt > this.uptime - 60_000 - lateMs);
      this.#kept = young?.segment ?? this.#segment;
    }
    if (happening === "torn") {
      counts.failedWrites += 1;
      this.#torn = true;
    }
    if (happening === "series are unknown") this.#unknown = true;
    // A queue never skips a late sample alone: a usual one is stored beside each.
    if (target !== "usual") this.#store("usual", this.#clock - lateness);
    this.#store(target, this.#clock + offsets[target] - lateness);
    this.#readOn();
    this.#hang(happening === "a request hangs");
    if (!this.#slow) this.#send(happening === "refused");
    this.#readOn();
    this.#asked =
      happening === "the page takes long" ? asked : { at: this.#clock, uptime: this.uptime, stored: counts.stored };
  }

  /** Unless the series has a sample that is not older: the clock may have been set back (tsdb/head_append.go). */
  #store(target: Target, time: number): void {
    if (this.#wal.some((sample) => sample.target === target && sample.time >= time)) return;
    // A search counts late samples one by one.
    const weight = target === "late" ? 1 : weightOf(this.#wal.length);
    this.#counts.stored += weight;
    this.#wal.push({ target, time, storedAt: this.uptime, segment: this.#segment, weight });
  }

  #newQueue(): void {
    this.#queue = [];
    this.#hanging = undefined;
    this.#overtaken = undefined;
    this.#unanswered = 0;
    this.#sleepsUntil = 0;
    this.#beginReading();
    this.#torn = false;
    this.#unknown = false;
    Object.assign(this.#counts, { attempts: 0, retried: 0, leftOut: 0, dropped: 0 });
  }

  /** At "now", as at each start of a reader. */
  #beginReading(): void {
    this.#read = this.#wal.length;
    this.#readerSegment = this.#segment;
    this.#queueBegan = this.#clock;
    this.#lost = false;
  }

  /** One shard waits for its answer while the others go on. */
  #hang(begins: boolean): void {
    if (this.#hanging && this.uptime >= this.#hanging.until) {
      this.#counts.retried += this.#hanging.sample.weight;
      this.#queue.unshift(this.#hanging.sample);
      this.#hanging = undefined;
    }
    const [sample] = this.#queue;
    if (!begins || this.#hanging || sample === undefined) return;
    this.#queue.shift();
    this.#counts.attempts += sample.weight;
    this.#hanging = { sample, until: this.uptime + 30_000 };
    this.#overtaken = sample;
  }

  #readOn(): void {
    if (this.#lost) {
      this.#beginReading();
      return;
    }
    if (this.uptime < this.#sleepsUntil) return;
    while (!this.#torn) {
      const next = this.#wal[this.#read];
      // The segment that is wanted next is gone.
      const isRead = next === undefined || next.segment > this.#readerSegment;
      if (isRead && this.#readerSegment + 1 < this.#kept) {
        this.#lost = true;
        return;
      }
      if (next === undefined) {
        this.#readerSegment = this.#segment;
        return;
      }
      if (this.#queue.length >= capacity) {
        this.#sleepsUntil = this.uptime + 15_000;
        return;
      }
      this.#readerSegment = next.segment;
      this.#read += 1;
      if (next.time <= this.#queueBegan) continue;
      if (this.#unknown && this.#read % 3 === 0) this.#drop(next);
      else this.#queue.push(next);
    }
  }

  /** As `reason="unintentionally_dropped_series"`. */
  #drop({ weight }: Stored): void {
    this.#counts.dropped += weight;
    this.#counts.leftOut += weight;
  }

  /** One batch, the oldest first. */
  #send(refused: boolean): void {
    const counts = this.#counts;
    counts.retried += this.#unanswered;
    this.#unanswered = 0;
    const sent = this.#queue.slice(0, batch);
    counts.attempts += total(sent);
    if (this.#cut) {
      this.#unanswered = total(sent);
      return;
    }
    for (const sample of sent) if (!refused) this.acknowledged.add(sample);
    if (refused) {
      counts.dropped += total(sent);
      if (sent.some((sample) => sample === this.#overtaken)) this.#overtaken = undefined;
    }
    this.#queue = this.#queue.slice(batch);
  }

  get stored(): readonly Stored[] {
    return this.#wal;
  }

  /** What a search for late samples finds at this moment. */
  lateSamples(from: number, to: number): readonly { readonly key: Target; readonly samples: readonly Stored[] }[] {
    const targets: Target[] = ["usual", "late", "ahead"];
    return targets.flatMap((target) => {
      const all = this.#wal.filter((sample) => sample.target === target);
      if (all.length === 0 || all.some(({ time }) => time > this.#clock - marginMs)) return [];
      const samples = all.filter(({ time }) => time >= from && time <= to);
      return samples.length === 0 ? [] : [{ key: target, samples }];
    });
  }

  /** As Prometheus tells it. */
  reading(): Reading {
    const { started, ...counts } = this.#counts;
    return {
      ...counts,
      ...this.#asked,
      started: `${started}`,
      loadedAt: this.#loads,
      pending: total(this.#queue) + (this.#hanging?.sample.weight ?? 0),
      shards: this.#overtaken && !this.acknowledged.has(this.#overtaken) ? 2 : 1,
      batch: batch * most,
      capacity: capacity * most,
      newest: Math.max(0, ...this.#wal.map(({ time }) => time)),
      histograms: 0,
      ruleDuration: 0,
      ruleInterval: 0,
    };
  }
}
