import type { Severity, Verdict } from "./finding.ts";
import type { Markup } from "./markup.ts";

/** A report in any format: what it concludes, then tables and facts. A producer collects and judges; it styles nothing. */
export interface Report {
  readonly title: string;
  /** Above the verdict; the title where it is absent. */
  readonly heading?: string;
  /** When and of what it was made. */
  readonly intro: Inline;
  readonly verdict: Verdict;
  readonly blocks: readonly Block[];
  /** Below everything, with lines for a name, a date and a signature. */
  readonly signature?: string;
}

/** Text is text in every format: nothing in it becomes markup, a link, or a control sequence of a terminal. */
export type Inline = string | Marked | readonly Inline[];

type Marked =
  | { readonly kind: "code" | "anchor"; readonly text: string }
  | { readonly kind: "strong" | "quiet"; readonly content: Inline }
  | { readonly kind: "badge"; readonly tone: Tone; readonly content: Inline }
  | { readonly kind: "lines"; readonly lines: readonly Inline[] }
  | { readonly kind: "more"; readonly summary: Inline; readonly content: Inline };

/** A severity, or the tone of what says nothing either way. */
export type Tone = Severity | "idle";

export type Block =
  | { readonly kind: "text"; readonly content: Inline }
  | ({ readonly kind: "table" } & Table)
  | ({ readonly kind: "section" } & Section)
  | { readonly kind: "changes"; readonly changes: readonly Change[] }
  | { readonly kind: "figures"; readonly figures: readonly Figure[] }
  /** For pages alone, such as a chart or a diagram. */
  | { readonly kind: "drawing"; readonly drawing: Markup };

export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

export interface Column {
  readonly title: string;
  readonly align?: "right";
  /** Left out on a terminal. */
  readonly detail?: boolean;
}

export interface Row {
  readonly cells: readonly Inline[];
  /** Marks the whole row. */
  readonly tone?: Tone;
  /** Left out on a terminal. */
  readonly detail?: boolean;
}

export interface Section {
  readonly title: string;
  /** What it shows, in a sentence. */
  readonly note?: Inline;
  /** Where links to it lead, by `anchor`. */
  readonly id?: string;
  readonly badge?: { readonly tone: Tone; readonly text: string };
  /** Below another section. */
  readonly isPart?: boolean;
  /** Whether Markdown folds it: nothing in it needs attention. */
  readonly isFolded?: boolean;
  readonly blocks: readonly Block[];
}

/** Something that differs from what it was. */
export interface Change {
  readonly where: string;
  readonly before?: string;
  readonly after?: string;
}

/** A chart with its title, or why there is none: an empty chart would look as if all were well. */
export interface Figure {
  readonly title: string;
  readonly description: string;
  readonly body: Markup | Instead;
  readonly note?: string;
}

/** Why there is no chart. */
export interface Instead {
  readonly tone: Tone;
  readonly badge?: string;
  readonly text: string;
}

export const code = (text: string): Inline => ({ kind: "code", text });
export const strong = (content: Inline): Inline => ({ kind: "strong", content });
/** Of less weight, such as a source: on a page on a line of its own, on a terminal left out. */
export const quiet = (content: Inline): Inline => ({ kind: "quiet", content });
export const badge = (tone: Tone, content: Inline): Inline => ({ kind: "badge", tone, content });
export const lines = (...all: readonly Inline[]): Inline => ({ kind: "lines", lines: all });
/** A link to the section of that id. */
export const anchor = (text: string): Inline => ({ kind: "anchor", text });
/** What a page shows on request; other formats have the summary alone. */
export const more = (summary: Inline, content: Inline): Inline => ({ kind: "more", summary, content });

/** Columns by their titles alone. */
export const columns = (...titles: readonly string[]): Column[] => titles.map((title) => ({ title }));
export const table = (heads: readonly Column[], rows: readonly Row[]): Block => ({
  kind: "table",
  columns: heads,
  rows,
});
export const text = (content: Inline): Block => ({ kind: "text", content });
export const section = (
  title: string,
  blocks: readonly Block[],
  rest: Omit<Section, "title" | "blocks"> = {},
): Block => ({
  kind: "section",
  title,
  blocks,
  ...rest,
});

/** Something that was read, or why it could not be. */
type Read<Value> = { readonly value: Value } | { readonly error: string };

export const notKnown = (why: string): Inline => badge("not known", `not known: ${why}`);

/** What was read, or that it is not known and why. */
export const shown = <Value>(evidence: Read<Value>, show: (value: Value) => Inline): Inline =>
  "error" in evidence ? notKnown(evidence.error) : show(evidence.value);

/** The same for blocks. */
export const shownBlocks = <Value>(
  evidence: Read<Value>,
  show: (value: Value) => readonly Block[],
): readonly Block[] => ("error" in evidence ? [text(notKnown(evidence.error))] : show(evidence.value));
