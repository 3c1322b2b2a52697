import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { LinkError, messageOf, parseJson } from "@metrics-link/contract";
import * as z from "zod/mini";
import { writeDurably } from "../common/files.ts";
import { metric } from "../common/prometheus.ts";
import type { Reading } from "./reading.ts";
import type { Tally } from "./transfer.ts";
import type { DeliveryWatermark } from "./watermark.ts";
import type { PendingWindow } from "./windows.ts";

/** What a later run must know: `state.json` on the data volume, beside the TSDB that it is about. */
export interface State {
  readonly formatVersion: 1;
  /** The delivery watermark. */
  readonly vouching?: DeliveryWatermark | undefined;
  readonly pending: readonly PendingWindow[];
  readonly totals: {
    readonly windows: number;
    readonly samples: number;
    readonly skipped: Readonly<Record<string, number>>;
  };
}

/** The report about a backfilled window. Instants as ISO 8601. */
interface RepairReport {
  readonly from: string;
  readonly to: string;
  readonly reasons: readonly string[];
  readonly openedAt: string;
  readonly finishedAt: string;
  readonly series: number;
  readonly samples: number;
  readonly skipped: Tally["skipped"];
}

export const nothingKnown: State = { formatVersion: 1, pending: [], totals: { windows: 0, samples: 0, skipped: {} } };

/** JSON has no NaN: it is written as null. */
const number = z.pipe(
  z.nullable(z.number()),
  z.transform((found) => found ?? Number.NaN),
);
const count = z.record(z.string(), number);

const reading: z.ZodMiniType<Reading> = z.object({
  at: number,
  started: z.string(),
  reloaded: z.string(),
  attempts: number,
  retried: number,
  pending: number,
  shards: number,
  batch: number,
  capacity: number,
  dropped: number,
  stored: number,
  read: number,
  sent: number,
  segmentsBehind: number,
  truncations: number,
  failedWrites: number,
  appended: number,
});

const schema: z.ZodMiniType<State> = z.object({
  formatVersion: z.literal(1, { error: ({ input }) => `format ${input}, not 1` }),
  vouching: z.optional(
    z.object({
      since: number,
      until: number,
      last: reading,
      awaited: reading,
      read: z.pipe(
        z.optional(reading),
        z.transform((found) => found),
      ),
      doubts: z.array(z.string()),
    }),
  ),
  pending: z.array(
    z.object({
      from: number,
      to: number,
      reasons: z.array(z.string()),
      openedAt: number,
      done: number,
      tally: z.object({ series: number, samples: number, skipped: count }),
    }),
  ),
  totals: z.object({ windows: number, samples: number, skipped: count }),
});

const reportsKept = 100;
const file = (directory: string) => join(directory, "state.json");

/**
 * A new host has no state yet. An unreadable one is an error: starting again would forget pending windows.
 * @throws LinkError `REPAIR_STATE_INVALID` with what to do
 */
export async function readState(directory: string): Promise<State> {
  const text = await readFile(file(directory), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (text === undefined) return nothingKnown;
  try {
    return parseJson(schema, text, "the state");
  } catch (cause) {
    throw new LinkError("REPAIR_STATE_INVALID", {
      what: `${file(directory)} cannot be used: ${messageOf(cause)}`,
      next: "move it away, and backfill by hand the windows that it lists (docs/operate.md, Repair)",
      cause,
    });
  }
}

export const writeState = (directory: string, state: State): Promise<void> =>
  writeDurably(file(directory), `${JSON.stringify(state, undefined, 2)}\n`, 0o600);

export function reportOf({ from, to, reasons, openedAt, tally }: PendingWindow, finishedAt: number): RepairReport {
  const iso = (instant: number) => new Date(instant).toISOString();
  return { from: iso(from), to: iso(to), reasons, openedAt: iso(openedAt), finishedAt: iso(finishedAt), ...tally };
}

/** Writes a report; keeps the newest hundred. */
export async function writeReport(directory: string, report: RepairReport): Promise<void> {
  const folder = join(directory, "reports");
  await mkdir(folder, { recursive: true });
  const name = `${report.finishedAt.replaceAll(":", "-")}.json`;
  await writeDurably(join(folder, name), `${JSON.stringify(report, undefined, 2)}\n`, 0o600);
  const names = (await readdir(folder)).toSorted();
  for (const old of names.slice(0, -reportsKept)) await rm(join(folder, old));
}

/** What the repairer knows besides its state. */
interface Moment {
  /** Milliseconds since 1970. */
  readonly lookedAt: number | undefined;
  readonly unavailable: number;
  readonly samplesPerSecond: number | undefined;
}

const prefix = "metrics_link_repair";

/** The state as metrics. An unknown value has no series: absent, never fine. */
export function metricsOf({ vouching, pending, totals }: State, moment: Moment): string {
  const seconds = (milliseconds: number | undefined) => (milliseconds === undefined ? undefined : milliseconds / 1000);
  const waiting = pending.reduce((total, { to, done }) => total + to - done, 0);
  return [
    metric(
      `${prefix}_vouched_until_timestamp_seconds`,
      "gauge",
      "Delivery watermark: up to here the receiver has acknowledged everything stored here, except skipped samples.",
      [{ value: seconds(pending[0]?.done ?? vouching?.until) }],
    ),
    metric(
      `${prefix}_vouched_since_timestamp_seconds`,
      "gauge",
      "Start of the delivery watermark: older samples were never checked.",
      [{ value: seconds(vouching?.since) }],
    ),
    metric(`${prefix}_last_look_timestamp_seconds`, "gauge", "When the queue's state was last read from Prometheus.", [
      { value: seconds(moment.lookedAt) },
    ]),
    metric(`${prefix}_windows_pending`, "gauge", "Windows that wait for backfill.", [{ value: pending.length }]),
    metric(`${prefix}_pending_seconds`, "gauge", "How much time the pending windows cover.", [
      { value: waiting / 1000 },
    ]),
    metric(`${prefix}_windows_total`, "counter", "Windows that were backfilled.", [{ value: totals.windows }]),
    metric(`${prefix}_samples_total`, "counter", "Backfilled samples that were acknowledged.", [
      { value: totals.samples },
    ]),
    metric(`${prefix}_skipped_samples_total`, "counter", "Samples that could not be backfilled, by reason.", [
      ...Object.entries(totals.skipped).map(([reason, value]) => ({ labels: { reason }, value })),
    ]),
    metric(`${prefix}_unavailable_total`, "counter", "How often backfill had to wait for Prometheus or the link.", [
      { value: moment.unavailable },
    ]),
    metric(`${prefix}_limit_samples_per_second`, "gauge", "The rate limit of backfill.", [
      { value: moment.samplesPerSecond },
    ]),
  ].join("");
}
