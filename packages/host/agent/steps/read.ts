import { parseRelease } from "@metrics-link/release";
import type { Run } from "../run.ts";

/** Reads the whole release. Only now: this is the agent that knows its format. @throws InvalidInputError */
export async function readRelease(run: Run): Promise<void> {
  if (run.text === undefined) throw new Error("no release was fetched yet");
  run.release = parseRelease(JSON.parse(run.text));
}
