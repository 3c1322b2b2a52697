import { runCheck } from "../checks.ts";
import { type Run, releaseOf } from "../run.ts";

/** Asks the real tools about the staged release; all objections together. */
export async function validate(run: Run): Promise<void> {
  const objections: string[] = [];
  for (const check of releaseOf(run).checks) {
    await runCheck(run, check).catch((error: Error) => objections.push(`${check.kind}: ${error.message}`));
  }
  if (objections.length > 0) throw new Error(objections.join("\n"));
}
