/**
 * What a terminal or an editor would act on instead of showing: control characters (C0, DEL and C1, which hold the
 * escape sequences of ECMA-48), line and paragraph separators, and everything of Unicode's category Format (Cf), which
 * holds the bidirectional overrides and zero-width characters. Nor does anybody see the code points that Unicode calls
 * default ignorable, such as U+3164 HANGUL FILLER and the variation selectors: some may stand in an identifier.
 * Unpaired surrogates are no text at all.
 */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** A foreign text as it may be shown on a terminal, in a log or on a page: what cannot be seen is written as `\u{…}`. */
export function printable(text: string): string {
  return text.replaceAll(unprintable, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/**
 * The same for a text of several lines, such as a message that was put together here. A terminal gets each of its line
 * feeds, so whatever foreign goes into one of the lines has to be `printable` first.
 */
export const printableLines = (text: string): string => text.split("\n").map(printable).join("\n");

/** JSON for a terminal or a program: every parser reads the value as it was. @param indent spaces; none: one line */
export const printableJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, undefined, indent).replaceAll(unprintable, (character) =>
    character === "\n"
      ? character
      : Array.from({ length: character.length }, (_, index) => escaped(character.charCodeAt(index))).join(""),
  );

const escaped = (unit: number) => `\\u${unit.toString(16).padStart(4, "0")}`;

/** A key or a value is shown in this many characters: a peer's may be of any length. */
const shownCharacters = 400;

/** The text for a message, printable and never longer than what is shown. */
export function shortened(text: string, most = shownCharacters): string {
  const start = printable(text.slice(0, most));
  return start.length > most || text.length > most
    ? `${printable(start.slice(0, most))}… (${text.length} characters)`
    : start;
}

/** A value for a message. Never throws: a message about a hostile value must come out, whatever the value is. */
export function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return "a value that JSON cannot express, or that nests too deeply";
  }
}
