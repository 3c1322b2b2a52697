import { capacityOf, measured } from "@metrics-link/prometheus";

const usualSeries = [1_000, 10_000, 50_000, 100_000, 500_000, 1_000_000];
const columns = ["series", "samples/s", "WAL MiB/h", "segments/h", "outage, worst", "outage, best", "own TSDB"];

/** The longest survivable outage for several numbers of series, as a text table. */
export function capacityTable(
  scrapeSeconds: number,
  dataVolumeGiB: number,
  series: readonly number[] = usualSeries,
): string {
  const rows = series.map((count) => {
    const found = capacityOf({ series: count, scrapeSeconds, dataVolumeGiB, ...measured });
    return [
      `${count}`,
      found.samplesPerSecond.toFixed(0),
      (found.walBytesPerHour / 2 ** 20).toFixed(1),
      found.segmentsPerHour.toFixed(2),
      hours(found.worstOutageSeconds),
      hours(found.bestOutageSeconds),
      `${found.ownDays.toFixed(1)} days`,
    ];
  });
  const widths = columns.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  return [columns, ...rows]
    .map((row) => `  ${row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join("  ")}`.trimEnd())
    .join("\n")
    .replace(/^ +series/, (title) => `  ${title.trimStart().padEnd(title.length - 2)}`);
}

const hours = (seconds: number) => `${(seconds / 3600).toFixed(1)} h`;
