import type { Release } from "@metrics-link/release";
import type { Effects } from "./effects.ts";
import { fencesOf } from "./fences.ts";
import { storedRelease } from "./releases.ts";
import { exitCodes, type HandedOver } from "./run.ts";
import { type StatusReport, statusText, writeReport } from "./status-report.ts";
import { writeTextfile } from "./textfile.ts";

/** Tells how a run ended: on standard output, in `status.json`, and as metrics. @returns the exit code */
export async function finish(effects: Effects, result: StatusReport | HandedOver): Promise<number> {
  if ("exitCode" in result) return result.exitCode;
  console.log(statusText(result));
  await writeReport(effects.root, result);
  const release = result.release ? await storedRelease(effects, result.release) : undefined;
  await writeTextfile(effects.root, result, release, release && (await fences(effects, release)));
  return exitCodes[result.outcome];
}

/** If systemd does not tell, only the metrics about fences are absent. */
const fences = (effects: Effects, release: Release) =>
  fencesOf(effects, release).catch((error: Error) => {
    console.error(`The units' fences are unknown: ${error.message}`);
    return [];
  });
