import assert from "node:assert/strict";
import { type Vouching, vouch, type Window } from "@metrics-link/host/repair/vouching.ts";
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

/** Runs a life of a sender. @returns what the repairer knows of it */
function lived(
  sender: ModelSender,
  steps: readonly Step[],
  check: (found: Vouching, windows: readonly Window[]) => void,
) {
  const windows: Window[] = [];
  let vouching: Vouching | undefined;
  for (const { happening, milliseconds, lateness, looks } of steps) {
    sender.step(happening, milliseconds, lateness);
    if (!looks) continue;
    const found = vouch(vouching, sender.reading(), lateMs);
    vouching = found.vouching;
    if (found.window) windows.push(found.window);
    check(vouching, windows);
  }
  return { vouching, windows };
}

describe("what is vouched for", () => {
  it("is at the receiver or in a window, whatever happens to the sender and whenever the repairer looks", () => {
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

  it("follows the present closely while all is well, and nothing is repaired", () => {
    const sender = new ModelSender();
    const steps = Array.from({ length: 100 }, () => ({
      happening: "nothing" as const,
      milliseconds: 2000,
      lateness: 500,
      looks: true,
    }));
    const { vouching, windows } = lived(sender, steps, () => {});
    assert.deepEqual(windows, []);
    const behind = sender.now - (vouching?.until ?? 0);
    assert.ok(behind <= lateMs + 2 * 2000 + 1000, `${behind} ms behind`);
  });

  it("follows a queue that is never empty: closely if it is one shard, else once any request would have been answered", () => {
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
    const { vouching, windows } = lived(sender, [...busy, ...retried, ...busy], (found) => {
      assert.ok(found.last.pending > 0);
    });
    assert.deepEqual(windows, []);
    const behind = sender.now - (vouching?.until ?? 0);
    assert.ok(behind <= lateMs + 12_000, `${behind} ms behind`);

    const several = { ...sender.reading(), shards: 4, pending: 100, batch: 2000, capacity: 10_000, segmentsBehind: 0 };
    let found = vouch(undefined, several, lateMs).vouching;
    for (let seconds = 2; seconds <= 900; seconds += 2) {
      const later = (time: number) => time + seconds * 1000;
      const { at, stored, read, sent, attempts } = several;
      const next = { at: later(at), stored: later(stored), read: later(read), sent: later(sent) };
      found = vouch(found, { ...several, ...next, attempts: attempts + seconds * 1000 }, lateMs).vouching;
    }
    const late = found.last.at - found.until;
    assert.ok(late > 210_000 && late <= lateMs + 2 * 213_000, `${late} ms behind`);
  });

  it("ends before the first sample that waits in an outage, and goes on after it without a repair", () => {
    const sender = new ModelSender();
    const calm = { happening: "nothing" as const, milliseconds: 2000, lateness: 0, looks: true };
    lived(sender, [calm, calm, calm, { ...calm, happening: "cut" }, calm, calm], ({ since, until }) => {
      const waiting = sender.stored.filter((sample) => !sender.acknowledged.has(sample) && sample.time > since);
      assert.ok(waiting.every(({ time }) => time > until));
    });
    assert.ok(sender.reading().pending > 0);
  });

  it("names what happened", () => {
    const calm = { happening: "nothing" as const, milliseconds: 2000, lateness: 0, looks: true };
    const reasons = (happening: Happening, ...more: Happening[]) =>
      lived(
        new ModelSender(),
        [calm, calm, ...[happening, ...more].map((one) => ({ ...calm, happening: one })), ...Array(60).fill(calm)],
        () => {},
      ).windows.flatMap((window) => window.reasons);
    assert.deepEqual(reasons("started anew"), ["Prometheus was started anew"]);
    // A queue that has read nothing yet is not one that cannot read.
    const fresh = { ...new ModelSender().reading(), pending: 0, read: 0, stored: 1_700_000_000_000 };
    const first = vouch(undefined, fresh, lateMs).vouching;
    assert.deepEqual(vouch(first, { ...fresh, at: fresh.at + 2000 }, lateMs).vouching.doubts, []);
    // Nor is one that catches up after an outage.
    const behind = { ...fresh, read: fresh.stored - 60_000 };
    const late = vouch(undefined, behind, lateMs).vouching;
    const doubts = (read: number) => vouch(late, { ...behind, at: behind.at + 2000, read }, lateMs).vouching.doubts;
    assert.deepEqual([doubts(behind.read + 5000), doubts(behind.read)], [[], ["the WAL was not read"]]);
    assert.deepEqual(reasons("another queue"), ["the configuration was loaded anew"]);
    assert.deepEqual(reasons("refused"), ["samples were refused or dropped"]);
    const torn = Array.from({ length: 10 }, (): Happening => "nothing");
    assert.deepEqual(reasons("torn", ...torn, "started anew"), [
      "a write to the WAL failed",
      "the WAL was not read",
      "Prometheus was started anew",
    ]);
    const outage = Array.from({ length: 40 }, (_, at): Happening => (at < 3 ? "a segment is full" : "nothing"));
    assert.deepEqual(reasons("cut", ...outage, "truncated", "healed"), ["the WAL was truncated in an outage"]);
  });
});
