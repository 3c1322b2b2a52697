import type { Reading } from "@metrics-link/host/repair/reading.ts";

/** How long after its own time a sample of the model is stored at most. */
export const lateMs = 5_000;
/** Readers stop while so much waits. */
const capacity = 6;
const batch = 2;

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
  | "torn";

interface Stored {
  readonly time: number;
  readonly segment: number;
}

/**
 * What a sending Prometheus does to its samples, as far as the repairer can be wrong about it (Prometheus 3.13,
 * storage/remote/queue_manager.go and tsdb/wlog/watcher.go).
 */
export class ModelSender {
  now = 1_700_000_000_000;
  readonly acknowledged = new Set<Stored>();
  #wal: Stored[] = [];
  #read = 0;
  #queue: Stored[] = [];
  /** Samples that are not younger are not sent. */
  #queueBegan = this.now;
  #cut = false;
  #slow = false;
  #torn = false;
  /** The reader has found that its next segment is gone, and pauses before it begins at "now". */
  #lost = false;
  /** What is under way without an answer, and until when (`remote_timeout`). */
  #hanging: { readonly sample: Stored; readonly until: number } | undefined;
  #segment = 0;
  #readerSegment = 0;
  #kept = 0;
  #counts = { started: 0, reloaded: 0, attempts: 0, retried: 0, dropped: 0, truncations: 0, failedWrites: 0 };
  #newest = { read: 0, sent: 0 };

  /** @param lateness of what is stored in this step, below `lateMs` by the time of a commit */
  step(happening: Happening, milliseconds: number, lateness: number): void {
    this.now += milliseconds;
    const counts = this.#counts;
    if (happening === "cut") this.#cut = true;
    if (happening === "healed") this.#cut = false;
    this.#slow = happening === "slow";
    if (happening === "loaded anew") counts.reloaded += 1;
    if (happening === "started anew") {
      counts.started += 1;
      Object.assign(counts, { truncations: 0, failedWrites: 0 });
      this.#segment += 1;
      this.#newQueue();
    }
    if (happening === "another queue") {
      counts.reloaded += 1;
      this.#newQueue();
    }
    if (happening === "a segment is full") this.#segment += 1;
    if (happening === "truncated") {
      counts.truncations += 1;
      this.#segment += 1;
      // A third of the segments stays, and with them more than the last minute.
      const young = this.#wal.find(({ time }) => time > this.now - 60_000 - lateMs);
      this.#kept = young?.segment ?? this.#segment;
    }
    if (happening === "torn") {
      counts.failedWrites += 1;
      this.#torn = true;
    }
    this.#wal.push({ time: this.now - lateness, segment: this.#segment });
    this.#readOn();
    this.#hang(happening === "a request hangs");
    if (!this.#slow) this.#send(happening === "refused");
    this.#readOn();
  }

  #newQueue(): void {
    this.#queue = [];
    this.#hanging = undefined;
    this.#beginReading();
    this.#torn = false;
    Object.assign(this.#counts, { attempts: 0, retried: 0, dropped: 0 });
    this.#newest = { read: 0, sent: 0 };
  }

  /** At "now", as at each start of a reader. */
  #beginReading(): void {
    this.#read = this.#wal.length;
    this.#readerSegment = this.#segment;
    this.#queueBegan = this.now;
    this.#lost = false;
  }

  /** One shard waits for its answer while the others go on. */
  #hang(begins: boolean): void {
    if (this.#hanging && this.now >= this.#hanging.until) {
      this.#counts.retried += 1;
      this.#queue.unshift(this.#hanging.sample);
      this.#hanging = undefined;
    }
    const [sample] = this.#queue;
    if (!begins || this.#hanging || sample === undefined) return;
    this.#queue.shift();
    this.#hanging = { sample, until: this.now + 30_000 };
  }

  #readOn(): void {
    if (this.#lost) {
      this.#beginReading();
      return;
    }
    while (!this.#torn && this.#queue.length < capacity) {
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
      this.#readerSegment = next.segment;
      this.#read += 1;
      if (next.time <= this.#queueBegan) continue;
      this.#queue.push(next);
      this.#newest.read = Math.max(this.#newest.read, next.time);
    }
  }

  /** One batch, the oldest first. */
  #send(refused: boolean): void {
    const sent = this.#queue.slice(0, batch);
    this.#counts.attempts += sent.length;
    if (this.#cut) {
      this.#counts.retried += sent.length;
      return;
    }
    for (const sample of sent) {
      if (!refused) this.acknowledged.add(sample);
      this.#newest.sent = Math.max(this.#newest.sent, sample.time);
    }
    if (refused) this.#counts.dropped += sent.length;
    this.#queue = this.#queue.slice(batch);
  }

  get stored(): readonly Stored[] {
    return this.#wal;
  }

  /** As Prometheus tells it: times without their fraction. */
  reading(): Reading {
    const { started, reloaded, ...counts } = this.#counts;
    const seconds = (time: number) => Math.floor(time / 1000) * 1000;
    return {
      ...counts,
      at: this.now,
      started: `${started}`,
      reloaded: `${reloaded}`,
      pending: this.#queue.length + (this.#hanging ? 1 : 0),
      shards: this.#hanging ? 2 : 1,
      batch,
      capacity,
      stored: seconds(Math.max(0, ...this.#wal.map(({ time }) => time))),
      read: seconds(this.#newest.read),
      sent: seconds(this.#newest.sent),
      segmentsBehind: this.#segment - this.#readerSegment,
      appended: this.#wal.length,
    };
  }
}
