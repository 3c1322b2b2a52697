import assert from "node:assert/strict";
import type { Drill, Rule, Samples } from "../../../scripts/drill/drill.ts";
import { type Bench, Interrupted, runDrill } from "../../../scripts/drill/runner.ts";

const limits = { fire: 120, recover: 180, repair: 300 };
const equal: Samples = {
  compared: 1000,
  missing: 0,
  different: 0,
  unexpected: 0,
  missingBetween: undefined,
  examples: [],
};

/** A link in which a fault shows after so many seconds, and is gone so many after it was mended. */
class Fake implements Bench {
  seconds = 1_000_000;
  broken: number | undefined;
  mended: number | undefined;
  heals = 0;
  readonly open: string[] = [];
  firesAfter = 20;
  clearsAfter = 10;
  lagAfterwards: number | null = 3;
  watermarkAfter = 0;
  samples: (from: number) => Samples = () => equal;
  interruptAfter = Number.POSITIVE_INFINITY;
  /** A Prometheus that has not evaluated since it was started. */
  evaluated = () => this.seconds;

  now = () => this.seconds;
  lag = async () => (this.mended === undefined ? this.seconds - (this.broken ?? this.seconds) : this.lagAfterwards);
  deliveryWatermark = async () =>
    this.seconds - (this.mended ?? this.seconds) >= this.watermarkAfter ? this.seconds : undefined;
  compareSince = async (from: number) => this.samples(from);

  async pause(seconds: number): Promise<void> {
    this.seconds += seconds;
    if (this.seconds - (this.broken ?? this.seconds) > this.interruptAfter) throw new Interrupted("Ctrl-C");
  }

  async rule(): Promise<Rule | undefined> {
    const since = this.seconds - (this.broken ?? Number.POSITIVE_INFINITY);
    const fires = since >= this.firesAfter;
    const cleared = this.mended !== undefined && this.seconds - this.mended >= this.clearsAfter;
    const state = this.broken === undefined || cleared || !fires ? "inactive" : "firing";
    const pending = since >= 5 && !fires && !cleared;
    return { state: pending ? "pending" : state, evaluated: this.evaluated(), forSeconds: 10 };
  }

  readonly journal = {
    begin: (name: string) => void this.open.push(name),
    end: (name: string) => void this.open.splice(this.open.indexOf(name), 1),
  };

  drill(more: Partial<Drill> = {}): Drill {
    const breaks = {
      inject: async () => {
        this.broken = this.seconds;
        this.seconds += 2;
      },
      heal: async () => {
        this.heals += 1;
        this.mended = this.seconds;
      },
    };
    return { name: "link-cut", fault: "the link is cut", alert: "LinkBehind", side: "sender", breaks, ...more };
  }

  run = (more: Partial<Drill> = {}) => runDrill(this.drill(more), this, this.journal, limits);
}

