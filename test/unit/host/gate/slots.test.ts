import assert from "node:assert/strict";
import { type Release, Slots } from "@metrics-link/host/gate/slots.ts";
import fc from "fast-check";

const staying = new AbortController().signal;
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("slots for requests in memory", () => {
  it("are handed out one sender after the other", async () => {
    const slots = new Slots(1, 1, 60_000);
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
        const slots = new Slots(4, 2, 60_000);
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
    const slots = new Slots(1, 1, 5);
    const release = await slots.acquire("a", staying);
    const gone = new AbortController();
    const waiting = new Slots(0, 1, 60_000).acquire("a", gone.signal);
    gone.abort();
    assert.equal(await waiting, undefined);
    assert.equal(await slots.acquire("b", staying), undefined);
    release?.();
    // Nobody of those who gave up holds it.
    assert.equal(slots.inUse, 0);
    assert.ok(await slots.acquire("b", staying));
  });
});
