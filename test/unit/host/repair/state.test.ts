import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { watched } from "@metrics-link/host/repair/late.ts";
import {
  nothingKnown,
  readState,
  reportOf,
  type State,
  writeReport,
  writeState,
} from "@metrics-link/host/repair/state.ts";
import { nothing } from "@metrics-link/host/repair/transfer.ts";
import { advance, type DeliveryWatermark, type Window } from "@metrics-link/host/repair/watermark.ts";
import { withWindow } from "@metrics-link/host/repair/windows.ts";
import { ModelSender } from "./model.ts";

/** An undefined value and an absent one are the same in a file. */
const asJson = (state: State): unknown => JSON.parse(JSON.stringify(state));

describe("repair: state", () => {
  let directory = "";
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "repair-"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const window: Window = {
    from: 1000,
    to: 9000,
    reasons: ["a write to the WAL failed"],
    deliveredUntil: 5000,
    openedAt: 9000,
    certain: false,
  };
  const pending = withWindow([], window);

  it("is read again after a kill; without it, there is no watermark yet", async () => {
    assert.deepEqual(await readState(directory), nothingKnown);
    await writeState(directory, { ...nothingKnown, pending });
    assert.deepEqual(await readState(directory), { ...nothingKnown, pending });
  });

  it("keeps everything that it has, and a reading of a metric that is NaN", async () => {
    const sender = new ModelSender();
    let vouching: DeliveryWatermark | undefined;
    for (let looks = 0; looks < 12; looks += 1) {
      sender.step(looks === 8 ? "another queue" : "nothing", 2000, 0);
      vouching = advance(vouching, sender.reading(), 1000).watermark;
    }
    const late = watched(undefined, window, 9000);
    const state: State = { ...nothingKnown, vouching, pending, late: { ...late, copied: { '[["a","b"]]': 5 } } };
    await writeState(directory, state);
    assert.deepEqual(asJson(await readState(directory)), asJson(state));
    const last = { ...sender.reading(), newest: Number.NaN };
    await writeState(directory, { ...nothingKnown, vouching: advance(undefined, last, 1000).watermark });
    assert.ok(Number.isNaN((await readState(directory)).vouching?.last?.newest));
  });

  it("takes over what a release before has written: its windows, and a new one from its watermark", async () => {
    const before = {
      formatVersion: 1,
      vouching: { since: 1000, until: 50_000, last: { at: 51_000 }, awaited: {}, doubts: [] },
      pending: [
        { from: 0, to: 9000, reasons: ["the WAL was not read"], openedAt: 9000, done: 4000, tally: nothing },
        { from: 0, to: 9000, reasons: ["Prometheus was restarted"], openedAt: 9000, done: -1, tally: nothing },
      ],
      totals: nothingKnown.totals,
    };
    writeFileSync(join(directory, "state.json"), JSON.stringify(before));
    const state = await readState(directory);
    assert.deepEqual(
      state.pending.map(({ certain, done }) => [certain, done]),
      [
        [false, 4000],
        [true, -1],
      ],
    );
    const { watermark, window } = advance(state.vouching, new ModelSender().reading(), 1000);
    assert.deepEqual([window?.from, window?.reasons, watermark.since], [49_000, ["the repairer was updated"], 1000]);
    await writeState(directory, state);
    writeFileSync(join(directory, "state.json"), "not read any more");
    assert.deepEqual(asJson(await readState(directory)), asJson(state));
  });

  it("counts as an error, not as absent, when it cannot be read", async () => {
    for (const [text, reason] of [
      ['{"formatVersion":1,"pend', /cannot be used: the state is not JSON:.*; move it away/s],
      ['{"formatVersion":3}', /cannot be used: the state is not as expected:.*format 3, not 2.*; move it away/s],
    ] as const) {
      writeFileSync(join(directory, "state-2.json"), text);
      await assert.rejects(readState(directory), { code: "REPAIR_STATE_INVALID", message: reason });
    }
  });

  it("keeps the newest hundred reports", async () => {
    const [window] = pending;
    assert.ok(window);
    const last = 120 * 60_000;
    for (let at = 60_000; at <= last; at += 60_000) await writeReport(directory, reportOf(window, at));
    const names = readdirSync(join(directory, "reports")).toSorted();
    assert.equal(names.length, 100);
    assert.equal(names.at(-1), "1970-01-01T02-00-00.000Z.json");
  });
});
