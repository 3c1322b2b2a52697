import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { watched } from "@metrics-link/host/repair/late.ts";
import { type Moment, metricsOf } from "@metrics-link/host/repair/metrics.ts";
import { nothingKnown, type State } from "@metrics-link/host/repair/state.ts";
import { advance, type Window } from "@metrics-link/host/repair/watermark.ts";
import { withWindow } from "@metrics-link/host/repair/windows.ts";
import { tool } from "../../../support/tool.ts";
import { ModelSender } from "./model.ts";

const sender = new ModelSender();
const { watermark } = advance(undefined, sender.reading(), 1000);
const now = sender.now;
const window: Window = {
  from: now - 11_000,
  to: now,
  reasons: ["Prometheus was restarted"],
  deliveredUntil: now - 10_000,
  openedAt: now,
  certain: true,
};
const open = withWindow([], window);
const state: State = {
  ...nothingKnown,
  vouching: watermark,
  pending: open,
  totals: { windows: 2, samples: 500, skipped: { "too old": 3 } },
};
const lateMs = 3000;
const moment: Moment = {
  lookedAt: now,
  unavailable: 1,
  rate: { samplesPerSecond: 4000, lagMs: 500, livePerSecond: 2000 },
  lateMs,
  lateSeries: 2,
  lateNames: ['late{path="a\\b\n"}'],
  uncoveredSeries: 1,
  histograms: 7,
};
const page = metricsOf(state, moment);
const value = (text: string, name: string) =>
  Number(new RegExp(`^metrics_link_repair_${name} (\\S+)$`, "m").exec(text)?.[1]);

describe("repair: metrics", () => {
  it("pass promtool's check", () => {
    const { status, stderr, stdout } = spawnSync(tool("promtool"), ["check", "metrics"], {
      input: page,
      encoding: "utf8",
    });
    assert.deepEqual([status, stdout, stderr], [0, "", ""]);
  });

  it("reach as far as the oldest that is not proven: watermark, windows, late samples", () => {
    const until = (changed: Partial<State>) =>
      value(metricsOf({ ...state, ...changed }, moment), "vouched_until_timestamp_seconds");
    assert.equal(until({}), (now - 10_000 - lateMs) / 1000);
    assert.equal(until({ pending: [] }), (watermark.until - lateMs) / 1000);
    const half = open.map((one) => ({ ...one, done: now - 5000 }));
    assert.equal(until({ pending: half }), (now - 10_000 - lateMs) / 1000, "a window counts when it is complete");
    const late = watched(undefined, { ...window, deliveredUntil: now - 20_000 }, now);
    assert.equal(until({ late }), (now - 20_000 - lateMs) / 1000);
    assert.equal(until({ pending: [], late: { ...late, checkedAt: now - 1000 } }), (now - 1000 - lateMs) / 1000);
  });

  it("tell the progress, and how long it still takes at the present rate", () => {
    assert.deepEqual([value(page, "pending_seconds"), value(page, "progress_ratio")], [11.001, 0]);
    assert.equal(value(page, "time_left_seconds"), (11.001 * 2000) / 4000);
    const half = metricsOf({ ...state, pending: open.map((one) => ({ ...one, done: now - 5500 })) }, moment);
    assert.ok(Math.abs(value(half, "progress_ratio") - 0.5) < 0.001);
    assert.equal(value(half, "time_left_seconds"), 2.75);
    const whole = metricsOf({ ...state, pending: [] }, moment);
    assert.deepEqual(
      ["pending_seconds", "progress_ratio", "time_left_seconds"].map((name) => value(whole, name)),
      [0, 1, 0],
    );
  });

  it("name what is late, and count what is not covered", () => {
    assert.match(page, /^metrics_link_repair_late_series 2$/m);
    assert.match(page, /^metrics_link_repair_late_series_info\{series="late\{path=\\"a\\\\b\\n\\"\}"\} 1$/m);
    assert.match(page, /^metrics_link_repair_not_covered_series 1$/m);
    assert.match(page, /^metrics_link_repair_not_covered_samples_total\{reason="native histogram"\} 7$/m);
  });

  it("omit unknown values", () => {
    const unknown = metricsOf(nothingKnown, {
      ...moment,
      lookedAt: undefined,
      rate: undefined,
      lateSeries: 0,
      lateNames: [],
      uncoveredSeries: 0,
      histograms: undefined,
    });
    assert.doesNotMatch(unknown, /_until_|_since_|last_look|limit|not_covered_samples|NaN|undefined/);
    assert.equal(value(unknown, "windows_pending"), 0);
  });

  it("are each explained in docs/operate.md", () => {
    const names = [...page.matchAll(/^# TYPE (\S+)/gm)].map(([, name = ""]) => name);
    assert.equal(names.length, 17);
    const explained = readFileSync(new URL("../../../../docs/operate.md", import.meta.url), "utf8");
    assert.deepEqual(
      names.filter((name) => !explained.includes(`\`${name}\``)),
      [],
    );
  });
});
