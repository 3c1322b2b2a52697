import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { metricsOf, nothingKnown, type State } from "@metrics-link/host/repair/state.ts";
import { advance } from "@metrics-link/host/repair/watermark.ts";
import { withSpanDone, withWindow } from "@metrics-link/host/repair/windows.ts";
import { tool } from "../../../support/tool.ts";
import { ModelSender } from "./model.ts";

const sender = new ModelSender();
const { watermark } = advance(undefined, sender.reading(), 1000);
const from = sender.now - 10_000;
const window = { from, to: sender.now, reasons: ["Prometheus was restarted"] as const };
const open = withWindow([], window);
const state: State = {
  ...nothingKnown,
  vouching: watermark,
  pending: open,
  totals: { windows: 2, samples: 500, skipped: { "too old": 3 } },
};
const moment = { lookedAt: sender.now, unavailable: 1, samplesPerSecond: 800 };
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

  it("reach up to the first pending window, and up to the watermark when there is none", () => {
    assert.equal(value(page, "vouched_until_timestamp_seconds"), (from - 1) / 1000);
    assert.equal(value(page, "pending_seconds"), 10.001);
    const tally = { series: 1, samples: 1, skipped: {} };
    const half = withSpanDone(open, { from, to: from + 5000 }, tally).pending;
    assert.equal(
      value(metricsOf({ ...state, pending: half }, moment), "vouched_until_timestamp_seconds"),
      from / 1000 + 5,
    );
    const whole = metricsOf({ ...state, pending: [] }, moment);
    assert.equal(value(whole, "vouched_until_timestamp_seconds"), (watermark.until ?? 0) / 1000);
    assert.equal(value(whole, "pending_seconds"), 0);
  });

  it("omit unknown values", () => {
    const unknown = metricsOf(nothingKnown, { lookedAt: undefined, unavailable: 0, samplesPerSecond: undefined });
    assert.doesNotMatch(unknown, /_until_|_since_|last_look|limit|NaN|undefined/);
    assert.equal(value(unknown, "windows_pending"), 0);
  });

  it("are each explained in docs/operate.md", () => {
    const names = [...page.matchAll(/^# TYPE (\S+)/gm)].map(([, name = ""]) => name);
    assert.equal(names.length, 10);
    const explained = readFileSync(new URL("../../../../docs/operate.md", import.meta.url), "utf8");
    assert.deepEqual(
      names.filter((name) => !explained.includes(`\`${name}\``)),
      [],
    );
  });
});
