/** What the scaffold does with values around a provider's handlers: checking, diffing, previewing, keeping inputs. */
import { randomBytes } from "node:crypto";
import { type CheckFailure, checkValues, DEFAULTS, fillAssumed, fillDefaults, isInternal } from "./check.ts";
import { type Changes, diffValues } from "./diff.ts";
import type { Properties } from "./schema.ts";
import { isObject, UNKNOWN, type Value, type Values } from "./values.ts";

/** The part of a resource type that is needed here. `update` counts only as being there or not. */
export interface Schemas {
  readonly inputs: Properties;
  readonly outputs: Properties;
  readonly update?: unknown;
}

/** The inputs without the provider's notes to itself, at every depth. */
export function withoutInternals(inputs: Values): Values {
  return Object.fromEntries(
    Object.entries(inputs)
      .filter(([name]) => !isInternal(name))
      .map(([name, value]) => [name, withoutNotes(value)]),
  );
}

function withoutNotes(value: Value): Value {
  if (Array.isArray(value)) return value.map(withoutNotes);
  if (!isObject(value)) return value;
  const members = Object.entries(value).filter(([name]) => name !== DEFAULTS);
  return Object.fromEntries(members.map(([name, member]) => [name, withoutNotes(member)]));
}

/** The inputs as handlers get them. */
export function effective(inputs: Values, schema: Properties): Values {
  return fillAssumed(withoutInternals(inputs), schema);
}

/**
 * The program's inputs with defaults and automatic names, and what is wrong with them.
 *
 * @param olds the checked inputs of the resource as it is, for names to be kept; empty for a new resource
 * @param seed random bytes for automatic names, the same in preview and update
 * @param noted whether the inputs say which of them are defaults; those named automatically are always noted
 */
export function checkInputs(
  schema: Properties,
  token: string,
  resource: { name: string; olds: Values; news: Values; seed: Uint8Array },
  noted = false,
): { inputs: Values; failures: CheckFailure[] } {
  const given = withoutInternals(resource.news);
  const named = automaticNames(schema, given, resource);
  const failures = checkValues(fillDefaults({ ...given, ...named }, schema), schema, token);
  const { [DEFAULTS]: filled = [], ...inputs } = fillDefaults({ ...given, ...named }, schema, noted);
  const names = [...Object.keys(named), ...(filled as string[])].sort();
  return { inputs: noted || names.length > 0 ? { ...inputs, [DEFAULTS]: names } : inputs, failures };
}

function automaticNames(
  schema: Properties,
  given: Values,
  resource: { name: string; olds: Values; seed: Uint8Array },
): Values {
  const wasAutomatic = resource.olds[DEFAULTS];
  const names: Values = {};
  for (const [property, { options }] of Object.entries(schema)) {
    if (options.autoname === undefined || given[property] !== undefined) continue;
    const old = Array.isArray(wasAutomatic) && wasAutomatic.includes(property) ? resource.olds[property] : undefined;
    names[property] = old ?? automaticName(resource.name, options.autoname.maxLength, resource.seed);
  }
  return names;
}

/** `NAME-0123abc`, of at most `maxLength` characters. */
function automaticName(name: string, maxLength: number, seed: Uint8Array): string {
  const suffix = `-${Buffer.from(seed.length >= 4 ? seed : randomBytes(4))
    .toString("hex")
    .slice(0, 7)}`;
  return name.slice(0, maxLength - suffix.length) + suffix;
}

/** The changes that follow from the schema of a resource type. */
export function diffInputs(type: Schemas, olds: Values, news: Values): Changes {
  const changes = diffValues(effective(olds, type.inputs), effective(news, type.inputs), type.inputs);
  for (const [path, change] of changes) {
    // Optional and computed: what the program no longer says stays as it is.
    if (change.kind === "delete" && path in type.outputs) changes.delete(path);
    else if (type.update === undefined) changes.set(path, { ...change, replace: true });
  }
  return changes;
}

/**
 * The state that a preview shows: the inputs, what `known` says, the outputs on record that an update does not change,
 * and all other outputs unknown.
 */
export function previewState(type: Schemas, news: Values, known: Values, recorded: Values): Values {
  const state = effective(news, type.inputs);
  for (const [name, { options }] of Object.entries(type.outputs)) {
    if (state[name] !== undefined && !(name in known)) continue;
    const kept = options.changesOnUpdate === true ? undefined : recorded[name];
    state[name] = known[name] ?? kept ?? UNKNOWN;
  }
  return state;
}

/** The state of a resource that exists: its inputs, and its outputs over them. */
export function stateOf(type: Schemas, inputs: Values, outputs: Values, token: string): Values {
  const state = effective(inputs, type.inputs);
  for (const [name, value] of Object.entries(outputs)) {
    if (!(name in type.outputs)) {
      throw new Error(
        `${token}: the handler returned the output "${name}", which the schema of its outputs does not have`,
      );
    }
    if (value !== undefined) state[name] = value;
  }
  return state;
}

/**
 * The inputs to put on record after a refresh, such that only drift differs from the inputs on record: what the program
 * never set counts only if it is neither empty nor computed, and what is the same in meaning keeps its spelling.
 */
export function trackedInputs(type: Schemas, recorded: Values, read: Values): Values {
  if (Object.keys(recorded).length === 0) return read;
  const differences = diffValues(effective(recorded, type.inputs), effective(read, type.inputs), type.inputs);
  const changed = new Set([...differences.keys()].map(topLevel));
  const tracked: Values = {};
  for (const [name, value] of Object.entries({ ...recorded, ...read })) {
    const old = recorded[name];
    const assumed = type.inputs[name]?.options.assumed !== undefined && !changed.has(name);
    if (old === undefined && (name in type.outputs || isEmpty(value) || assumed)) continue;
    if (isInternal(name) || !changed.has(name)) tracked[name] = old ?? value;
    else if (read[name] !== undefined) tracked[name] = read[name];
  }
  return tracked;
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return (
    value === "" || value === undefined || (isObject(value as Values) && Object.keys(value as Values).length === 0)
  );
}

/** The property a path begins at: `ingress` of `ingress[0].toPort`. */
export function topLevel(path: string): string {
  return path.startsWith("[") ? String(JSON.parse(path.slice(1, path.indexOf("]")))) : (path.split(/[.[]/)[0] ?? path);
}
