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
import { type Happening, lateMs, type ModelSender, marginMs, type Stored, type Target } from "./model.ts";

const usual: Happening[] = ["nothing", "nothing", "nothing", "nothing", "slow", "the page takes long"];
export const unusual: Happening[] = [
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
export const clockIsSet: Happening[] = ["the clock is set back", "the clock is set ahead"];

/** One step of a sender, and whether the repairer looks after it. */
export interface Step {
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

export const calm: Step = { happening: "nothing", milliseconds: 2000, lateness: 0, target: "usual", looks: true };
export const calmFor = (looks: number): Step[] => Array.from({ length: looks }, () => calm);

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

export const lifeOf = (target: fc.Arbitrary<Target>, happenings = unusual) => {
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
export function lived(sender: ModelSender, steps: readonly Step[], check: (repair: Repair) => void = () => {}): Repair {
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
export function forgotten(sender: ModelSender, { watermark, late, windows, copied }: Repair): readonly Stored[] {
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
