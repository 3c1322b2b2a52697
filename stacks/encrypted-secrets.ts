import { type Configuration, configurationKey, configurationNamespace, secretPathsIn } from "@metrics-link/config";
import { InvalidInputError, type Problem, valueAt } from "@metrics-link/contract";
import * as pulumi from "@pulumi/pulumi";
import { parseDocument } from "yaml";

/**
 * Refuses secrets that stand in the stack's file in clear: source control and the backend's history have them, whatever
 * the update does with them.
 * @param file the text of the stack's file; empty when the file is elsewhere (`--config-file`)
 * @throws InvalidInputError CONFIGURATION_INVALID
 */
export function requireEncrypted(configuration: Configuration, file: string): void {
  const stack = pulumi.getStack();
  const problems = secretsInClear(configuration, stack, file);
  if (problems.length > 0)
    throw new InvalidInputError(`Pulumi.${stack}.yaml has secrets in clear`, problems, "CONFIGURATION_INVALID");
}

/** @param file the text of the stack's file */
export function secretsInClear(configuration: Configuration, stack: string, file: string): Problem[] {
  const config: unknown = valueAt(parseDocument(file, { logLevel: "silent" }).toJS(), ["config"]);
  return secretPathsIn(configuration).flatMap((path) => {
    const [section, ...rest] = path;
    // Pulumi writes an encrypted value as `{ secure: … }`.
    if (typeof valueAt(config, [`${configurationNamespace}:${String(section)}`, ...rest]) !== "string") return [];
    const key = configurationKey(path);
    const command = `pulumi config set --path '${key}' --secret -s ${stack}`;
    const remedy = `encrypted, by \`${command}\`; and another secret, for this one was in a file`;
    return [{ key, value: "in clear", remedy }];
  });
}
