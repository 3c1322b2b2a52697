import { LinkError } from "@metrics-link/contract";
import type { SourceFile } from "./source.ts";

const glossary = "docs/glossary.md";

/** Files that may name a forbidden word: they tell what it was replaced by. */
const about = ["CHANGELOG.md", glossary, "scripts/lint/words.ts", "test/unit/scripts/lint/words.test.ts"];

/** A forbidden word where it has to stay: text that this matches is not looked at. */
interface Exception {
  readonly text: RegExp;
  readonly reason: string;
}

/** What users have in stack files, dashboards and logs keeps its name. */
const exceptions: readonly Exception[] = [
  {
    text: /\bpki\.artefacts\b|\bartefacts\b(?=[:,}]| \}| = ""| ===|\)|"\))|(["'`])artefacts\1|\.artefacts\b|, artefacts\]/gm,
    reason: "the key `pki.artefacts` of the configuration",
  },
  { text: /_?vouched_(until|since)(_timestamp_seconds)?/g, reason: "metrics of the repairer" },
  { text: /\bvouching\b/g, reason: "a key of the repairer's state file" },
];

/** Words of docs/glossary.md that nobody may use: the first column of its table "Words we do not use". */
export function forbiddenWords(page: string): string[] {
  const [, section = ""] = page.split(/^#+ Words we do not use$/m);
  const [table = ""] = section.split(/^#/m);
  const cells = [...table.matchAll(/^\| *(`[^|]*) *\|/gm)].map(([, cell = ""]) => cell);
  const words = cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, word = ""]) => word));
  if (words.length > 0) return words;
  throw new LinkError("REPOSITORY_FILE_INVALID", {
    what: `${glossary} has no table "Words we do not use" whose first column is in backticks`,
  });
}

/**
 * Every place of a forbidden word, and exceptions that are not needed any more. Found are a word, its plural with s,
 * and either of them as a part of an identifier or broken over two lines of a comment.
 */
export function wordProblems(
  files: readonly SourceFile[],
  words: readonly string[],
  allowed: readonly Exception[] = exceptions,
): string[] {
  const forbidden = new RegExp(`(?<![\\p{L}\\d])(${words.map(pattern).join("|")})s?(?![\\p{L}\\d])`, "giu");
  const used = new Set<Exception>();
  const found = files
    .filter(({ path }) => !about.includes(path))
    .flatMap(({ path, text }) => {
      const left = allowed.reduce((rest, exception) => {
        return rest.replaceAll(exception.text, () => {
          used.add(exception);
          return "";
        });
      }, text);
      const spaced = left.replaceAll(/(?<=[\p{Ll}\d])(?=\p{Lu})/gu, " ");
      return [...`${path}\n${spaced}`.matchAll(forbidden)].map(({ 0: word, index }) => {
        const line = `${path}\n${spaced}`.slice(0, index).split("\n").length - 1;
        return `${line === 0 ? `the name of ${path}` : `${path}:${line}`}: "${word}"; ${glossary} has the right word`;
      });
    });
  const stale = allowed.filter((exception) => !used.has(exception));
  return [
    ...found,
    ...stale.map(({ text }) => `${text} is nowhere: remove it from the exceptions in scripts/lint/words.ts`),
  ];
}

/** A space of a phrase may be a line break between two lines of a comment. */
function pattern(word: string): string {
  return word
    .split(" ")
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    .join("[\\s*/#>-]+");
}
