import type { Run } from "../run.ts";

/** @throws Error that says what waits, and for what, when a service could not be given its change yet */
export async function settle(run: Run): Promise<void> {
  const waiting = [...run.holds.values()].map(({ unit, action, reason }) => `${action} of ${unit} waits: ${reason}`);
  if (waiting.length > 0) throw new Error(waiting.join("\n"));
}
