import { parse } from "yaml";
import { recordOf } from "./release.ts";

/** One statement of an IAM policy document, as JSON has it. */
export type Statement = Readonly<Record<string, unknown>>;

/**
 * An expected statement: exactly these keys, besides `Sid`. A list matches its members in any order, and a list of one
 * matches its member, as in IAM. A regular expression matches a whole string; `Several` matches any number of strings.
 */
export type Shape = Readonly<Record<string, unknown>>;

/** The statements of a document, which may have one or a list. @throws SyntaxError if the document is not JSON */
export const statementsOf = (document: unknown): readonly Statement[] =>
  listOf(recordOf(JSON.parse(String(document))).Statement).map(recordOf);

/** A list, or a single value as a list. */
export const listOf = (value: unknown): readonly unknown[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

const nameOf = ({ Sid, Action, NotAction }: Statement): string =>
  `statement ${Sid ?? JSON.stringify(Action ?? NotAction)}`;

/**
 * The differences between a policy document and its expected statements: statements that match no shape, shapes that match
 * no statement, and other keys. A document that two parsers could read differently (a duplicate key) matches nothing.
 */
export function* departures(text: unknown, shapes: readonly Shape[]): Generator<string> {
  const fault = faultOf(text);
  if (fault !== undefined) {
    yield `it cannot be read: ${fault}`;
    return;
  }
  const document = recordOf(JSON.parse(String(text)));
  const { Version, Statement: _, ...rest } = document;
  if (Version !== "2012-10-17") yield `its version is ${JSON.stringify(Version)} instead of 2012-10-17`;
  for (const key of Object.keys(rest)) yield `it has ${key}`;
  const missing = [...shapes];
  for (const statement of statementsOf(text)) {
    const index = missing.findIndex((shape) => fits(statement, shape));
    if (index >= 0) missing.splice(index, 1);
    else yield `${nameOf(statement)} is not known: ${JSON.stringify(statement)}`;
  }
  for (const shape of missing) yield `no statement is ${written(shape)}`;
}

export const hasStatement = (text: unknown, shape: Shape): boolean =>
  statementsOf(text).some((statement) => fits(statement, shape));

/** JSON.parse takes the last of duplicate keys; the YAML parser, which reads JSON too, refuses them. */
function faultOf(text: unknown): string | undefined {
  if (typeof text !== "string") return "it is not a string";
  try {
    JSON.parse(text);
    parse(text, { maxAliasCount: 0 });
    return undefined;
  } catch (error) {
    return String(error instanceof Error ? error.message : error).split("\n", 1)[0];
  }
}

/** One string or more, each matching the pattern as a whole. */
export class Several {
  readonly form: RegExp;

  constructor(form: RegExp) {
    this.form = form;
  }
}

function fits(statement: Statement, shape: Shape): boolean {
  const { Sid: _, ...found } = statement;
  return same(found, shape);
}

function same(found: unknown, wanted: unknown): boolean {
  if (wanted instanceof Several) {
    const texts = listOf(found);
    return texts.length > 0 && texts.every((one) => same(one, wanted.form));
  }
  if (Array.isArray(found) || Array.isArray(wanted)) {
    const [have, want] = [listOf(found), listOf(wanted)];
    return have.length === want.length && want.every((one) => have.some((other) => sameValue(other, one)));
  }
  return sameValue(found, wanted);
}

function sameValue(found: unknown, wanted: unknown): boolean {
  if (wanted instanceof RegExp) return typeof found === "string" && wholly(wanted).test(found);
  if (typeof wanted !== "object" || wanted === null) return found === wanted;
  if (typeof found !== "object" || found === null) return false;
  const [have, want] = [recordOf(found), recordOf(wanted)];
  const keys = Object.keys(want);
  return Object.keys(have).length === keys.length && keys.every((key) => key in have && same(have[key], want[key]));
}

const wholly = ({ source }: RegExp) => new RegExp(`^(?:${source})$`);

const written = (shape: Shape) =>
  JSON.stringify(shape, (_, value) => {
    if (value instanceof Several) return `/${value.form.source}/, ...`;
    return value instanceof RegExp ? `/${value.source}/` : value;
  });
