import { printable, shortened } from "@metrics-link/contract";
import { hashBytes, type Key, mix, numberOf, startKey, viewOf } from "./hash.ts";
import type { RequestLimits } from "./limits.ts";
import { Refused } from "./reasons.ts";
import { isAt, keeps, keepsInExemplar, ruleFor, type SenderRules } from "./rules.ts";

/** Tags and lengths of a label in Remote Write 1: what it takes besides its name and its value, at least. */
const bytesAroundLabel = 6;

const metricName = Buffer.from("__name__");

/**
 * Holds the labels of one series after the other to the rules: each pinned label exactly once with its value, names in
 * ascending order by their bytes, as Prometheus sorts them, so that none comes twice.
 *
 * Prometheus sorts what it reads, skips a series that has a name twice, and takes empty values away before it stores a series
 * (`Labels.WithoutEmpty`). None of this can happen to what passes here, so the stored labels are those that were read.
 * Whether a text is UTF-8 is left to Prometheus, which skips a series that is not: bytes are compared with bytes here, and an
 * honest sender has such series (a rule's `label_replace` can cut a character).
 */
export class SeriesLabels {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #rules: SenderRules;
  readonly #limits: RequestLimits;
  #nameStart = 0;
  #nameLength = 0;
  #count = 0;
  #ofExemplar = 0;
  #isNamed = false;
  #seen = 0;
  #written = 0;
  readonly #key: Key = startKey();
  /** Texts by their place in a series, and their hashes. */
  readonly #hashed: (Key & { start: number; length: number })[] = [];

  constructor(bytes: Uint8Array, rules: SenderRules, limits: RequestLimits) {
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
    this.#rules = rules;
    this.#limits = limits;
  }

  begin(): void {
    this.#nameLength = 0;
    this.#count = 0;
    this.#isNamed = false;
    this.#seen = 0;
    this.#key.low = 0;
    this.#key.high = 0;
  }

  /** @throws Refused for what the series may not carry */
  add(nameStart: number, nameLength: number, valueStart: number, valueLength: number): void {
    if (nameLength === 0 || valueLength === 0) throw new Refused("label_empty");
    if (nameLength > this.#limits.labelNameBytes || valueLength > this.#limits.labelValueBytes) {
      throw new Refused("label_size");
    }
    this.#write(nameLength + valueLength);
    this.#count += 1;
    if (this.#count > this.#limits.labelsPerSeries) throw new Refused("label_size");
    if (this.#count > 1 && !this.#isAfterLast(nameStart, nameLength)) throw new Refused("labels_unordered");
    this.#nameStart = nameStart;
    this.#nameLength = nameLength;
    if (nameLength === metricName.length && isAt(this.#bytes, nameStart, metricName)) this.#isNamed = true;
    const rule = ruleFor(this.#rules, this.#bytes, nameStart, nameLength);
    if (rule !== undefined) {
      if (!keeps(rule, this.#bytes, valueStart, valueLength)) {
        throw new Refused(rule.kind === "must" ? "label_foreign" : "label_reserved");
      }
      this.#seen |= rule.bit;
    }
  }

  beginExemplar(): void {
    this.#ofExemplar = 0;
  }

  /** A label of an exemplar. @throws Refused for one that claims to be somebody else */
  addToExemplar(nameStart: number, nameLength: number, valueStart: number, valueLength: number): void {
    this.#write(nameLength + valueLength);
    this.#ofExemplar += 1;
    if (this.#ofExemplar > this.#limits.labelsPerSeries) throw new Refused("label_size");
    const rule = ruleFor(this.#rules, this.#bytes, nameStart, nameLength);
    if (rule !== undefined && !keepsInExemplar(rule, this.#bytes, valueStart, valueLength)) {
      throw new Refused("exemplar_foreign");
    }
  }

  /** Adds a label to the key of the series, by the hashes of its parts. */
  keep(name: Key, value: Key): void {
    mix(this.#key, name);
    mix(this.#key, value);
  }

  /**
   * The hash of the name (0) or value (1) of the label that was added last; it stands until the next series. Most are what the
   * series before had at the same place, and to compare is cheaper than to hash.
   */
  hash(part: 0 | 1, start: number, length: number): Key {
    const index = 2 * (this.#count - 1) + part;
    const known = this.#hashed[index] ?? { start: 0, length: -1, ...startKey() };
    if (known.length !== length || !isSame(this.#view, known.start, start, length)) {
      hashBytes(this.#view, start, length, known);
      known.start = start;
      known.length = length;
      this.#hashed[index] = known;
    }
    return known;
  }

  /**
   * A series without a name no Prometheus stores: the receiver's would answer 204, and write a line with all its labels into its
   * journal.
   * @returns the key of the series. @throws Refused `label_missing`, `name_missing`
   */
  end(): number {
    if (this.#seen !== this.#rules.required) throw new Refused("label_missing");
    if (!this.#isNamed) throw new Refused("name_missing");
    return numberOf(this.#key);
  }

  /** With symbols a short message has labels without end, each of which is compared here and hashed by Prometheus. */
  #write(bytes: number): void {
    this.#written += bytes + bytesAroundLabel;
    if (this.#written > this.#limits.decodedBytes) throw new Refused("decoded_size");
  }

  #isAfterLast(start: number, length: number): boolean {
    const bytes = this.#bytes;
    const last = this.#nameStart;
    const common = Math.min(length, this.#nameLength);
    for (let index = 0; index < common; index += 1) {
      const difference = (bytes[start + index] ?? 0) - (bytes[last + index] ?? 0);
      if (difference !== 0) return difference > 0;
    }
    return length > this.#nameLength;
  }
}

function isSame(view: DataView, one: number, other: number, length: number): boolean {
  let at = 0;
  for (; at + 4 <= length; at += 4) if (view.getInt32(one + at) !== view.getInt32(other + at)) return false;
  for (; at < length; at += 1) if (view.getUint8(one + at) !== view.getUint8(other + at)) return false;
  return true;
}

/** Labels for a log line: `{account="1", job="x"}`, printable and short, whatever is in them. */
export function shownLabels(labels: readonly (readonly [name: string, value: string])[]): string {
  const text = labels.map(([name, value]) => `${printable(name)}=${JSON.stringify(printable(value))}`).join(", ");
  return shortened(`{${text}}`);
}
