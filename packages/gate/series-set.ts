/** The smallest table: a sender that writes a few series takes half a kilobyte. */
const fewestSlots = 64;
/** A table is at most three quarters full, and doubles when it is: so it is never below three eighths after that. */
const mostFilled = 0.75;

/** The most memory that a series takes, in a table that has just doubled. */
export const mostBytesOfSeries = 8 / (mostFilled / 2);

/**
 * The series of one sender, by their keys: those that were seen in the current period, and those of the period before. A hash table
 * with linear probing in one array of doubles, 8 bytes a slot and outside of the heap of JavaScript, where a `Set` takes about
 * 80 bytes a series. The sign of a number says of which period it is.
 */
export class SeriesSet {
  #slots = new Float64Array(0);
  #size = 0;
  #current = 0;
  /** Of keys that were seen in the current period. */
  #sign: 1 | -1 = 1;

  /** How many series were seen in either period. */
  get size(): number {
    return this.#size;
  }

  /** How many of them were seen in the current period. */
  get current(): number {
    return this.#current;
  }

  /** What the table takes. */
  get bytes(): number {
    return this.#slots.byteLength;
  }

  /** In which period a series was last seen. */
  seen(key: number): "current" | "previous" | undefined {
    if (this.#size === 0) return undefined;
    const number = numberOf(key);
    const found = this.#slots[slotOf(this.#slots, number)];
    if (found === 0) return undefined;
    return found === number * this.#sign ? "current" : "previous";
  }

  /** A series is seen in the current period. */
  add(key: number): void {
    if (this.#size + 1 > this.#slots.length * mostFilled) this.#move(this.#size + 1, () => true);
    const number = numberOf(key);
    const slot = slotOf(this.#slots, number);
    const found = this.#slots[slot];
    if (found === number * this.#sign) return;
    if (found === 0) this.#size += 1;
    this.#current += 1;
    this.#slots[slot] = number * this.#sign;
  }

  /** Begins a period: series that were not seen in the one that ends are forgotten. */
  turn(): void {
    this.#move(this.#current, (slot) => slot * this.#sign > 0);
    this.#size = this.#current;
    this.#current = 0;
    this.#sign = this.#sign === 1 ? -1 : 1;
  }

  /** Forgets all series. */
  clear(): void {
    this.#move(0, () => false);
    this.#size = 0;
    this.#current = 0;
  }

  /** Into a table for so many series. The old one is given back at once, not when the collector finds it. */
  #move(series: number, isKept: (slot: number) => boolean): void {
    const old = this.#slots;
    this.#slots = new Float64Array(slotsFor(series));
    for (const slot of old) {
      if (slot !== 0 && isKept(slot)) this.#slots[slotOf(this.#slots, Math.abs(slot))] = slot;
    }
    old.buffer.transfer(0);
  }
}

/** 0 marks a free slot, and no key is a fraction. */
const numberOf = (key: number): number => key || 0.5;

function slotsFor(series: number): number {
  if (series === 0) return 0;
  let slots = fewestSlots;
  while (slots * mostFilled < series) slots *= 2;
  return slots;
}

/** Where a number is, or where it would go. Nobody can choose numbers that meet: their bits depend on a secret (hash.ts). */
function slotOf(slots: Float64Array, number: number): number {
  const mask = slots.length - 1;
  let slot = number & mask;
  for (let found = slots[slot]; found !== 0 && found !== number && found !== -number; found = slots[slot]) {
    slot = (slot + 1) & mask;
  }
  return slot;
}
