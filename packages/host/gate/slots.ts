/** Ends the use of a slot; more than once does nothing. */
export type Release = () => void;

interface Waiting {
  readonly start: (release: Release | undefined) => void;
}

/**
 * Whose turn it is by the time that was spent on each sender (start-time fair queueing: Goyal, Vin, Cheng 1996). A sender that was
 * not served for a while begins where those that are served now are: neither does it pay for what it took long ago, nor does it
 * save up.
 */
export class FairTime {
  #now = 0;
  readonly #ends = new Map<string, number>();

  /** In milliseconds of fair time, where a sender's next request begins: the lowest comes first. */
  startOf(sender: string): number {
    return this.#ends.get(sender) ?? this.#now;
  }

  /** @param ms that a request took, whose sender was next */
  charge(sender: string, ms: number): void {
    const start = this.startOf(sender);
    this.#now = Math.max(this.#now, start);
    this.#ends.set(sender, start + ms);
    for (const [one, end] of this.#ends) if (end <= this.#now) this.#ends.delete(one);
  }
}

interface SlotLimits {
  /** How many are handed out at once. */
  readonly most: number;
  /** How many one sender may have, so that slow answers to one leave room for others. */
  readonly ofOneSender: number;
  /** How many may wait. */
  readonly waiting: number;
  readonly waitMs: number;
}

/**
 * How many requests are in memory at once, shared fairly: of those that wait, the sender whose fair time is lowest comes next, and
 * senders that are equal get slots in turn. Who waits has not been read: its body is still at Envoy, but
 * for what is in the buffers of its connection. When too many wait, the sender with most of them loses its last one.
 */
export class Slots {
  readonly #limits: SlotLimits;
  readonly #time: FairTime;
  readonly #used = new Map<string, number>();
  /** In the order of the turns; none is empty. */
  readonly #queues = new Map<string, Waiting[]>();
  #inUse = 0;
  #waiting = 0;

  constructor(limits: SlotLimits, time: FairTime) {
    this.#limits = limits;
    this.#time = time;
  }

  get inUse(): number {
    return this.#inUse;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** Waits for a slot. @returns undefined when none became free in time, too many wait, or whoever asked has gone */
  acquire(sender: string, gone: AbortSignal): Promise<Release | undefined> {
    return new Promise((resolve) => {
      const giveUp = () => this.#giveUp(sender, waiting);
      const timer = setTimeout(giveUp, this.#limits.waitMs);
      gone.addEventListener("abort", giveUp);
      const waiting: Waiting = {
        start: (release) => {
          clearTimeout(timer);
          gone.removeEventListener("abort", giveUp);
          resolve(release);
        },
      };
      const queue = this.#queues.get(sender) ?? [];
      queue.push(waiting);
      this.#queues.set(sender, queue);
      this.#waiting += 1;
      this.#serve();
      if (this.#waiting > this.#limits.waiting) this.#dropOne();
    });
  }

  #giveUp(sender: string, waiting: Waiting): void {
    const queue = this.#queues.get(sender) ?? [];
    const index = queue.indexOf(waiting);
    if (index < 0) return;
    queue.splice(index, 1);
    if (queue.length === 0) this.#queues.delete(sender);
    this.#waiting -= 1;
    waiting.start(undefined);
  }

  /** Of the sender that has most. */
  #dropOne(): void {
    let [longest, requests]: [string, readonly Waiting[]] = ["", []];
    for (const [sender, queue] of this.#queues)
      if (queue.length > requests.length) [longest, requests] = [sender, queue];
    const last = requests.at(-1);
    if (last !== undefined) this.#giveUp(longest, last);
  }

  /** Hands out free slots. */
  #serve(): void {
    while (this.#inUse < this.#limits.most) {
      const sender = this.#next();
      if (sender === undefined) return;
      const queue = this.#queues.get(sender) ?? [];
      const next = queue.shift();
      // To the end of the turns.
      this.#queues.delete(sender);
      if (queue.length > 0) this.#queues.set(sender, queue);
      this.#waiting -= 1;
      this.#used.set(sender, (this.#used.get(sender) ?? 0) + 1);
      this.#inUse += 1;
      next?.start(this.#releaseOf(sender));
    }
  }

  /** Who comes next of those that wait. */
  #next(): string | undefined {
    let next: string | undefined;
    for (const sender of this.#queues.keys()) {
      if ((this.#used.get(sender) ?? 0) >= this.#limits.ofOneSender) continue;
      if (next === undefined || this.#time.startOf(sender) < this.#time.startOf(next)) next = sender;
    }
    return next;
  }

  #releaseOf(sender: string): Release {
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#inUse -= 1;
      const left = (this.#used.get(sender) ?? 1) - 1;
      if (left === 0) this.#used.delete(sender);
      else this.#used.set(sender, left);
      this.#serve();
    };
  }
}