describe("a drill", () => {
  let fake: Fake;
  beforeEach(() => {
    fake = new Fake();
  });

  it("passes when the alert fires, clears, and no sample is missing", async () => {
    const { passed, notes, secondsToFire, secondsToRecover, forSeconds, production, phases } = await fake.run();
    assert.deepEqual([passed, notes], [true, []]);
    assert.deepEqual([secondsToFire, secondsToRecover, forSeconds, production], [20, 10, 10, "for 5m, threshold 120"]);
    assert.deepEqual(Object.keys(phases), [
      "began",
      "broken",
      "pending",
      "fired",
      "healing",
      "healed",
      "cleared",
      "compared",
    ]);
    assert.deepEqual([fake.heals, fake.open], [1, []]);
  });

  it("compares samples from before the fault on", async () => {
    const asked: number[] = [];
    fake.samples = (from) => {
      asked.push(from);
      return equal;
    };
    await fake.run();
    assert.deepEqual(asked, [1_000_000 - 5]);
  });

  it("fails when the alert never fires, but still repairs and compares", async () => {
    fake.firesAfter = Number.POSITIVE_INFINITY;
    const { passed, notes, secondsToFire, samples } = await fake.run();
    assert.deepEqual([passed, notes, secondsToFire], [false, ["LinkBehind did not fire within 120 s"], undefined]);
    assert.deepEqual([fake.heals, samples?.compared], [1, 1000]);
  });

  it("fails when the alert never clears", async () => {
    fake.clearsAfter = Number.POSITIVE_INFINITY;
    const { passed, notes } = await fake.run();
    assert.deepEqual([passed, notes], [false, ["LinkBehind was firing 180 s after the healing"]]);
  });

  it("ignores a Prometheus that has evaluated nothing since the repair", async () => {
    fake.clearsAfter = 0;
    fake.evaluated = () => 1_000_000;
    const { notes } = await fake.run();
    assert.deepEqual(notes, ["LinkBehind was inactive 180 s after the healing"]);
  });

  for (const [lag, note] of [
    [40, "the receiver was 40 s behind 180 s after the healing"],
    [null, "the sender did not report what it has sent 180 s after the healing"],
  ] as const) {
    it(`fails when the link does not recover: ${lag} s behind`, async () => {
      fake.lagAfterwards = lag;
      assert.deepEqual((await fake.run()).notes, [note]);
    });
  }

  it("fails when samples are missing, and says from when until when", async () => {
    fake.samples = () => ({ ...equal, missing: 7, missingBetween: [1_000_001_000, 1_000_002_000] });
    assert.deepEqual((await fake.run()).notes, [
      "7 samples are missing, from 1970-01-12T13:46:41.000Z to 1970-01-12T13:46:42.000Z",
    ]);
  });

  for (const [what, wrong] of [
    ["different", { different: 1 }],
    ["unexpected", { unexpected: 1 }],
    ["not there to be compared", { compared: 0 }],
  ] as const) {
    it(`fails when samples are ${what}`, async () => {
      fake.samples = () => ({ ...equal, ...wrong });
      assert.equal((await fake.run()).passed, false);
    });
  }

  it("compares after the backfill", async () => {
    fake.watermarkAfter = 90;
    const { passed, phases } = await fake.run();
    assert.equal(passed, true);
    assert.ok((phases.compared ?? 0) - (phases.healed ?? 0) >= 90);
  });

  it("fails when the delivery watermark does not advance, but still compares", async () => {
    fake.watermarkAfter = Number.POSITIVE_INFINITY;
    const { passed, notes, samples } = await fake.run();
    assert.deepEqual([passed, samples], [false, equal]);
    assert.match(notes.join(), /the delivery watermark had not passed the fault 300 s after the recovery/);
  });

  it("lasts for its set time, even if the alert fires earlier", async () => {
    const { phases } = await fake.run({ lastsSeconds: 600 });
    assert.ok((phases.healing ?? 0) - (phases.began ?? 0) >= 600);
  });

  it("repairs when it is interrupted, and does not compare", async () => {
    fake.interruptAfter = 30;
    fake.firesAfter = 60;
    fake.samples = () => assert.fail("compared");
    await assert.rejects(fake.run(), Interrupted);
    assert.deepEqual([fake.heals, fake.open], [1, []]);
  });

  it("fails when the injection fails, and repairs a partial one", async () => {
    const drill = fake.drill();
    const inject = async () => {
      fake.broken = fake.seconds;
      throw new Error("no such host");
    };
    const { passed, notes } = await fake.run({ breaks: { ...drill.breaks, inject } });
    assert.deepEqual([passed, notes], [false, ["could not inject the fault: no such host"]]);
    assert.deepEqual([fake.heals, fake.open], [1, []]);
  });

  it("stays in the journal if the repair fails", async () => {
    const drill = fake.drill();
    const heal = async () => {
      throw new Error("does not mend");
    };
    await assert.rejects(fake.run({ breaks: { ...drill.breaks, heal } }), /does not mend/);
    assert.deepEqual(fake.open, ["link-cut"]);
  });

  it("waits for its alert to clear after an earlier drill", async () => {
    const { rule } = fake;
    fake.rule = async () =>
      fake.seconds < 1_000_030 ? { state: "firing", evaluated: 1, forSeconds: 1 } : await rule.call(fake);
    const { passed, phases } = await fake.run();
    assert.deepEqual([passed, phases.began], [true, 1_000_030]);
  });

  it("injects nothing while its alert is firing or unknown", async () => {
    for (const [rule, note] of [
      [{ state: "firing", evaluated: 1, forSeconds: 1 } as const, "LinkBehind was firing before the fault"],
      [undefined, "the Prometheus of the sender did not report LinkBehind before the fault"],
    ] as const) {
      fake.rule = async () => rule;
      const { passed, notes } = await fake.run();
      assert.deepEqual([passed, notes, fake.broken], [false, [note], undefined]);
    }
  });
});
