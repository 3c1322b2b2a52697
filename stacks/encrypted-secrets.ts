import {
  type Beyond,
  configurationKey,
  configurationNamespace,
  configurationOf,
  secretPathsIn,
} from "@metrics-link/config";
import { valueAt } from "@metrics-link/contract";
import { parseDocument } from "yaml";

/**
 * The secrets that stand in the stack's file in clear: source control and the backend's history have them, whatever the
 * update does with them.
 * @param file the text of the stack's file; empty when the file is elsewhere (`--config-file`)
 */
export function secretsInClear(configuration: Parameters<Beyond>[0], stack: string, file: string) {
  const config: unknown = valueAt(parseDocument(file, { logLevel: "silent", merge: true }).toJS(), ["config"]);
  // A section may be a JSON text, as Pulumi's runtime hands it over.
  const written = configurationOf(configurationNamespace, typeof config === "object" ? { ...config } : {});
  return secretPathsIn(configuration).flatMap((path) => {
    // Pulumi writes an encrypted value as `{ secure: … }`.
    if (typeof valueAt(written, path) !== "string") return [];
    const command = `pulumi config set --path '${configurationKey(path)}' --secret -s ${stack}`;
    const remedy = `encrypted, by \`${command}\`; and another secret, for this one was in a file in clear`;
    return [{ path, remedy }];
  });
}
