import assert from "node:assert/strict";
import {
  foundOf,
  type LateWatch,
  lateSpan,
  lateUntil,
  watched,
  withChecked,
  withClockStep,
} from "@metrics-link/host/repair/late.ts";
import {
  advance,
  type DeliveryWatermark,
  looksToBeSure,
  type Window,
  withLateChecked,
} from "@metrics-link/host/repair/watermark.ts";
import fc from "fast-check";
import { type Happening, lateMs, ModelSender, marginMs, type Stored, type Target } from "./model.ts";

const usual: Happening[] = ["nothing", "nothing", "nothing", "nothing", "slow", "the page takes long"];
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
  "series are unknown",
];
const clockIsSet: Happening[] = ["the clock is set back", "the clock is set ahead"];

/** One step of a sender, and whether the repairer looks after it. */
interface Step {
  readonly happening: Happening;
  readonly milliseconds: number;
  readonly lateness: number;
  readonly target: Target;
  readonly looks: boolean;
}

const stepOf = (target: fc.Arbitrary<Target>, happenings: readonly Happening[]): fc.Arbitrary<Step> =>
  fc.record({
    happening: fc.oneof(fc.constantFrom(...usual), fc.constantFrom(...happenings)),
    milliseconds: fc.oneof(fc.integer({ min: 1, max: 4000 }), fc.integer({ min: 1, max: 30_000 })),
    lateness: fc.integer({ min: 0, max: lateMs - 2000 }),
    target,
    looks: fc.boolean(),
  });

const calm: Step = { happening: "nothing", milliseconds: 2000, lateness: 0, target: "usual", looks: true };
const calmFor = (looks: number): Step[] => Array.from({ length: looks }, () => calm);

/** An outage in which the WAL is truncated, which single steps rarely make. */
const longOutage = (step: fc.Arbitrary<Step>) =>
  fc
    .tuple(fc.array(step, { minLength: 12, maxLength: 25 }), fc.array(step, { minLength: 3, maxLength: 8 }))
    .map(([during, after]): Step[] => [
      { ...calm, happening: "cut", milliseconds: 1000 },
      ...during.map(
        (one, index): Step => ({
          ...one,
          happening: index % 3 === 1 ? "a segment is full" : "nothing",
          milliseconds: 10_000,
        }),
      ),
      { ...calm, happening: "truncated", milliseconds: 1000 },
      ...after.map((one, index): Step => ({ ...one, happening: index === 0 ? "healed" : "nothing" })),
      ...calmFor(looksToBeSure + 3),
    ]);

const lifeOf = (target: fc.Arbitrary<Target>, happenings = unusual) => {
  const step = stepOf(target, happenings);
  return fc
    .array(
      fc.oneof(
        { weight: 20, arbitrary: step.map((one) => [one]) },
        { weight: 3, arbitrary: longOutage(step) },
        { weight: 3, arbitrary: fc.constant(calmFor(looksToBeSure + 1)) },
      ),
      { maxLength: 60, size: "max" },
    )
    .map((parts) => [...calmFor(looksToBeSure + 2), ...parts.flat()]);
};

/** What the repairer knows, and has brought to the receiver. */
interface Repair {
  watermark: DeliveryWatermark | undefined;
  late: LateWatch | undefined;
  /** With the time since the machine started at which each was opened. */
  readonly windows: (Window & { readonly openedUp: number })[];
  readonly copied: Set<Stored>;
}

/** As the repairer does it: a window is watched, and a suspicion; a search is made when it is due. */
function look(sender: ModelSender, repair: Repair): void {
  const accept = ({ watermark, window }: { watermark: DeliveryWatermark; window?: Window }) => {
    repair.watermark = watermark;
    const { suspicion, until } = watermark;
    const { now } = sender;
    if (window) {
      repair.windows.push({ ...window, openedUp: sender.uptime });
      const waits = window.reasons.includes("Prometheus was restarted");
      repair.late = watched(repair.late, window, waits ? now + marginMs : now);
    } else if (suspicion && repair.late === undefined) {
      const newest = Math.max(now, suspicion.seen.newest);
      repair.late = watched(undefined, { deliveredUntil: until, to: newest, openedAt: now }, now);
    }
  };
  const step = advance(repair.watermark, sender.reading(), marginMs);
  repair.late &&= withClockStep(repair.late, step.clockStep);
  accept(step);
  const { late } = repair;
  if (late === undefined || sender.now < late.dueAt) return;
  const { from, to } = lateSpan(late);
  const seen = sender.lateSamples(from, to);
  for (const { samples } of seen) for (const sample of samples) repair.copied.add(sample);
  const { watch, check } = withChecked(
    late,
    sender.now,
    seen.map(({ key, samples }) =>
      foundOf(
        late,
        { at: sender.now, marginMs },
        key,
        samples.map(({ time }) => time),
      ),
    ),
    marginMs,
  );
  repair.late = watch;
  if (repair.watermark) accept(withLateChecked(repair.watermark, check, marginMs));
}

/** A window is read once all that belongs into it is stored; what a new queue is to send has another time. */
const isIn =
  ({ time, storedAt }: Stored) =>
  ({ from, to, openedUp }: Repair["windows"][number]) =>
    from <= time && time <= to && storedAt <= openedUp + lateMs;

/** Runs the life of a sender. @returns what the repairer knows afterwards */
function lived(sender: ModelSender, steps: readonly Step[], check: (repair: Repair) => void = () => {}): Repair {
  const repair: Repair = { watermark: undefined, late: undefined, windows: [], copied: new Set() };
  for (const { happening, milliseconds, lateness, looks, target } of steps) {
    sender.step(happening, milliseconds, lateness, target);
    if (!looks) continue;
    look(sender, repair);
    check(repair);
  }
  return repair;
}

/** What the watermark covers and the receiver does not get. */
function forgotten(sender: ModelSender, { watermark, late, windows, copied }: Repair): readonly Stored[] {
  if (watermark === undefined) return [];
  const until = Math.min(watermark.until, late === undefined ? Number.POSITIVE_INFINITY : lateUntil(late));
  const { offset } = sender;
  return sender.stored.filter((sample) => {
    const storedAt = sample.storedAt + offset;
    return (
      storedAt > watermark.since &&
      storedAt <= until &&
      !sender.acknowledged.has(sample) &&
      !copied.has(sample) &&
      !windows.some(isIn(sample))
    );
  });
}

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
