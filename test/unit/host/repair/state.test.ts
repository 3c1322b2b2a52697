import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nothingKnown, readState, reportOf, writeReport, writeState } from "@metrics-link/host/repair/state.ts";
import { advance } from "@metrics-link/host/repair/watermark.ts";
import { withWindow } from "@metrics-link/host/repair/windows.ts";
import { ModelSender } from "./model.ts";

describe("repair: state", () => {
  let directory = "";
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "repair-"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const pending = withWindow([], { from: 1000, to: 9000, reasons: ["the WAL was not read"] });

  it("is read again after a kill; without it, there is no watermark yet", async () => {
    assert.deepEqual(await readState(directory), nothingKnown);
    await writeState(directory, { ...nothingKnown, pending });
    assert.deepEqual(await readState(directory), { ...nothingKnown, pending });
  });

  it("keeps a reading of a metric that is NaN", async () => {
    const last = { ...new ModelSender().reading(), sent: Number.NaN };
    const { watermark: vouching } = advance(undefined, last, 1000);
    await writeState(directory, { ...nothingKnown, vouching });
    assert.ok(Number.isNaN((await readState(directory)).vouching?.last.sent));
  });

  it("counts as an error, not as absent, when it cannot be read", async () => {
    for (const [text, reason] of [
      ['{"formatVersion":1,"pend', /cannot be used: the state is not JSON:.*; move it away/s],
      ['{"formatVersion":2}', /cannot be used: the state is not as expected:.*format 2, not 1.*; move it away/s],
    ] as const) {
      writeFileSync(join(directory, "state.json"), text);
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
