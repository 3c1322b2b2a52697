import { isSecret, schemaAt } from "./known.ts";
import { configurationSchemas } from "./schema.ts";

/**
 * Whether a key of a stack's configuration holds a secret, by the schema of either role. No other key may hold one.
 * @param path without the namespace, parts joined by dots
 */
export function isSecretKey(path: string): boolean {
  const parts = path.split(".");
  if (parts.includes("")) return false;
  return Object.values(configurationSchemas).some((schema) => {
    const own = schemaAt(schema, parts);
    return own !== undefined && isSecret(own);
  });
}

/** The keys of a configuration that hold a secret, each as its path. */
export function secretPathsIn(configuration: unknown, at: readonly PropertyKey[] = []): (readonly PropertyKey[])[] {
  if (isSecretKey(at.join("."))) return [at];
  if (typeof configuration !== "object" || configuration === null) return [];
  const members = Array.isArray(configuration) ? [...configuration.entries()] : Object.entries(configuration);
  return members.flatMap(([key, inner]) => secretPathsIn(inner, [...at, key]));
}
