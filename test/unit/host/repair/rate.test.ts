import assert from "node:assert/strict";
import { mayBackfill, nextRate, type Rate, recent } from "@metrics-link/host/repair/rate.ts";
import type { Reading } from "@metrics-link/host/repair/reading.ts";
import { ModelSender } from "./model.ts";

const base: Reading = { ...new ModelSender().reading(), batch: 2000, capacity: 10_000, shards: 1, pending: 0 };

/** A link that takes so many samples a second, a second after the other; a backfill takes what it is allowed. */
function lived(capacityPerSecond: number, livePerSecond: number, seconds: number, { active = true } = {}) {
  let readings: readonly Reading[] = [];
  let rate: Rate | undefined;
  let [stored, sent] = [0, 0];
  const history: Rate[] = [];
  for (let second = 0; second < seconds; second += 1) {
    stored += livePerSecond;
    // Both share the link by how much each wants of it.
    const wanted = active && (rate === undefined || mayBackfill(rate)) ? (rate?.samplesPerSecond ?? 0) : 0;
    const live = stored - sent;
    const share = Math.min(1, capacityPerSecond / Math.max(live + wanted, 1));
    sent += live * share;
    const times = { at: base.at + second * 1000, uptime: base.uptime + second * 1000 };
    readings = recent(readings, {
      ...base,
      ...times,
      stored,
      attempts: sent,
      pending: Math.min(stored - sent, 13_999),
    });
    rate = nextRate(rate, readings, { active, slow: false, explained: 0 });
    history.push(rate);
  }
  return history;
}
const mean = (rates: readonly Rate[]) =>
  rates.reduce((sum, { samplesPerSecond }) => sum + samplesPerSecond, 0) / rates.length;

describe("repair: rate", () => {
  it("begins at twice the live traffic, and soon takes what the link has to spare", () => {
    const history = lived(1_000_000, 2200, 30);
    assert.ok(mean(history.slice(2, 4)) >= 2 * 2200);
    // Ten minutes of samples are then back within one more minute.
    assert.ok(mean(history.slice(10)) > 22_000);
  });

  it("keeps the live samples less than five seconds behind on a link that has little to spare", () => {
    const history = lived(3000, 2200, 600);
    const healthy = (2 * base.batch * 1000) / 2200;
    assert.ok(
      history.slice(10).every(({ lagMs }) => lagMs + healthy < 5000),
      `${Math.max(...history.map(({ lagMs }) => lagMs))}`,
    );
    assert.ok(mean(history.slice(60)) > 100);
  });

  it("does not grow while nothing is backfilled", () => {
    assert.ok(lived(1_000_000, 2200, 60, { active: false }).every(({ samplesPerSecond }) => samplesPerSecond <= 4500));
  });

  it("is halved while answers are slow, and there is none while the live samples are late", () => {
    const readings = [base, { ...base, uptime: base.uptime + 10_000, stored: base.stored + 20_000, attempts: 20_000 }];
    const before: Rate = { samplesPerSecond: 8000, lagMs: 0, livePerSecond: 2000 };
    assert.equal(nextRate(before, readings, { active: true, slow: true, explained: 0 }).samplesPerSecond, 4000);
    const late = readings.map((reading) => ({ ...reading, attempts: 0, pending: 13_999 }));
    assert.equal(mayBackfill(nextRate(before, late, { active: true, slow: false, explained: base.stored })), false);
    // What the queue will never send is not late.
    const explained = base.stored + 20_000;
    assert.equal(mayBackfill(nextRate(before, late, { active: true, slow: false, explained })), true);
  });

  it("is not misled by a target whose timestamps are ahead: it counts samples", () => {
    const readings = [base, { ...base, uptime: base.uptime + 10_000, stored: 40_000, attempts: 0, pending: 13_999 }];
    const ahead = readings.map((reading) => ({ ...reading, newest: reading.at + 540_000 }));
    assert.equal(mayBackfill(nextRate(undefined, ahead, { active: true, slow: false, explained: 0 })), false);
  });
});
