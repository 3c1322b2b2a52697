/** The arguments of a provider resource. */
import { type CheckFailure, checkValues, fillDefaults, isInternal } from "./check.ts";
import type { Properties } from "./schema.ts";
import type { Values } from "./values.ts";

/** Set by the engine or by resource options, and no business of a provider. */
const ENGINE_KEYS = ["version", "pluginDownloadURL"];

/**
 * A provider's arguments in their own types: SDKs send every argument that is not a string as a JSON text.
 * What is no JSON text stays as it is, for the check to name.
 */
export function parseConfiguration(variables: Values, schema: Properties): Values {
  const parsed: Values = {};
  for (const [name, value] of Object.entries(variables)) {
    if (ENGINE_KEYS.includes(name) || isInternal(name)) continue;
    const kind = schema[name]?.kind.type ?? "string";
    parsed[name] = typeof value === "string" && kind !== "string" && kind !== "json" ? parseText(value) : value;
  }
  return fillDefaults(parsed, schema);
}

function parseText(text: string): Values[string] {
  try {
    const value: Values[string] = JSON.parse(text);
    return value;
  } catch {
    return text;
  }
}

/** What is wrong with the arguments. */
export function checkConfiguration(variables: Values, schema: Properties, provider: string): CheckFailure[] {
  return checkValues(parseConfiguration(variables, schema), schema, `provider ${provider}`);
}
