import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { capacityOf } from "@metrics-link/prometheus/capacity.ts";
import { capacityTable } from "../../../scripts/capacity/table.ts";

const hour = 3600;
/** One byte a sample: then a series for each byte a second. */
const ofSegments = (segmentsPerHour: number) =>
  capacityOf({
    series: (segmentsPerHour * 128 * 2 ** 20) / hour,
    scrapeSeconds: 1,
    dataVolumeGiB: 50,
    walBytesPerSample: 1,
    blockBytesPerSample: 1,
  });
const hours = (seconds: number) => Math.round((seconds / hour) * 10) / 10;

describe("capacityOf", () => {
  it("matches the measurements: four hours, two hours, and towards one hour the faster the WAL grows", () => {
    assert.deepEqual(
      [0.01, 0.4, 0.6, 100].map((rate) => hours(ofSegments(rate).worstOutageSeconds)),
      [4, 4, 2, 1],
    );
  });

  it("gives a best case that is never shorter than the worst case", () => {
    for (const rate of [0.01, 0.3, 0.7, 1, 3, 30]) {
      const { worstOutageSeconds, bestOutageSeconds } = ofSegments(rate);
      assert.ok(worstOutageSeconds >= hour * 0.99 && worstOutageSeconds <= bestOutageSeconds, `${rate}`);
    }
  });

  it("counts four fifths of the volume, but not more than the retention", () => {
    const input = { scrapeSeconds: 10, dataVolumeGiB: 10, walBytesPerSample: 1, blockBytesPerSample: 2 };
    // 100,000 samples a second, 2 bytes each: 8 GiB are full after half a day.
    assert.equal(hours(capacityOf({ ...input, series: 1_000_000 }).ownDays * 24 * hour), 11.9);
    assert.equal(capacityOf({ ...input, series: 100 }).ownDays, 30);
  });
});

describe("docs/capacity.md", () => {
  it("has the table that capacityOf computes (UPDATE_GOLDENS=1 accepts a change)", () => {
    const path = join(resolve(import.meta.dirname, "../../.."), "docs/capacity.md");
    const page = readFileSync(path, "utf8");
    const told = page.replace(/^```\n {2}series[\s\S]*?^```$/m, `\`\`\`\n${capacityTable(15, 50)}\n\`\`\``);
    if (process.env.UPDATE_GOLDENS === "1") writeFileSync(path, told);
    assert.equal(readFileSync(path, "utf8"), told);
  });
});
