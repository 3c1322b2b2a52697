import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeDurably } from "../common/memory.ts";
import type { Tally } from "./transfer.ts";
import type { Vouching } from "./vouching.ts";
import type { PendingWindow } from "./windows.ts";

/** What a later run must know; lies on the data volume beside the TSDB that it speaks of. */
export interface State {
  readonly formatVersion: 1;
  readonly vouching?: Vouching | undefined;
  readonly pending: readonly PendingWindow[];
  readonly totals: {
    readonly windows: number;
    readonly samples: number;
    readonly skipped: Readonly<Record<string, number>>;
  };
}

/** What is said of a window that was repaired. Instants as ISO 8601. */
export interface RepairReport {
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

const reportsKept = 100;
const file = (directory: string) => join(directory, "state.json");

/**
 * An absent state is that of a host that never vouched. An unreadable one is not: to begin anew would forget windows.
 * @throws Error saying what to do
 */
export async function readState(directory: string): Promise<State> {
  const text = await readFile(file(directory), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (text === undefined) return nothingKnown;
  try {
    const state = JSON.parse(text) as State;
    if (state.formatVersion === nothingKnown.formatVersion) return state;
    throw new Error(`format ${state.formatVersion}, not ${nothingKnown.formatVersion}`);
  } catch (cause) {
    const remedy = "move it away, and repair by hand what it knew (docs/operate.md, Repair)";
    throw new Error(`${file(directory)} cannot be used: ${(cause as Error).message}; ${remedy}`, { cause });
  }
}

export const writeState = (directory: string, state: State): Promise<void> =>
  writeDurably(file(directory), `${JSON.stringify(state, undefined, 2)}\n`, 0o600);

export function reportOf({ from, to, reasons, openedAt, tally }: PendingWindow, finishedAt: number): RepairReport {
  const iso = (instant: number) => new Date(instant).toISOString();
  return { from: iso(from), to: iso(to), reasons, openedAt: iso(openedAt), finishedAt: iso(finishedAt), ...tally };
}

/** Keeps the newest hundred. */
export async function writeReport(directory: string, report: RepairReport): Promise<void> {
  const folder = join(directory, "reports");
  await mkdir(folder, { recursive: true });
  const name = `${report.finishedAt.replaceAll(":", "-")}.json`;
  await writeDurably(join(folder, name), `${JSON.stringify(report, undefined, 2)}\n`, 0o600);
  const names = (await readdir(folder)).toSorted();
  for (const old of names.slice(0, -reportsKept)) await rm(join(folder, old));
}
