import { parseArgs } from "node:util";
import { messageOf, shortened, UsageError } from "@metrics-link/contract";
import * as z from "zod/mini";

export const usage = `usage: repair watch --settings FILE --state DIRECTORY --metrics DIRECTORY
       repair window --settings FILE --from INSTANT --to INSTANT --rate N
  watch   watch the queue, and backfill windows for which delivery is not proven; what the unit does
  window  backfill one window now, at most N samples a second, and print a report
INSTANT is ISO 8601 with a zone, such as 2026-01-31T12:00:00Z, or seconds since 1970, ten digits.`;

/** A call of the repairer, checked. Times in milliseconds since 1970. */
export type Call =
  | { readonly command: "watch"; readonly settings: string; readonly state: string; readonly metrics: string }
  | {
      readonly command: "window";
      readonly settings: string;
      readonly from: number;
      readonly to: number;
      readonly samplesPerSecond: number;
    };

const instant = "an instant of ISO 8601 with a zone, such as 2026-01-31T12:00:00Z, or seconds since 1970 (ten digits)";
const rate = "a whole number of samples a second from 1";

/** @throws UsageError naming every wrong or missing value, and what is expected */
export function callOf(argv: readonly string[], now: number): Call {
  const { positionals, values } = parsed(argv);
  const [command, ...more] = positionals;
  const wrong: string[] = [];
  const expect = (what: string, value: string | undefined, expected: string): void => {
    const found = value === undefined || value === "" ? "missing" : shortened(JSON.stringify(value), 100);
    wrong.push(`${what} is ${found}: ${expected} is expected`);
  };
  /** The value of an option. Reports a missing or wrong one, and returns `other` in its place. */
  const take = <Found>(
    name: keyof typeof values,
    expected: string,
    read: (text: string) => Found | undefined,
    other: Found,
  ): Found => {
    const found = values[name] ? read(values[name]) : undefined;
    if (found === undefined) expect(`--${name}`, values[name], expected);
    return found ?? other;
  };
  const path = (name: keyof typeof values) => take(name, "a path", (text) => text, "");
  if (more.length > 0) expect("the second word", more[0], "nothing");
  const settings = path("settings");
  let call: Call;
  if (command === "watch") call = { command, settings, state: path("state"), metrics: path("metrics") };
  else if (command === "window") {
    const from = take("from", instant, instantOf, Number.NaN);
    const to = take("to", instant, instantOf, Number.NaN);
    if (from >= now) expect("--from", values.from, "an instant that is over");
    if (from >= to) expect("--to", values.to, `an instant after --from (${values.from})`);
    call = { command, settings, from, to, samplesPerSecond: take("rate", rate, rateOf, 1) };
  } else throw new UsageError(`the command is ${command ?? "missing"}: watch or window is expected`);
  if (wrong.length > 0) throw new UsageError(wrong.join("\n"));
  return call;
}

function parsed(argv: readonly string[]) {
  const text = { type: "string" } as const;
  const options = { settings: text, state: text, metrics: text, from: text, to: text, rate: text };
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}

/** ISO 8601 as `Date.parse` takes it is more: dates without a zone, and the first number of any words. */
const isoInstant = z.iso.datetime({ offset: true });

function instantOf(text: string): number | undefined {
  // Milliseconds have thirteen digits: as seconds they would be thousands of years away.
  if (/^\d{10}(\.\d{1,3})?$/.test(text)) return Math.round(Number(text) * 1000);
  return isoInstant.safeParse(text).success ? Date.parse(text) : undefined;
}

const rateOf = (text: string): number | undefined =>
  /^[1-9]\d*$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined;
