import { LinkError } from "@metrics-link/contract";
import type { Drill, Outcome, Rule, Samples } from "./drill.ts";
import { Recorder } from "./recorder.ts";

/** What a drill observes, and its clock. */
export interface Bench {
  /** Seconds since the epoch. */
  now(): number;
  /** @throws Interrupted when a person interrupts the drill */
  pause(seconds: number): Promise<void>;
  /** Undefined while the Prometheus of that side does not answer, or knows no such rule. */
  rule(side: Drill["side"], alert: string): Promise<Rule | undefined>;
  /** Age of the newest acknowledged sample in seconds; null when unknown. */
  lag(): Promise<number | null>;
  /** The delivery watermark of the sender, in seconds since the epoch; undefined while there is none. */
  deliveryWatermark(): Promise<number | undefined>;
  /** Every raw sample of both ends since a moment, once nothing waits to be sent. @throws Error when something does */
  compareSince(from: number): Promise<Samples>;
}

/** Records what is broken, in case this process is killed. */
export interface Journal {
  begin(name: string): void;
  end(name: string): void;
}

/** In seconds: from the fault to the alert, from there to recovery after healing, and from recovery to the backfill. */
interface Deadlines {
  readonly fire: number;
  readonly recover: number;
  readonly repair: number;
}

const deadlines: Deadlines = { fire: 120, recover: 180, repair: 480 };

/** A person pressed Ctrl-C: the drill repairs what it broke, and no further drill starts. */
export class Interrupted extends LinkError {
  constructor(what = "interrupted") {
    super("INTERRUPTED", { what });
    this.name = "Interrupted";
  }
}

const lookEverySeconds = 1;
/** Alerts of an earlier drill may take this long to clear, because their windows look back. */
const quietSeconds = 60;
/** Samples from before the fault that are compared as well. */
const marginSeconds = 5;
/** In health the newest acknowledged sample is as old as a batch waits, and a round trip. */
const upToDateSeconds = 10;

/**
 * One drill: inject the fault, wait for the alert, repair, wait for it to clear, compare. Always repairs the fault.
 * @throws Interrupted after the repair; Error when the repair fails
 */
export async function runDrill(drill: Drill, bench: Bench, journal: Journal, limits = deadlines): Promise<Outcome> {
  const { alert, side } = drill;
  const recorder = new Recorder(drill, () => bench.now());

  let before: Rule | undefined;
  const quiet = await until(bench, bench.now() + quietSeconds, async () => {
    before = await bench.rule(side, alert);
    return before?.state === "inactive";
  });
  recorder.forSeconds = before?.forSeconds;
  if (!quiet) {
    const seen = before ? `${alert} was ${before.state}` : `the Prometheus of the ${side} did not report ${alert}`;
    recorder.fail(`${seen} before the fault`);
    return recorder.outcome();
  }

  const from = Math.floor(bench.now()) - marginSeconds;
  await breakAndMend(drill, recorder, bench, journal, limits.fire);
  const left = await recovery(drill, recorder, bench, limits.recover);
  if (left !== undefined) recorder.fail(`${left} ${limits.recover} s after the healing`);
  // A queue that is given other shards, or starts anew, leaves samples out: what the repairer has made whole is compared.
  if (!(await repair(recorder, bench, limits.repair))) {
    recorder.fail(`the delivery watermark had not passed the fault ${limits.repair} s after the recovery`);
  }
  try {
    recorder.samples = await bench.compareSince(from);
    recorder.mark("compared");
    for (const found of objections(recorder.samples)) recorder.fail(found);
  } catch (error) {
    recorder.fail(`not compared: ${(error as Error).message}`);
  }
  return recorder.outcome();
}

async function breakAndMend(
  drill: Drill,
  recorder: Recorder,
  bench: Bench,
  journal: Journal,
  fireSeconds: number,
): Promise<void> {
  journal.begin(drill.name);
  try {
    await breakIt(drill, recorder, bench, fireSeconds);
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    recorder.fail(`could not inject the fault: ${(error as Error).message}`);
  } finally {
    recorder.mark("healing");
    await drill.breaks.heal();
    recorder.mark("healed");
    journal.end(drill.name);
  }
}

async function breakIt(
  { alert, side, breaks, lastsSeconds = 0 }: Drill,
  recorder: Recorder,
  bench: Bench,
  fireSeconds: number,
): Promise<void> {
  const began = recorder.mark("began");
  await breaks.inject();
  recorder.mark("broken");
  const fired = await until(bench, began + fireSeconds, async () => {
    const rule = await look(side, alert, recorder, bench);
    if (rule?.state === "pending" || rule?.state === "firing") recorder.mark("pending");
    if (rule?.state === "firing") recorder.mark("fired");
    return rule?.state === "firing";
  });
  if (!fired) recorder.fail(`${alert} did not fire within ${fireSeconds} s`);
  await until(bench, began + lastsSeconds, async () => {
    await look(side, alert, recorder, bench);
    return false;
  });
}

/**
 * Waits until the alert is clear and nothing waits to be sent.
 * @returns what was not as before when the time was over
 */
async function recovery(
  { alert, side }: Drill,
  recorder: Recorder,
  bench: Bench,
  recoverSeconds: number,
): Promise<string | undefined> {
  const healed = recorder.mark("healed");
  let left: string | undefined;
  await until(bench, healed + recoverSeconds, async () => {
    const rule = await look(side, alert, recorder, bench);
    const [, lag] = recorder.lag.at(-1) ?? [];
    // A Prometheus that has just started knows of no alert yet: clear is what was evaluated since.
    const clear = rule?.state === "inactive" && rule.evaluated > healed;
    if (!clear) left = `${alert} was ${rule?.state ?? "unknown"}`;
    else if (typeof lag !== "number") left = "the sender did not report what it has sent";
    else if (lag > upToDateSeconds) left = `the receiver was ${lag} s behind`;
    else left = undefined;
    return left === undefined;
  });
  if (left === undefined) recorder.mark("cleared");
  return left;
}

/** Waits until the delivery watermark has passed the whole fault. */
function repair({ phases: { healed = 0 } }: Recorder, bench: Bench, repairSeconds: number): Promise<boolean> {
  return until(bench, bench.now() + repairSeconds, async () => ((await bench.deliveryWatermark()) ?? 0) >= healed);
}

async function look(side: Drill["side"], alert: string, recorder: Recorder, bench: Bench): Promise<Rule | undefined> {
  const [rule, lag] = await Promise.all([bench.rule(side, alert), bench.lag()]);
  recorder.lag.push([bench.now(), lag]);
  return rule;
}

/** Polls. @returns whether `done` came true before the deadline, in seconds since the epoch */
async function until(bench: Bench, deadline: number, done: () => Promise<boolean>): Promise<boolean> {
  while (bench.now() < deadline) {
    if (await done()) return true;
    await bench.pause(lookEverySeconds);
  }
  return false;
}

/** Why the samples fail the drill. */
function objections({ compared, missing, different, unexpected, missingBetween }: Samples): string[] {
  const [first = 0, last = 0] = missingBetween?.map((milliseconds) => milliseconds / 1000) ?? [];
  return [
    ...(compared === 0 ? ["no sample was compared"] : []),
    ...(missing > 0 ? [`${missing} samples are missing, from ${iso(first)} to ${iso(last)}`] : []),
    ...(different > 0 ? [`${different} samples are different`] : []),
    ...(unexpected > 0 ? [`${unexpected} samples are at the receiver only`] : []),
  ];
}

const iso = (seconds: number) => new Date(seconds * 1000).toISOString();
