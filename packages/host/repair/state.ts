import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { LinkError, messageOf, parseJson } from "@metrics-link/contract";
import * as z from "zod/mini";
import { writeDurably } from "../common/files.ts";
import type { LateWatch } from "./late.ts";
import type { Reading } from "./reading.ts";
import type { Tally } from "./transfer.ts";
import type { DeliveryWatermark } from "./watermark.ts";
import type { PendingWindow } from "./windows.ts";

/** What a later run must know: `state-2.json` on the data volume, beside the TSDB that it is about. */
export interface State {
  readonly formatVersion: 2;
  /** The delivery watermark. */
  readonly vouching?: DeliveryWatermark | undefined;
  readonly pending: readonly PendingWindow[];
  readonly late?: LateWatch | undefined;
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

export const nothingKnown: State = { formatVersion: 2, pending: [], totals: { windows: 0, samples: 0, skipped: {} } };

/** JSON has no NaN: it is written as null. */
const number = z.pipe(
  z.nullable(z.number()),
  z.transform((found) => found ?? Number.NaN),
);
const count = z.record(z.string(), number);

const orUndefined = <Schema extends z.core.$ZodType>(schema: Schema) =>
  z.pipe(
    z.optional(schema),
    z.transform((found) => found),
  );

const reading: z.ZodMiniType<Reading> = z.object({
  at: number,
  uptime: number,
  started: z.string(),
  loadedAt: number,
  stored: number,
  attempts: number,
  retried: number,
  leftOut: number,
  pending: number,
  shards: number,
  batch: number,
  capacity: number,
  dropped: number,
  failedWrites: number,
  newest: number,
  histograms: number,
  ruleDuration: number,
  ruleInterval: number,
});

const tally = z.object({ series: number, samples: number, skipped: count });
const totals = z.object({ windows: number, samples: number, skipped: count });
const ofFormat = <const Format extends number>(format: Format) =>
  z.literal(format, { error: ({ input }) => `format ${input}, not ${format}` });

const schema: z.ZodMiniType<State> = z.object({
  formatVersion: ofFormat(2),
  vouching: z.optional(
    z.object({
      since: number,
      until: number,
      last: orUndefined(reading),
      explained: orUndefined(number),
      first: orUndefined(number),
      credit: number,
      looks: z.array(reading),
      // Not in the files of earlier releases.
      inExcess: z.pipe(
        z.optional(number),
        z.transform((found) => found ?? 0),
      ),
      complete: orUndefined(reading),
      doubts: z.array(z.string()),
      windowAt: orUndefined(number),
      suspicion: orUndefined(z.object({ seen: reading, gap: number })),
    }),
  ),
  pending: z.array(
    z.object({
      from: number,
      to: number,
      reasons: z.array(z.string()),
      deliveredUntil: number,
      openedAt: number,
      certain: z.boolean(),
      done: number,
      begun: z.boolean(),
      tally,
    }),
  ),
  late: z.optional(
    z.object({
      deliveredUntil: number,
      to: number,
      openedAt: number,
      dueAt: number,
      checkedAt: orUndefined(number),
      copied: z.record(z.string(), number),
    }),
  ),
  totals,
});

/** What releases before this one wrote, as far as it still counts: their readings have no counts. */
const schemaBefore = z.object({
  formatVersion: ofFormat(1),
  vouching: z.optional(z.object({ since: number, until: number })),
  pending: z.array(
    z.object({ from: number, to: number, reasons: z.array(z.string()), openedAt: number, done: number, tally }),
  ),
  totals,
});

/** A new window reaches from the old watermark to now. */
const fromBefore = ({ vouching, pending, totals }: z.output<typeof schemaBefore>): State => ({
  formatVersion: 2,
  vouching: vouching && { ...vouching, ...unread },
  pending: pending.map((window) => ({
    ...window,
    deliveredUntil: window.from,
    begun: true,
    certain: window.reasons.some((reason) => reason !== "the WAL was not read"),
  })),
  totals,
});

const unread = {
  last: undefined,
  explained: undefined,
  first: undefined,
  credit: 0,
  looks: [],
  inExcess: 0,
  complete: undefined,
  doubts: [],
  windowAt: undefined,
  suspicion: undefined,
} as const;

const reportsKept = 100;
/** A release that is rolled back finds the file of its own format. */
const file = (directory: string) => join(directory, "state-2.json");
const fileBefore = (directory: string) => join(directory, "state.json");

/**
 * A new host has no state yet. An unreadable one is an error: starting again would forget pending windows.
 * @throws LinkError `REPAIR_STATE_INVALID` with what to do
 */
export async function readState(directory: string): Promise<State> {
  const now = await parsedFile(file(directory), (text) => parseJson(schema, text, "the state"));
  if (now) return now;
  const before = await parsedFile(fileBefore(directory), (text) => parseJson(schemaBefore, text, "the state"));
  return before ? fromBefore(before) : nothingKnown;
}

async function parsedFile<Parsed>(path: string, parse: (text: string) => Parsed): Promise<Parsed | undefined> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return parse(text);
  } catch (cause) {
    throw new LinkError("REPAIR_STATE_INVALID", {
      what: `${path} cannot be used: ${messageOf(cause)}`,
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
