import assert from "node:assert/strict";
import { advance, type DeliveryWatermark, type Window } from "@metrics-link/host/repair/watermark.ts";
import fc from "fast-check";
import { type Happening, lateMs, ModelSender } from "./model.ts";

const usual: Happening[] = ["nothing", "nothing", "nothing", "nothing", "slow"];
const unusual: Happening[] = [
  "a request hangs",
  "cut",
  "healed",
  "refused",
  "started anew",
  "another queue",
  "loaded anew",
  "a segment is full",
  "truncated",
  "torn",
];

/** One step of a sender, and whether the repairer looks after it. */
interface Step {
  readonly happening: Happening;
  readonly milliseconds: number;
  readonly lateness: number;
  readonly looks: boolean;
}
const step: fc.Arbitrary<Step> = fc.record({
  happening: fc.oneof(fc.constantFrom(...usual), fc.constantFrom(...unusual)),
  milliseconds: fc.oneof(fc.integer({ min: 1, max: 4000 }), fc.integer({ min: 1, max: 30_000 })),
  lateness: fc.integer({ min: 0, max: lateMs - 2000 }),
  looks: fc.boolean(),
});

/** An outage in which the WAL is truncated, which single steps rarely make. */
const longOutage = fc
  .tuple(fc.array(step, { minLength: 8, maxLength: 20 }), fc.array(step, { minLength: 3, maxLength: 8 }))
  .map(([during, after]): Step[] => [
    { happening: "cut", milliseconds: 1000, lateness: 0, looks: true },
    ...during.map(
      (one, index): Step => ({
        ...one,
        happening: index % 3 === 1 ? "a segment is full" : "nothing",
        milliseconds: 10_000,
      }),
    ),
    { happening: "truncated", milliseconds: 1000, lateness: 0, looks: true },
    ...after.map((one, index): Step => ({ ...one, happening: index === 0 ? "healed" : "nothing" })),
  ]);
const life = fc
  .array(fc.oneof({ weight: 20, arbitrary: step.map((one) => [one]) }, { weight: 5, arbitrary: longOutage }), {
    maxLength: 60,
    size: "max",
  })
  .map((parts) => parts.flat());

const within = ({ from, to }: Window, time: number) => from <= time && time <= to;

/** Runs the life of a sender. @returns what the repairer knows afterwards */
function lived(
  sender: ModelSender,
  steps: readonly Step[],
  check: (found: DeliveryWatermark, windows: readonly Window[]) => void,
) {
  const windows: Window[] = [];
  let watermark: DeliveryWatermark | undefined;
  for (const { happening, milliseconds, lateness, looks } of steps) {
    sender.step(happening, milliseconds, lateness);
    if (!looks) continue;
    const found = advance(watermark, sender.reading(), lateMs);
    watermark = found.watermark;
    if (found.window) windows.push(found.window);
    check(watermark, windows);
  }
  return { watermark, windows };
}

