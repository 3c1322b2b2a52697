import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Configuration, configurationNamespace, secretPathsIn } from "@metrics-link/config";
import { InvalidInputError, type Problem, valueAt } from "@metrics-link/contract";
import * as pulumi from "@pulumi/pulumi";
import { parseDocument } from "yaml";

/**
 * Refuses secrets that stand in the stack's file in clear: source control and the backend's history have them, whatever
 * the update does with them.
 * @throws InvalidInputError CONFIGURATION_INVALID
 */
export function requireEncrypted(configuration: Configuration): void {
  const stack = pulumi.getStack();
  const problems = secretsInClear(configuration, stack, stackFile(stack));
  if (problems.length > 0)
    throw new InvalidInputError(`Pulumi.${stack}.yaml has secrets in clear`, problems, "CONFIGURATION_INVALID");
}

/** Empty when the file is elsewhere (`--config-file`). */
function stackFile(stack: string): string {
  try {
    // Pulumi.yaml: stackConfigDir.
    return readFileSync(join(pulumi.getRootDirectory(), "stacks", `Pulumi.${stack}.yaml`), "utf8");
  } catch {
    return "";
  }
}

/** @param file the text of the stack's file */
export function secretsInClear(configuration: Configuration, stack: string, file: string): Problem[] {
  const config: unknown = valueAt(parseDocument(file, { logLevel: "silent" }).toJS(), ["config"]);
  return secretPathsIn(configuration).flatMap(([section, ...path]) => {
    // Pulumi writes an encrypted value as `{ secure: … }`.
    if (typeof valueAt(config, [`${configurationNamespace}:${section}`, ...path]) !== "string") return [];
    const parts = path.map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${part}`));
    const key = `${configurationNamespace}:${section}${parts.join("")}`;
    const command = `pulumi config set --path '${key}' --secret -s ${stack}`;
    const remedy = `encrypted, by \`${command}\`; and another secret, for this one was in a file`;
    return [{ key, value: "in clear", remedy }];
  });
}
