import assert from "node:assert/strict";
import { Usages } from "@metrics-link/gate";
import { hasRoom, inCommon, type Part, roomOf } from "@metrics-link/gate/room.ts";
import { mostBytesOfSeries } from "@metrics-link/gate/series-set.ts";
import fc from "fast-check";

const start = 1_800_000_000_000;
const hour = 3_600_000;
const unlimited = { samplesPerSecond: 1e9, burstSeconds: 1, newSeriesPerMinute: 1e9 };
const senders = (limits: readonly number[]) =>
  new Map(limits.map((activeSeries, index) => [`s${index}`, { rates: { ...unlimited, activeSeries } }]));
/** Series that no other sender and no other call has. */
let lastKey = 0;
const fresh = (count: number) => Array.from({ length: count }, () => ++lastKey * 2_654_435_761);

describe("room for the series of all senders", () => {
  it("guarantees each sender its whole limit where half of the room is enough", () => {
    assert.deepEqual(roomOf([10, 20, 20], 100), { level: 50, common: 50 });
    assert.ok([10, 20, 20].every((limit) => inCommon(roomOf([10, 20, 20], 100), { active: limit, limit }) === 0));
  });

  it("guarantees equal parts otherwise, of which nobody gets more than its limit", () => {
    assert.deepEqual(roomOf([5, 100, 100], 100), { level: 22, common: 100 - 5 - 22 - 22 });
    assert.deepEqual(roomOf(Array(1_000).fill(500_000)), { level: 2_000, common: 2_000_000 });
    // Four senders at the default limit never meet.
    assert.ok(roomOf(Array(4).fill(500_000)).level >= 500_000);
  });

  it("is never exceeded, and refuses nobody who has no more than is guaranteed to it", () => {
    const limits = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 12 });
    const want = fc.record({ who: fc.nat(11), more: fc.integer({ min: 1, max: 120 }) });
    fc.assert(
      fc.property(limits, fc.integer({ min: 2, max: 1_000 }), fc.array(want, { maxLength: 80 }), (all, most, wants) => {
        const room = roomOf(all, most);
        const parts: Part[] = all.map((limit) => ({ active: 0, limit }));
        for (const { who, more } of wants) {
          const index = who % parts.length;
          const { active, limit } = parts[index] ?? assert.fail();
          if (active + more > limit) continue;
          const next = { active: active + more, limit };
          const others = parts.reduce((sum, part, at) => sum + (at === index ? 0 : inCommon(room, part)), 0);
          if (hasRoom(room, next, others)) parts[index] = next;
          else assert.ok(next.active > room.level);
          assert.ok(parts.reduce((sum, part) => sum + part.active, 0) <= most);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("what all senders use", () => {
  it("stays within the room whatever they write, whoever joins, leaves or gets another limit", () => {
    const limits = fc.array(fc.integer({ min: 1, max: 2_000 }), { minLength: 1, maxLength: 10 });
    const step = fc.oneof(
      { weight: 10, arbitrary: fc.record({ who: fc.nat(9), more: fc.integer({ min: 1, max: 400 }) }) },
      { weight: 1, arbitrary: fc.record({ limits }) },
      { weight: 1, arbitrary: fc.record({ passes: fc.integer({ min: 1, max: 3 * hour }) }) },
    );
    fc.assert(
      fc.property(limits, fc.array(step, { maxLength: 60 }), (first, steps) => {
        const most = 3_000;
        let under = first;
        const usages = new Usages(senders(first), most);
        let now = start;
        for (const one of steps) {
          if ("limits" in one) {
            under = one.limits;
            usages.configure(senders(under));
          } else if ("passes" in one) now += one.passes;
          else {
            const index = one.who % under.length;
            const name = `s${index}`;
            const active = usages.at(now).find(({ sender }) => sender === name)?.activeSeries ?? 0;
            const over = usages.judge(name, { samples: 1, keys: fresh(one.more) }, now);
            if (over === "shared_series") assert.ok(active + one.more > roomOf(under, most).level);
          }
          assert.ok(usages.series <= most);
          assert.ok(usages.bytes <= most * mostBytesOfSeries + under.length * 512);
        }
        // What is given back is given back, also by who writes nothing any more.
        usages.at(now + 2 * hour);
        usages.at(now + 4 * hour);
        assert.deepEqual([usages.series, usages.bytes], [0, 0]);
        assert.equal(usages.judge("s0", { samples: 1, keys: fresh(1) }, now + 4 * hour), undefined);
      }),
      { numRuns: 100 },
    );
  });

  for (const count of [2, 10, 20, 1_000]) {
    it(`leaves a sender what is guaranteed to it when all others write what they can: ${count} senders`, () => {
      const most = 40_000;
      const usages = new Usages(senders(Array(count).fill(5_000)), most);
      for (let round = 0; round < 12; round += 1) {
        for (let flooder = 1; flooder < count; flooder += 1) {
          usages.judge(`s${flooder}`, { samples: 1, keys: fresh(500) }, start);
          usages.judge(`s${flooder}`, { samples: 1, keys: fresh(20) }, start);
        }
      }
      const guaranteed = Math.min(5_000, roomOf(Array(count).fill(5_000), most).level);
      const own = fresh(guaranteed);
      for (let from = 0; from < own.length; from += 100) {
        assert.equal(usages.judge("s0", { samples: 1, keys: own.slice(from, from + 100) }, start), undefined);
      }
      assert.equal(usages.judge("s0", { samples: 1, keys: own }, start), undefined);
      assert.ok(usages.series <= most);
    });
  }

  it("names the sender that takes the room, and not one that finds none", () => {
    const most = 4_000;
    const usages = new Usages(senders([3_000, 3_000, 3_000, 3_000]), most);
    const shared = () => usages.at(start).map(({ shares }) => shares.shared_series);
    while (usages.judge("s1", { samples: 1, keys: fresh(10) }, start) === undefined);
    // It has what is guaranteed to it, and half of the rest.
    assert.deepEqual(shared(), [0, 1, 0, 0]);
    while (usages.judge("s2", { samples: 1, keys: fresh(10) }, start) === undefined);
    assert.equal(usages.judge("s0", { samples: 1, keys: fresh(500) }, start), undefined);
    usages.judge("s0", { samples: 1, keys: fresh(10) }, start);
    assert.equal(usages.judge("s0", { samples: 1, keys: fresh(1_000) }, start), "shared_series");
    const [victim, flooder = 0] = shared();
    assert.equal(victim, 0);
    assert.ok(flooder >= 0.8);
  });

  it("begins anew for the largest sender when more senders share the room", () => {
    const most = 4_000;
    const usages = new Usages(senders([2_000]), most);
    assert.equal(usages.judge("s0", { samples: 1, keys: fresh(2_000) }, start), undefined);
    usages.configure(senders(Array(10).fill(2_000)));
    assert.equal(usages.series, 2_000);
    usages.configure(senders([...Array(10).fill(2_000), ...Array(1_000).fill(2)]));
    assert.ok(usages.series <= most);
  });
});
