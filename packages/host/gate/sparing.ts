/** Of what happens all the time, the journal has one line in this time. */
const everyMs = 10_000;

/** Decides which lines are written: of each kind the first, and then one every ten seconds. */
export class Sparing {
  readonly #last = new Map<string, { at: number; left: number }>();

  /**
   * @param kind one of few: each is remembered
   * @returns how many lines of this kind were left out since the last one; undefined when this one is left out
   */
  others(kind: string, now: number): number | undefined {
    const last = this.#last.get(kind);
    if (last !== undefined && now >= last.at && now < last.at + everyMs) {
      last.left += 1;
      return undefined;
    }
    this.#last.set(kind, { at: now, left: 0 });
    return last?.left ?? 0;
  }
}
