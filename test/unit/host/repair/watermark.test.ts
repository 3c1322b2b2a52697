import assert from "node:assert/strict";
import { lateUntil } from "@metrics-link/host/repair/late.ts";
import { advance, type DeliveryWatermark, looksToBeSure } from "@metrics-link/host/repair/watermark.ts";
import fc from "fast-check";
import { calm, calmFor, clockIsSet, forgotten, lifeOf, lived, type Step, unusual } from "./life.ts";
import { type Happening, ModelSender, marginMs, type Target } from "./model.ts";

describe("delivery watermark", () => {
  it("covers only what is at the receiver or in a window, whatever happens to the sender, its clock and whenever it is read", () => {
    fc.assert(
      fc.property(
        lifeOf(fc.constantFrom<Target>("usual", "usual", "usual", "ahead"), [...unusual, ...clockIsSet]),
        (steps) => {
          const sender = new ModelSender();
          lived(sender, steps, (repair) => assert.deepEqual(forgotten(sender, repair), []));
        },
      ),
      { numRuns: 800 },
    );
  });

  it("covers samples that are stored ten minutes after their own time only once they are copied", () => {
    fc.assert(
      fc.property(lifeOf(fc.constantFrom<Target>("usual", "usual", "late")), (steps) => {
        const sender = new ModelSender();
        lived(sender, steps, (repair) => assert.deepEqual(forgotten(sender, repair), []));
      }),
      { numRuns: 800 },
    );
  });

  it("stays close to the present while the link is healthy, without backfill", () => {
    const sender = new ModelSender();
    const { watermark, windows } = lived(sender, calmFor(100));
    assert.deepEqual(windows, []);
    const behind = sender.now - (watermark?.until ?? 0);
    assert.ok(behind <= 3 * 2000, `${behind} ms behind`);
  });

  it("opens no window on a busy machine, where every other page takes long", () => {
    const slow: Step = { ...calm, happening: "the page takes long" };
    const busy = Array.from({ length: 60 }, (_, index) => (index % 5 === 0 ? calm : slow));
    const { watermark, windows } = lived(new ModelSender(), [...calmFor(looksToBeSure + 3), ...busy]);
    assert.deepEqual(windows, []);
    assert.equal(watermark?.inExcess, looksToBeSure - 1);
  });

  it("opens one if more than was stored stays sent", () => {
    const sender = new ModelSender();
    const { watermark } = lived(sender, calmFor(looksToBeSure + 3));
    let [found, opened] = [watermark, 0];
    const reasons: string[] = [];
    for (let looks = 1; looks <= 2 * looksToBeSure; looks += 1) {
      sender.step("nothing", 2000, 0);
      const now = sender.reading();
      const step = advance(found, { ...now, stored: now.stored - 50_000_000 }, marginMs);
      found = step.watermark;
      if (step.window === undefined) continue;
      opened = looks;
      reasons.push(...step.window.reasons);
    }
    assert.deepEqual(reasons, ["more was sent than stored"]);
    assert.ok(opened >= looksToBeSure, `${opened}`);
  });

  it("moves on with a late target in health and, in steps, while a new queue leaves its samples out", () => {
    const sender = new ModelSender();
    const mixed = Array.from({ length: 400 }, (_, index): Step => ({ ...calm, target: index % 3 ? "usual" : "late" }));
    const health = lived(sender, [...calmFor(10), ...mixed]);
    const opened = health.windows.length;
    const behind: number[] = [];
    const { windows, late } = lived(
      sender,
      [{ ...calm, happening: "started anew" }, ...mixed.slice(0, 290)],
      ({ watermark, late: watch }) =>
        behind.push(sender.now - Math.min(watermark?.until ?? 0, watch === undefined ? sender.now : lateUntil(watch))),
    );
    // The queue of the model has just begun, and has left out late samples already.
    assert.ok(opened <= 1, `${opened} windows`);
    assert.ok(windows.length <= 2, `${windows.length} windows`);
    assert.ok(Math.max(...behind) <= 2 * marginMs + 30_000, `${Math.max(...behind)} ms behind`);
    assert.ok(late !== undefined);
  });

  it("moves on while samples of a series are dropped at each scrape, with a window a minute", () => {
    const sender = new ModelSender();
    const unknown: Step = { ...calm, happening: "series are unknown" };
    const behind: number[] = [];
    const { windows } = lived(sender, [...calmFor(9), unknown, ...calmFor(300)], (repair) => {
      assert.deepEqual(forgotten(sender, repair), []);
      behind.push(sender.now - (repair.watermark?.until ?? 0));
    });
    assert.ok(Math.max(...behind) <= 70_000, `${Math.max(...behind)} ms behind`);
    assert.ok(windows.length >= 8 && windows.length <= 11, `${windows.length} windows in ten minutes`);
    assert.ok(windows.every(({ reasons }) => `${reasons}` === "samples were rejected or dropped"));
  });

  it("advances with several shards whose queue is never empty, after the longest possible request", () => {
    const sender = new ModelSender();
    lived(sender, calmFor(10));
    const several = { ...sender.reading(), shards: 4, batch: 2000, capacity: 10_000, pending: 0 };
    let found: DeliveryWatermark | undefined;
    for (let seconds = 0; seconds <= 900; seconds += 2) {
      const later = (time: number) => time + seconds * 1000;
      const attempts = several.attempts + seconds * 1000;
      const stored = attempts + 100;
      const next = { at: later(several.at), uptime: later(several.uptime), attempts, stored, pending: 100 };
      found = advance(found, { ...several, ...next }, marginMs).watermark;
    }
    const late = (found?.last?.at ?? 0) - (found?.until ?? 0);
    assert.ok(late > 210_000 && late <= 2 * 213_000, `${late} ms behind`);
  });

  it("stays before the first pending sample of an outage, and advances after it without backfill", () => {
    const sender = new ModelSender();
    const { windows } = lived(
      sender,
      [...calmFor(9), { ...calm, happening: "cut" }, ...calmFor(40)],
      ({ watermark }) => {
        const { since = 0, until = 0 } = watermark ?? {};
        const waiting = sender.stored.filter(
          (sample) => !sender.acknowledged.has(sample) && sample.storedAt + sender.offset > since,
        );
        assert.ok(waiting.every(({ storedAt }) => storedAt + sender.offset > until));
      },
    );
    assert.ok(sender.reading().pending > 0);
    assert.deepEqual(windows, []);
  });

  it("names the reasons for a window", () => {
    const reasons = (...happenings: Happening[]) =>
      lived(new ModelSender(), [
        ...calmFor(9),
        ...happenings.map((happening) => ({ ...calm, happening })),
        ...calmFor(60),
      ]).windows.map((window) => [window.certain, ...window.reasons]);
    assert.deepEqual(reasons("started anew"), [[true, "Prometheus was restarted"]]);
    assert.deepEqual(reasons("loaded anew"), []);
    assert.deepEqual(reasons("another queue")[0], [true, "the queue was replaced"]);
    assert.deepEqual(reasons("refused"), [[true, "samples were rejected or dropped"]]);
    const torn = Array.from({ length: 10 }, (): Happening => "nothing");
    assert.deepEqual(reasons("torn", ...torn, "started anew"), [
      [true, "a write to the WAL failed", "Prometheus was restarted"],
    ]);
    const outage = Array.from(
      { length: 60 },
      (_, at): Happening => (at > 14 && at < 18 ? "a segment is full" : "nothing"),
    );
    assert.deepEqual(reasons("cut", ...outage, "truncated", "healed"), [[true, "the queue left samples out"]]);
    assert.deepEqual(reasons("cut", ...outage, "healed"), []);
  });
});
