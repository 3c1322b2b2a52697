import type { Side } from "../world/accounts.ts";
import type { Sandbox } from "./sandbox.ts";

/** What a Prometheus adds to each series and alert that it sends, from the stack's configuration. */
export function externalLabels(
  { files }: Pick<Sandbox, "files">,
  side: Side = "sender",
): Readonly<Record<string, string>> {
  return files.section<{ externalLabels?: Record<string, string> }>(side, "prometheus").externalLabels ?? {};
}
