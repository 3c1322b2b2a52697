import { LinkError, printableLines } from "@metrics-link/contract";
import { checkWebConfigText, isAdmitting } from "@metrics-link/exporter";

/**
 * Requires a web configuration that lets in exactly those whom the release names, and nobody else.
 * @param text of the secret; the agent cannot read it any more once it has given it to its user
 * @throws LinkError `RELEASE_CHECK_FAILED`; never shows the text, which holds a key
 */
export function requireWebConfig(text: string, admits: string): void {
  const found = checkWebConfigText(text);
  if (found.length === 0 && !isAdmitting(text, admits)) found.push("it admits others than the release says");
  if (found.length > 0) {
    throw new LinkError("RELEASE_CHECK_FAILED", {
      what: printableLines(`the exporter's web configuration: ${found.join("; ")}`),
    });
  }
}
