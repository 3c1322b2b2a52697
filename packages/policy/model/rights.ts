import { parse } from "yaml";

/** One statement of an IAM policy document, as JSON has it. */
export type Statement = Readonly<Record<string, unknown>>;

/**
 * A statement as it has to be: exactly these keys, `Sid` aside. A value stands for itself, a list for its members in any
 * order, and a list of one for its member, as in IAM. A regular expression stands for every whole text that it matches,
 * `Several` for any number of such texts.
 */
export type Shape = Readonly<Record<string, unknown>>;

/** The statements of a document, which AWS lets be one or a list. */
export const statementsOf = (text: string): readonly Statement[] =>
  listOf(documentOf(text).Statement as Statement | readonly Statement[]);

export const listOf = <Item>(value: Item | readonly Item[] | undefined): readonly Item[] =>
  value === undefined ? [] : ([value].flat() as Item[]);

export const nameOf = ({ Sid, Action, NotAction }: Statement): string =>
  `statement ${Sid ?? JSON.stringify(Action ?? NotAction)}`;

/**
 * In which a policy document differs from what is known: statements that fit no shape, shapes that no statement fits, and
 * what else the document says. A document that two parsers could read differently (a key twice) fits nothing.
 */
export function* departures(text: string, shapes: readonly Shape[]): Generator<string> {
  const fault = faultOf(text);
  if (fault !== undefined) {
    yield `it cannot be read: ${fault}`;
    return;
  }
  const document = documentOf(text);
  const { Version, Statement: _, ...rest } = document;
  if (Version !== "2012-10-17") yield `its version is ${JSON.stringify(Version)} instead of 2012-10-17`;
  for (const key of Object.keys(rest)) yield `it has ${key}`;
  const missing = [...shapes];
  for (const statement of statementsOf(text)) {
    const index = missing.findIndex((shape) => fits(statement, shape));
    if (index >= 0) missing.splice(index, 1);
    else yield `${nameOf(statement)} is none that is known: ${JSON.stringify(statement)}`;
  }
  for (const shape of missing) yield `no statement is ${written(shape)}`;
}

export const hasStatement = (text: string, shape: Shape): boolean =>
  statementsOf(text).some((statement) => fits(statement, shape));

const documentOf = (text: string): Readonly<Record<string, unknown>> => JSON.parse(text);

/** JSON.parse takes the last of two keys of one name; the YAML library, for which JSON is YAML, refuses them. */
function faultOf(text: string): string | undefined {
  try {
    JSON.parse(text);
    parse(text, { maxAliasCount: 0 });
    return undefined;
  } catch (error) {
    return (error as Error).message.split("\n", 1)[0];
  }
}

/** One text or more, each wholly of this form. */
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
  const [have, want] = [found as Record<string, unknown>, wanted as Record<string, unknown>];
  const keys = Object.keys(want);
  return Object.keys(have).length === keys.length && keys.every((key) => key in have && same(have[key], want[key]));
}

const wholly = ({ source }: RegExp) => new RegExp(`^(?:${source})$`);

const written = (shape: Shape) =>
  JSON.stringify(shape, (_, value) => {
    if (value instanceof Several) return `/${value.form.source}/, ...`;
    return value instanceof RegExp ? `/${value.source}/` : value;
  });