describe("delivery watermark", () => {
  it("covers only samples that are at the receiver or in a window, whatever happens to the sender and whenever it is read", () => {
    fc.assert(
      fc.property(life, (steps) => {
        const sender = new ModelSender();
        lived(sender, steps, ({ since, until }, windows) => {
          const forgotten = sender.stored.filter(
            (sample) =>
              sample.time > since &&
              sample.time <= until &&
              !sender.acknowledged.has(sample) &&
              !windows.some((window) => within(window, sample.time)),
          );
          assert.deepEqual(forgotten, []);
        });
      }),
      { numRuns: 2000 },
    );
  });

  it("stays close to the present while the link is healthy, without backfill", () => {
    const sender = new ModelSender();
    const steps = Array.from({ length: 100 }, () => ({
      happening: "nothing" as const,
      milliseconds: 2000,
      lateness: 500,
      looks: true,
    }));
    const { watermark, windows } = lived(sender, steps, () => {});
    assert.deepEqual(windows, []);
    const behind = sender.now - (watermark?.until ?? 0);
    assert.ok(behind <= lateMs + 2 * 2000 + 1000, `${behind} ms behind`);
  });

  it("advances with a queue that is never empty: closely with one shard, else after the longest possible request", () => {
    const sender = new ModelSender();
    const one = { milliseconds: 1000, lateness: 0 };
    const busy = Array.from({ length: 60 }, (): Step[] => [
      { ...one, happening: "nothing", looks: false },
      { ...one, happening: "slow", looks: true },
    ]).flat();
    const retried: Step[] = [
      { ...one, happening: "cut", looks: true },
      { ...one, happening: "healed", looks: false },
    ];
    const { watermark, windows } = lived(sender, [...busy, ...retried, ...busy], (found) => {
      assert.ok(found.last.pending > 0);
    });
    assert.deepEqual(windows, []);
    const behind = sender.now - (watermark?.until ?? 0);
    assert.ok(behind <= lateMs + 12_000, `${behind} ms behind`);

    const several = { ...sender.reading(), shards: 4, pending: 100, batch: 2000, capacity: 10_000, segmentsBehind: 0 };
    let found = advance(undefined, several, lateMs).watermark;
    for (let seconds = 2; seconds <= 900; seconds += 2) {
      const later = (time: number) => time + seconds * 1000;
      const { at, stored, read, sent, attempts } = several;
      const next = { at: later(at), stored: later(stored), read: later(read), sent: later(sent) };
      found = advance(found, { ...several, ...next, attempts: attempts + seconds * 1000 }, lateMs).watermark;
    }
    const late = found.last.at - found.until;
    assert.ok(late > 210_000 && late <= lateMs + 2 * 213_000, `${late} ms behind`);
  });

  it("stays before the first pending sample of an outage, and advances after it without backfill", () => {
    const sender = new ModelSender();
    const calm = { happening: "nothing" as const, milliseconds: 2000, lateness: 0, looks: true };
    lived(sender, [calm, calm, calm, { ...calm, happening: "cut" }, calm, calm], ({ since, until }) => {
      const waiting = sender.stored.filter((sample) => !sender.acknowledged.has(sample) && sample.time > since);
      assert.ok(waiting.every(({ time }) => time > until));
    });
    assert.ok(sender.reading().pending > 0);
  });

  it("names the reasons for a window", () => {
    const calm = { happening: "nothing" as const, milliseconds: 2000, lateness: 0, looks: true };
    const reasons = (happening: Happening, ...more: Happening[]) =>
      lived(
        new ModelSender(),
        [calm, calm, ...[happening, ...more].map((one) => ({ ...calm, happening: one })), ...Array(60).fill(calm)],
        () => {},
      ).windows.flatMap((window) => window.reasons);
    assert.deepEqual(reasons("started anew"), ["Prometheus was restarted"]);
    // A queue that has read nothing yet is not one that cannot read.
    const fresh = { ...new ModelSender().reading(), pending: 0, read: 0, stored: 1_700_000_000_000 };
    const first = advance(undefined, fresh, lateMs).watermark;
    assert.deepEqual(advance(first, { ...fresh, at: fresh.at + 2000 }, lateMs).watermark.doubts, []);
    // Nor is one that catches up after an outage.
    const behind = { ...fresh, read: fresh.stored - 60_000 };
    const late = advance(undefined, behind, lateMs).watermark;
    const doubts = (read: number) => advance(late, { ...behind, at: behind.at + 2000, read }, lateMs).watermark.doubts;
    assert.deepEqual([doubts(behind.read + 5000), doubts(behind.read)], [[], ["the WAL was not read"]]);
    assert.deepEqual(reasons("another queue"), ["the configuration was reloaded"]);
    assert.deepEqual(reasons("refused"), ["samples were rejected or dropped"]);
    const torn = Array.from({ length: 10 }, (): Happening => "nothing");
    assert.deepEqual(reasons("torn", ...torn, "started anew"), [
      "a write to the WAL failed",
      "the WAL was not read",
      "Prometheus was restarted",
    ]);
    const outage = Array.from({ length: 40 }, (_, at): Happening => (at < 3 ? "a segment is full" : "nothing"));
    assert.deepEqual(reasons("cut", ...outage, "truncated", "healed"), ["the WAL was truncated during an outage"]);
  });
});
