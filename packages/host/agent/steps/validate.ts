import { asksATool, runCheck } from "../checks.ts";
import { type Run, releaseOf } from "../run.ts";

/**
 * Asks the real tools about the staged release; all objections together. What is in force and was not touched they have
 * been asked about before; certificates age, so these are looked at every time.
 */
export async function validate(run: Run): Promise<void> {
  const isKnown = run.wasInForce && run.touched.size === 0;
  const checks = releaseOf(run).checks.filter((check) => !(isKnown && asksATool(check)));
  const results = await Promise.all(
    checks.map((check) =>
      runCheck(run, check).then(
        () => [],
        (error: Error) => [`${check.kind}: ${error.message}`],
      ),
    ),
  );
  const objections = results.flat();
  if (objections.length > 0) throw new Error(objections.join("\n"));
}
