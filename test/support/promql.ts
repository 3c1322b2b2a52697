/** A node of a parsed query as Prometheus' `/api/v1/parse_query` gives it. */
type Node = {
  readonly type?: string;
  readonly name?: string;
  readonly matchers?: readonly { readonly name: string; readonly type: string; readonly value: string }[];
} & Readonly<Record<string, unknown>>;

/** A metric that an expression asks for, and which side's; without a side it is anybody's. */
export interface AskedFor {
  readonly name: string;
  readonly side: string | undefined;
}

/**
 * The metrics that expressions ask for, by Prometheus' own parser.
 * @param parse asks `/api/v1/parse_query`, and gives what it says as `data`
 */
export async function askedFor(
  expressions: readonly string[],
  parse: (query: string) => Promise<unknown>,
): Promise<AskedFor[]> {
  const tree = await parse(expressions.map((expression) => `(${expression})`).join(" or "));
  return [...new Map(selectorsOf(tree).map((one) => [`${one.side} ${one.name}`, one])).values()];
}

function selectorsOf(tree: unknown): AskedFor[] {
  if (typeof tree !== "object" || tree === null) return [];
  const { type = "", name, matchers = [], ...rest } = tree as Node;
  const side = matchers.find((matcher) => matcher.name === "link_side" && matcher.type === "=")?.value;
  const own = /^(vector|matrix)Selector$/.test(type) && name ? [{ name, side }] : [];
  return [...own, ...Object.values(rest).flatMap(selectorsOf)];
}
