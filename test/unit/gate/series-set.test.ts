import assert from "node:assert/strict";
import { hashBytes, numberOf, startKey, viewOf } from "@metrics-link/gate/hash.ts";
import { mostBytesOfSeries, SeriesSet } from "@metrics-link/gate/series-set.ts";
import fc from "fast-check";

describe("the series of a sender", () => {
  it("are those that a set of this period and one of the period before would have", () => {
    const step = fc.oneof(
      { weight: 50, arbitrary: fc.integer({ min: 0, max: 200 }).map((key) => key * 2 ** 33) },
      { weight: 50, arbitrary: fc.integer({ min: 0, max: 2 ** 53 - 1 }) },
      { weight: 3, arbitrary: fc.constant("turn" as const) },
      { weight: 1, arbitrary: fc.constant("clear" as const) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 500 }), (steps) => {
        const set = new SeriesSet();
        let [current, previous] = [new Set<number>(), new Set<number>()];
        for (const one of steps) {
          if (one === "turn") {
            set.turn();
            [current, previous] = [new Set(), current];
          } else if (one === "clear") {
            set.clear();
            [current, previous] = [new Set(), new Set()];
          } else {
            const expected = current.has(one) ? "current" : previous.has(one) ? "previous" : undefined;
            assert.equal(set.seen(one), expected);
            set.add(one);
            current.add(one);
            assert.equal(set.seen(one), "current");
          }
          assert.equal(set.size, new Set([...current, ...previous]).size);
        }
        for (const key of previous) assert.equal(set.seen(key), current.has(key) ? "current" : "previous");
      }),
    );
  });

  it("take no more memory than a series may take, and none when they are forgotten", () => {
    const set = new SeriesSet();
    for (let key = 1; key <= 100_000; key += 1) {
      set.add(key * 7);
      assert.ok(set.bytes <= Math.max(512, mostBytesOfSeries * set.size), `${set.bytes} bytes for ${set.size} series`);
    }
    set.turn();
    for (let key = 1; key <= 1_000; key += 1) set.add(key * 7);
    set.turn();
    assert.equal(set.size, 1_000);
    assert.ok(set.bytes <= mostBytesOfSeries * 1_000);
    set.clear();
    assert.equal(set.bytes, 0);
  });
});

describe("the number of a series", () => {
  const hashed = (words: readonly number[]) => {
    const bytes = new Uint8Array(new Uint32Array(words).buffer);
    return numberOf(hashBytes(viewOf(bytes), 0, bytes.length, startKey()));
  };

  it("cannot be given to two texts by whoever does not know the secret of the process", () => {
    // Two flipped bits and the one that follows: what a multiplication carries along whatever came before.
    fc.assert(
      fc.property(fc.array(fc.nat(2 ** 32 - 1), { minLength: 2, maxLength: 6 }), ([one = 0, two = 0, ...rest]) => {
        const lows = [hashed([one, two, ...rest]), hashed([one ^ 0x80000000, two ^ 0x80010000, ...rest])].map(
          (number) => number % 2 ** 32,
        );
        assert.notEqual(lows[0], lows[1]);
      }),
    );
  });

  it("depends on each byte, on their order, and on how many they are", () => {
    const numbers = new Set<number>();
    const message = new Uint8Array(64);
    const add = (bytes: Uint8Array, length: number) =>
      numbers.add(numberOf(hashBytes(viewOf(bytes), 8, length, startKey())));
    for (let length = 0; length <= 40; length += 1) add(message, length);
    for (let at = 0; at < 40; at += 1) {
      for (let bit = 0; bit < 8; bit += 1) add(message.with(8 + at, 1 << bit), 40);
    }
    assert.equal(numbers.size, 41 + 320);
    // What is behind a text does not count.
    assert.equal(numbers.size, add(message.fill(7, 8 + 5), 5).size);
  });
});
