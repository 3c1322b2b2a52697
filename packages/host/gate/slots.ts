/** Ends the use of a slot; more than once does nothing. */
export type Release = () => void;

interface Waiting {
  readonly start: (release: Release | undefined) => void;
}

/**
 * How many requests are in memory at once, shared fairly: senders that wait get slots in turn, so one that floods waits for
 * itself alone. Who waits has not been read: its body is still at Envoy.
 */
export class Slots {
  readonly #most: number;
  readonly #mostOfOne: number;
  readonly #waitMs: number;
  readonly #used = new Map<string, number>();
  /** In the order of the turns. */
  readonly #queues = new Map<string, Waiting[]>();
  #inUse = 0;

  /** @param mostOfOne how many one sender may have, so that slow answers to one leave room for others */
  constructor(most: number, mostOfOne: number, waitMs: number) {
    this.#most = most;
    this.#mostOfOne = mostOfOne;
    this.#waitMs = waitMs;
  }

  get inUse(): number {
    return this.#inUse;
  }

  /** Waits for a slot. @returns undefined when none became free in time, or whoever asked has gone */
  acquire(sender: string, gone: AbortSignal): Promise<Release | undefined> {
    return new Promise((resolve) => {
      const queue = this.#queues.get(sender) ?? [];
      this.#queues.set(sender, queue);
      const giveUp = () => {
        const index = queue.indexOf(waiting);
        if (index >= 0) queue.splice(index, 1);
        waiting.start(undefined);
      };
      const timer = setTimeout(giveUp, this.#waitMs);
      gone.addEventListener("abort", giveUp);
      const waiting: Waiting = {
        start: (release) => {
          clearTimeout(timer);
          gone.removeEventListener("abort", giveUp);
          resolve(release);
        },
      };
      queue.push(waiting);
      this.#serve();
    });
  }

  /** Hands out free slots, one sender after the other. */
  #serve(): void {
    for (const [sender, queue] of [...this.#queues]) {
      if (this.#inUse >= this.#most) return;
      const used = this.#used.get(sender) ?? 0;
      if (used >= this.#mostOfOne) continue;
      const next = queue.shift();
      // To the end of the turns.
      this.#queues.delete(sender);
      if (queue.length > 0) this.#queues.set(sender, queue);
      if (next === undefined) continue;
      this.#used.set(sender, used + 1);
      this.#inUse += 1;
      next.start(this.#releaseOf(sender));
    }
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
