import type { Problem } from "@metrics-link/contract";
import { shownLine, shownRuleLine, withoutQuotes } from "./shown.ts";

/** A file that promtool was given. */
export interface CheckedFile {
  /** Where promtool found it. */
  readonly place: string;
  /** As a message names it. */
  readonly path: string;
  readonly content: string;
  /** Lines of the content that are not the user's and stand before the rest. */
  readonly linesBefore: number;
  /** Whether its values may be credentials, which no message shows. */
  readonly mayHoldSecrets: boolean;
}

/** What promtool said, by file and line. */
export interface Verdict {
  /** Prometheus would not load the configuration. */
  readonly refusals: readonly Problem[];
  /** Prometheus would load it; a person should know. */
  readonly warnings: readonly string[];
}

/** What is being read of promtool's output: its last message may go on in the next line. */
interface Message {
  readonly kind: "refusal" | "warning";
  readonly file: CheckedFile | undefined;
  text: string;
}

/**
 * Reads what `promtool check config` printed to both of its outputs, in order (cmd/promtool/main.go). It names a file in
 * front of an error, or in the line "Checking FILE" above a lint.
 */
export function verdictOf(output: string, files: readonly CheckedFile[]): Verdict {
  const messages: Message[] = [];
  let current: CheckedFile | undefined;
  for (const line of output.split("\n")) {
    const [, checking] = /^Checking (.*)$/.exec(line) ?? [];
    if (checking !== undefined) current = files.find(({ place }) => place === checking);
    if (checking !== undefined || /^\s*(SUCCESS:.*|FAILED:)?$/.test(line)) continue;
    const started = startOf(line, current, files);
    const last = messages.at(-1);
    if (started !== undefined) messages.push(started);
    else if (last?.kind === "refusal" && /^\s+line \d+: /.test(line)) messages.push({ ...last, text: line.trim() });
    else if (last === undefined) messages.push({ kind: "refusal", file: current, text: line.trim() });
    else last.text += ` ${line.trim()}`;
  }
  const told = messages.map((message) => ({ ...message, text: renamed(message.text, files) }));
  return {
    refusals: told.filter(({ kind, text }) => kind === "refusal" && text !== "").map(problemOf),
    warnings: told
      .filter(({ kind }) => kind === "warning")
      .map(({ file, text }) => (file === undefined ? text : `${file.path}: ${text}`)),
  };
}

/** The message that a line begins; none if the line belongs to the message before it. */
function startOf(line: string, current: CheckedFile | undefined, files: readonly CheckedFile[]): Message | undefined {
  const [, lint] = /^(?:lint error|\s+FAILED: (?=too long scrape interval)|\s+WARNING:) ?(.*)$/.exec(line) ?? [];
  if (lint !== undefined) return { kind: "warning", file: current, text: lint };
  const [, logged] = /level=WARN .*msg="?(.*?)"?$/.exec(line) ?? [];
  if (logged !== undefined) return { kind: "warning", file: current, text: logged };
  const [, failure] = /^\s+FAILED: (?:error loading scrape configs: |parsing YAML file )?(.*)$/.exec(line) ?? [];
  const said = failure ?? line;
  const file = files.find(({ place }) => said.startsWith(`${place}: `) || said.startsWith(`"${place}": `));
  if (file !== undefined) {
    const text = said.replace(/^"/, "").slice(file.place.length).replace(/^"?: /, "");
    // The errors follow, each in a line of its own.
    return { kind: "refusal", file, text: text.replace(/^yaml: unmarshal errors:$/, "") };
  }
  if (failure !== undefined) return { kind: "refusal", file: current, text: failure };
  return undefined;
}

/** A message with the names of files that the user knows. */
const renamed = (text: string, files: readonly CheckedFile[]) =>
  files.reduce((found, { place, path }) => found.replaceAll(place, path), text);

function problemOf({ file, text }: Message): Problem {
  const [, line, what = text] = /^(?:yaml: )?(?:line )?(\d+)(?::\d+)?: (.*)$/s.exec(text) ?? [];
  if (file === undefined) return { key: "Prometheus' configuration", value: "not as it takes it", remedy: text };
  const lines = file.content.split(/\r?\n/);
  const safe = (said: string) => (file.mayHoldSecrets ? withoutQuotes(said) : said);
  const place = line === undefined ? lineOfValue(text, lines) : Number(line);
  if (place === undefined) return { key: file.path, value: "not as Prometheus takes it", remedy: safe(text) };
  const shown = file.mayHoldSecrets ? shownLine(lines[place - 1]) : shownRuleLine(lines[place - 1]);
  return { key: `${file.path}:${place - file.linesBefore}`, value: shown, remedy: safe(what) };
}

/** What a message without a line repeats of the file, and the lines that may have it as their value. */
const repeated: readonly (readonly [inMessage: RegExp, inLine: RegExp])[] = [
  [/job(?: name)?:? "(.*?)"/, /job_name["']?:\s*["']?(.*?)["']?\s*([,}#].*)?$/],
  // model.ParseDuration
  [/duration(?: string:)? "(.*)"$/, /^[\s-]*["']?\w+["']?\s*:\s+["']?(.*?)["']?\s*(?:#.*)?$/],
];

/** The first line, from 1, whose value a message repeats where it names no line. */
function lineOfValue(text: string, lines: readonly string[]): number | undefined {
  for (const [inMessage, inLine] of repeated) {
    const [, value] = inMessage.exec(text) ?? [];
    const index = value === undefined ? -1 : lines.findIndex((line) => inLine.exec(line)?.[1] === value);
    if (index >= 0) return index + 1;
  }
  return undefined;
}
