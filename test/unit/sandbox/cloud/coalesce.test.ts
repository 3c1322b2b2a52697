import assert from "node:assert/strict";
import { Coalescer, Turns } from "@metrics-link/sandbox/cloud/coalesce.ts";

describe("Coalescer", () => {
  it("serves all requests during a run with the next one", async () => {
    let runs = 0;
    let finish = () => {};
    const coalescer = new Coalescer(() => {
      runs++;
      return new Promise<void>((resolve) => {
        finish = resolve;
      });
    });
    const first = coalescer.run();
    const others = [coalescer.run(), coalescer.run(), coalescer.run()];
    assert.equal(runs, 1);
    finish();
    await first;
    await Promise.resolve();
    assert.equal(runs, 2);
    finish();
    await Promise.all(others);
    assert.equal(runs, 2);
  });

  it("runs again after a failure, which only the callers of that run see", async () => {
    let runs = 0;
    const coalescer = new Coalescer(async () => {
      if (++runs === 1) throw new Error("broken");
    });
    const first = coalescer.run();
    const second = coalescer.run();
    await assert.rejects(first, /broken/);
    await second;
    await coalescer.run();
    assert.equal(runs, 3);
  });
});

describe("Turns", () => {
  it("run one at a time, in order, even if they fail", async () => {
    const turns = new Turns();
    const seen: string[] = [];
    const work = (name: string) => async () => {
      seen.push(`${name} begins`);
      await Promise.resolve();
      seen.push(`${name} ends`);
      if (name === "b") throw new Error("b");
    };
    const all = await Promise.allSettled([turns.take(work("a")), turns.take(work("b")), turns.take(work("c"))]);
    assert.deepEqual(seen, ["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
    assert.deepEqual(
      all.map(({ status }) => status),
      ["fulfilled", "rejected", "fulfilled"],
    );
  });
});
