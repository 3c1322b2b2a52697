import { type Beyond, configurationKey, configurationNamespace, secretPathsIn } from "@metrics-link/config";
import { valueAt } from "@metrics-link/contract";
import { parseDocument } from "yaml";

/**
 * The secrets that stand in the stack's file in clear: source control and the backend's history have them, whatever the
 * update does with them.
 * @param file the text of the stack's file; empty when the file is elsewhere (`--config-file`)
 */
export function secretsInClear(configuration: Parameters<Beyond>[0], stack: string, file: string) {
  const config: unknown = valueAt(parseDocument(file, { logLevel: "silent" }).toJS(), ["config"]);
  return secretPathsIn(configuration).flatMap((path) => {
    const [section, ...rest] = path;
    // Pulumi writes an encrypted value as `{ secure: … }`.
    if (typeof valueAt(config, [`${configurationNamespace}:${String(section)}`, ...rest]) !== "string") return [];
    const command = `pulumi config set --path '${configurationKey(path)}' --secret -s ${stack}`;
    const remedy = `encrypted, by \`${command}\`; and another secret, for this one was in a file in clear`;
    return [{ path, remedy }];
  });
}
