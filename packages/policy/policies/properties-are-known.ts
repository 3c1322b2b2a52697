import { byDefault, madeByProviders, setByTheProgram } from "../model/known-properties.ts";
import { type Expected, faultOf, knownValues } from "../model/known-values.ts";
import { asked, type Context, type Finding, isUnknownValue, type ResourceRule } from "../model/policy.ts";

export const propertiesAreKnown: ResourceRule = {
  kind: "resource",
  name: "properties-are-known",
  fence: "account",
  rule: "A resource, and its provider, has no property but those that the program sets, and who a host is stands fixed.",
  reason: "Inline routes, a replica, a second group or another endpoint of AWS are one property more each.",
  remedy: "Take the property back, or add it to packages/policy/model/known-properties.ts, where a reviewer sees it.",
  source:
    "docs/decisions/0652; Saltzer and Schroeder, The Protection of Information in Computer Systems: fail-safe defaults",
  *check({ type, props, provider }, context) {
    yield* findingsIn(type, props, context, "");
    if (provider !== undefined)
      yield* findingsIn(provider.type, provider.props, context, `its provider ${provider.name}: `);
  },
};

function* findingsIn(type: string, props: object, { configuration }: Context, where: string): Generator<Finding> {
  // Types that nothing is known of have a policy of their own: types-are-known. Components and stacks have no properties.
  const known = setByTheProgram[type] ?? madeByProviders[type];
  if (known === undefined) return;
  // The AWS provider may write these into every resource: its own tags, alone or with the resource's, and where that is.
  const ofAws = type.startsWith("aws:");
  const names = new Set([...known, ...(madeByProviders[type] ?? []), ...(ofAws ? ["region", "tags", "tagsAll"] : [])]);
  const values: Readonly<Record<string, Expected>> = {
    ...knownValues(configuration)[type],
    ...(ofAws && { region: configuration.account.region }),
  };
  const defaults = byDefault[type] ?? {};
  for (const { path, read, holdsKnown } of leavesOf(
    type.startsWith("pulumi:providers:") ? parsed(props) : props,
    "",
    names,
  )) {
    yield* asked(undefined, function* () {
      const expected = values[path];
      if (names.has(path)) {
        const fault = expected === undefined ? undefined : faultOf(read(), expected);
        if (fault !== undefined) yield `${where}${path} is ${fault}`;
      } else if (path in defaults) {
        if (read() !== defaults[path])
          yield `${where}${path} is ${JSON.stringify(read())} instead of ${defaults[path]}`;
      } else {
        // What known properties stand in may be unknown as a whole, and then nothing is to be said yet.
        if (holdsKnown) read();
        yield `${where}${path} is set, which the program does not do`;
      }
    });
  }
}

/** An explicit provider has its lists and objects as JSON. */
const parsed = (props: object): object =>
  Object.fromEntries(
    Object.entries(props).map(([key, value]) => [
      key,
      typeof value === "string" && /^[[{]/.test(value) ? JSON.parse(value) : value,
    ]),
  );

interface Leaf {
  readonly path: string;
  /** Throws where the value is not known yet. A name is known even then. */
  readonly read: () => unknown;
  /** Whether known properties would stand below it, if it were an object or a list. */
  readonly holdsKnown: boolean;
}

/** Every property by its path, down to what is known by name or has nothing below it. */
function* leavesOf(props: object, prefix: string, names: ReadonlySet<string>): Generator<Leaf> {
  for (const key of Object.keys(props)) {
    yield* leavesAt(`${prefix}${key}`, () => (props as Record<string, unknown>)[key], names);
  }
}

function* leavesAt(path: string, read: () => unknown, names: ReadonlySet<string>): Generator<Leaf> {
  const holdsKnown = [...names].some((name) => name.startsWith(`${path}.`) || name.startsWith(`${path}[]`));
  const value = names.has(path) ? undefined : told(read);
  if (names.has(path) || value === notKnown) yield { path, read, holdsKnown };
  else if (value === undefined || value === null) return;
  else if (Array.isArray(value) && (holdsKnown || value.length === 0)) {
    for (const index of value.keys()) yield* leavesAt(`${path}[]`, () => value[index], names);
  } else if (typeof value === "object" && (holdsKnown || Object.keys(value).length === 0)) {
    yield* leavesOf(value, `${path}.`, names);
  } else yield { path, read, holdsKnown };
}

const notKnown = {};

/** What is there, or a mark where nobody knows yet. */
function told(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    if (!isUnknownValue(error)) throw error;
    return notKnown;
  }
}
