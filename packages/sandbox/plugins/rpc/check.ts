/** Checks property values against their schema. */
import { type Path, pathText, suggest } from "./paths.ts";
import type { Kind, Properties, Property } from "./schema.ts";
import {
  Archive,
  Asset,
  hasUnknown,
  isObject,
  mergeSecrets,
  type SecretTree,
  UNKNOWN,
  type Value,
  type Values,
} from "./values.ts";

/** What is wrong with which property. An empty `property` means the resource as a whole. */
export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

/**
 * Everything that is wrong with `values`: missing and unknown properties, wrong kinds, values outside `oneOf`, and what
 * each property's `validate` says. Unknown values pass: the same check runs again when they are known.
 *
 * @param owner what the properties belong to, for the messages
 */
export function checkValues(values: Values, schema: Properties, owner: string, path: Path = []): CheckFailure[] {
  const failures: CheckFailure[] = [];
  for (const name of Object.keys(values)) {
    if (name in schema || (path.length === 0 && isInternal(name))) continue;
    failures.push({
      property: pathText([...path, name]),
      reason: `${owner} has no property "${name}" here${suggest(name, Object.keys(schema))}; modelled are: ${Object.keys(schema).sort().join(", ")}`,
    });
  }
  for (const [name, property] of Object.entries(schema)) {
    const value = values[name];
    if (value !== undefined) failures.push(...checkValue(value, property, owner, [...path, name]));
    else if (property.options.required) {
      failures.push({ property: pathText([...path, name]), reason: `${owner} needs "${name}", which is missing` });
    }
  }
  return failures;
}

/** Names such as `__defaults` are notes of a provider to itself in the inputs, not properties. */
export function isInternal(name: string): boolean {
  return name.startsWith("__");
}

function checkValue(value: Value, property: Property, owner: string, path: Path): CheckFailure[] {
  if (value === UNKNOWN) return [];
  const { kind, options } = property;
  const wrong = wrongKind(value, kind);
  if (wrong !== undefined) return [{ property: pathText(path), reason: wrong }];
  if (options.oneOf !== undefined && !options.oneOf.includes(value)) {
    const allowed = options.oneOf.map((item) => JSON.stringify(item)).join(", ");
    return [{ property: pathText(path), reason: `is ${JSON.stringify(value)}, but must be one of ${allowed}` }];
  }
  const inside = checkInside(value, kind, owner, path);
  if (inside.length > 0) return inside;
  const reason = hasUnknown(value) ? undefined : options.validate?.(value as never);
  return reason === undefined ? [] : [{ property: pathText(path), reason }];
}

function checkInside(value: Value, kind: Kind, owner: string, path: Path): CheckFailure[] {
  if (kind.type === "object") return checkValues(value as Values, kind.properties, `${owner} ${pathText(path)}`, path);
  if (kind.type === "map") {
    return Object.entries(value as Values).flatMap(([name, item]) =>
      checkValue(item, kind.item, owner, [...path, name]),
    );
  }
  if (kind.type === "list" || kind.type === "set") {
    return (value as Value[]).flatMap((item, index) => checkValue(item, kind.item, owner, [...path, index]));
  }
  return [];
}

/** Why the value is not of this kind, or undefined. Values themselves are not shown: they may be secret. */
function wrongKind(value: Value, kind: Kind): string | undefined {
  const is = describe(value);
  switch (kind.type) {
    case "any":
      return undefined;
    case "json":
      if (typeof value !== "string") return `must be a string with a JSON document, but is ${is}`;
      return isJson(value) ? undefined : "must be a JSON document, but cannot be parsed as one";
    case "integer":
      return Number.isInteger(value) ? undefined : `must be a whole number, but is ${is}`;
    case "asset":
      return value instanceof Asset ? undefined : `must be an asset (pulumi.asset.*Asset), but is ${is}`;
    case "archive":
      return value instanceof Archive ? undefined : `must be an archive (pulumi.asset.*Archive), but is ${is}`;
    case "list":
    case "set":
      return Array.isArray(value) ? undefined : `must be a list, but is ${is}`;
    case "map":
    case "object":
      return isObject(value) ? undefined : `must be an object, but is ${is}`;
    default:
      return typeof value === kind.type ? undefined : `must be a ${kind.type}, but is ${is}`;
  }
}

function describe(value: Value): string {
  if (value instanceof Asset) return "an asset";
  if (value instanceof Archive) return "an archive";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return value === null ? "null" : "an object";
  return `a ${typeof value}`;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Names of the inputs that a bridged provider gave a value, noted in each object of the inputs. */
export const DEFAULTS = "__defaults";

/**
 * The inputs with defaults filled in, at every depth.
 * @param noted whether each object lists what was filled in under {@link DEFAULTS}, as bridged providers do
 * (pulumi-terraform-bridge pkg/tfbridge/schema.go, applyDefaults)
 */
export function fillDefaults(values: Values, schema: Properties, noted = false): Values {
  return fill(values, schema, ({ options }) => options.default, noted);
}

/** The inputs as handlers and the state have them: with what the service assumes, at every depth. */
export function fillAssumed(values: Values, schema: Properties): Values {
  return fill(values, schema, ({ options }) => options.assumed, false);
}

function fill(values: Values, schema: Properties, fillerOf: (property: Property) => unknown, noted: boolean): Values {
  const filled: Values = { ...values };
  const added: string[] = [];
  for (const [name, property] of Object.entries(schema)) {
    const value = values[name] ?? (fillerOf(property) as Value | undefined);
    if (value === undefined) continue;
    if (values[name] === undefined) added.push(name);
    filled[name] = fillInside(value, property.kind, (inner, members) => fill(inner, members, fillerOf, noted));
  }
  return noted ? { ...filled, [DEFAULTS]: added.sort() } : filled;
}

function fillInside(value: Value, kind: Kind, fillObject: (value: Values, members: Properties) => Values): Value {
  const inside = (item: Value, { kind: own }: Property) => fillInside(item, own, fillObject);
  if (kind.type === "object" && isObject(value)) return fillObject(value, kind.properties);
  if ((kind.type === "list" || kind.type === "set") && Array.isArray(value)) {
    return value.map((item) => inside(item, kind.item));
  }
  if (kind.type === "map" && isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, inside(item, kind.item)]));
  }
  return value;
}

/** The places a schema calls secret, among those that `values` has. */
export function schemaSecrets(values: Values, schema: Properties): SecretTree | undefined {
  const trees = Object.entries(schema).map(([name, property]) => {
    const value = values[name];
    if (value === undefined) return undefined;
    const inside =
      property.options.secret === true
        ? true
        : property.kind.type === "object" && isObject(value)
          ? schemaSecrets(value, property.kind.properties)
          : undefined;
    return inside === undefined ? undefined : new Map([[name, inside]]);
  });
  return mergeSecrets(...trees);
}
