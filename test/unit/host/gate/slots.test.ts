import assert from "node:assert/strict";
import { FairTime, type Release, Slots } from "@metrics-link/host/gate/slots.ts";
import fc from "fast-check";

const staying = new AbortController().signal;
const slotsOf = (most: number, ofOneSender: number, waitMs: number, waiting = 1_000, time = new FairTime()) =>
  new Slots({ most, ofOneSender, waiting, waitMs }, time);
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("slots for requests in memory", () => {
  it("are handed out one sender after the other", async () => {
    const slots = slotsOf(1, 1, 60_000);
    const order: string[] = [];
    const take = async (sender: string) => {
      const release = await slots.acquire(sender, staying);
      order.push(sender);
      await settled();
      release?.();
    };
    await Promise.all([..."aaaab"].map(take));
    assert.equal(order.join(""), "aabaa");
  });

  it("are never more than there are, nor more for one sender than it may have, and all come back", async () => {
    const step = fc.record({ sender: fc.constantFrom("a", "b", "c"), gives: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const slots = slotsOf(4, 2, 60_000);
        const held: { readonly sender: string; readonly release: Release }[] = [];
        let [asked, got] = [0, 0];
        const check = () => {
          assert.equal(slots.inUse, held.length);
          assert.ok(held.length <= 4);
          for (const sender of "abc") assert.ok(held.filter((one) => one.sender === sender).length <= 2);
        };
        for (const { sender, gives } of steps) {
          if (gives) {
            const one = held.shift();
            // Twice: the second time does nothing.
            one?.release();
            one?.release();
          } else {
            asked += 1;
            void slots.acquire(sender, staying).then((release) => {
              assert.ok(release);
              got += 1;
              held.push({ sender, release });
            });
          }
          await settled();
          check();
        }
        for (let one = held.shift(); one; one = held.shift()) {
          one.release();
          await settled();
          check();
        }
        assert.equal(got, asked);
      }),
      { numRuns: 50 },
    );
  });

  it("are not waited for longer than they may be, nor by who has gone", async () => {
    const slots = slotsOf(1, 1, 5);
    const release = await slots.acquire("a", staying);
    const gone = new AbortController();
    const waiting = slotsOf(0, 1, 60_000).acquire("a", gone.signal);
    gone.abort();
    assert.equal(await waiting, undefined);
    assert.equal(await slots.acquire("b", staying), undefined);
    release?.();
    // Nobody of those who gave up holds it.
    assert.equal(slots.inUse, 0);
    assert.ok(await slots.acquire("b", staying));
  });

  it("go to the sender that had the least time, of which nobody saves up and nobody pays for long", async () => {
    const time = new FairTime();
    const slots = slotsOf(1, 1, 60_000, 1_000, time);
    const order: string[] = [];
    const take = async (sender: string, ms: number) => {
      const release = await slots.acquire(sender, staying);
      order.push(sender);
      time.charge(sender, ms);
      await settled();
      release?.();
    };
    await Promise.all([
      ...Array.from("aaaa", (sender) => take(sender, 10)),
      ...Array.from("bbbb", (sender) => take(sender, 4)),
    ]);
    assert.equal(order.join(""), "abbbabaa");
    // A newcomer begins where the last one began.
    assert.deepEqual([time.startOf("a"), time.startOf("b"), time.startOf("c")], [40, 30, 30]);
    time.charge("a", 1);
    assert.equal(time.startOf("b"), 40);
  });

  it("are waited for by so many, of whom the sender with most gives way", async () => {
    const slots = slotsOf(1, 1, 60_000, 10);
    const held = await slots.acquire("a", staying);
    const dropped: string[] = [];
    const got: string[] = [];
    const ask = (sender: string) =>
      void slots.acquire(sender, staying).then((release) => {
        (release === undefined ? dropped : got).push(sender);
        release?.();
      });
    for (let time = 0; time < 500; time += 1) ask("flooder");
    assert.equal(slots.waiting, 10);
    for (const sender of "abcd") ask(sender);
    assert.equal(slots.waiting, 10);
    await settled();
    assert.deepEqual(new Set(dropped), new Set(["flooder"]));
    assert.equal(dropped.length, 494);
    held?.();
    await settled();
    assert.deepEqual(new Set(got), new Set([..."abcd", "flooder"]));
    assert.deepEqual([slots.waiting, slots.inUse], [0, 0]);
  });
});
