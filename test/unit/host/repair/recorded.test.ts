import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Reading } from "@metrics-link/host/repair/reading.ts";
import { advance, type DeliveryWatermark, type Window, withLateChecked } from "@metrics-link/host/repair/watermark.ts";

/** Real readings of a Prometheus under load, every two seconds (test/unit/host/repair/recorded/README.md). */
function recorded(name: string): readonly Reading[] {
  const text = readFileSync(new URL(`recorded/${name}.json`, import.meta.url), "utf8");
  const { columns, rows }: { columns: readonly string[]; rows: readonly (readonly number[])[] } = JSON.parse(text);
  const began = 1_700_000_000_000;
  return rows.map((row) => {
    const value = (name: string) => row[columns.indexOf(name)] ?? Number.NaN;
    return {
      at: began + value("at"),
      uptime: value("at"),
      started: `${value("started")}`,
      loadedAt: 0,
      stored: value("stored"),
      attempts: value("attempts"),
      retried: value("retried"),
      leftOut: value("leftOut"),
      pending: value("pending"),
      shards: value("shards"),
      batch: value("batch"),
      capacity: value("capacity"),
      dropped: value("dropped"),
      failedWrites: value("failedWrites"),
      newest: began + value("newest"),
      histograms: 0,
      ruleDuration: 0,
      ruleInterval: 0,
    };
  });
}

/** What the repairer makes of them; no series is late. */
function judged(readings: readonly Reading[]) {
  const windows: Window[] = [];
  const behind: number[] = [];
  let watermark: DeliveryWatermark | undefined;
  for (const reading of readings) {
    const step = advance(watermark, reading, 4000);
    const isSuspicious = step.watermark.suspicion !== undefined;
    const after = isSuspicious
      ? withLateChecked(step.watermark, { at: reading.at, series: 0, samples: 0 }, 4000)
      : { watermark: step.watermark };
    windows.push(...[step.window, after.window].flatMap((window) => window ?? []));
    watermark = after.watermark;
    behind.push(reading.at - watermark.until);
  }
  return { windows, behind };
}

describe("delivery watermark: recorded readings", () => {
  const isClose = ({ behind }: ReturnType<typeof judged>) => {
    const last = behind.at(-1) ?? Number.NaN;
    assert.ok(last <= 10_000, `${last} ms behind at the end`);
  };

  it("an outage opens no window: for half a minute after it the queue is empty, and its reader sleeps", () => {
    const readings = recorded("outage");
    const asleep = readings.filter(({ pending, stored, attempts, retried }) => {
      return pending === 0 && stored - (attempts - retried) > 100_000;
    });
    assert.ok(asleep.length >= 5, "the recording has the case");
    const found = judged(readings);
    assert.deepEqual(found.windows, []);
    isClose(found);
  });

  it("nor does one of a sender with 20,000 samples a second and a queue that is never empty", () => {
    const found = judged(recorded("outage-of-a-busy-sender"));
    assert.deepEqual(found.windows, []);
    isClose(found);
  });

  it("a receiver so slow that the queue is given other shards, and drops 7,999 samples, opens one window", () => {
    const found = judged(recorded("slow-receiver"));
    assert.deepEqual(
      found.windows.map(({ reasons }) => reasons),
      [["samples were rejected or dropped", "the queue left samples out"]],
    );
    isClose(found);
  });

  it("a restart in an outage opens one window, which begins before the outage", () => {
    const readings = recorded("restart-in-outage");
    const found = judged(readings);
    assert.deepEqual(
      found.windows.map(({ reasons }) => reasons),
      [["Prometheus was restarted"]],
    );
    const cut = readings.find(({ pending }) => pending > 9_000)?.at ?? 0;
    assert.ok((found.windows[0]?.from ?? cut) < cut - 2000);
    isClose(found);
  });

  it("series that a restart after a full disk left unknown to the queue cost a window a minute, and hold nothing back", () => {
    const readings = recorded("torn-wal");
    const found = judged(readings);
    assert.deepEqual(
      found.windows.map(({ reasons }) => reasons),
      [
        ["a write to the WAL failed", "Prometheus was restarted"],
        ...Array.from({ length: 3 }, () => ["samples were rejected or dropped"]),
      ],
    );
    assert.ok(Math.max(...found.behind) <= 70_000, `${Math.max(...found.behind)} ms behind`);
  });
});
