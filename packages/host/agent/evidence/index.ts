import type { HostEvidence } from "@metrics-link/contract/host-evidence.ts";
import { hostEvidenceVersion } from "@metrics-link/contract/host-evidence.ts";
import type { Effects } from "../effects.ts";
import { bundlesOnDisk, certificatesOnDisk } from "./certificates.ts";
import { runningEnvoy } from "./envoy.ts";
import { filesOnDisk, releaseOnDisk, toolsOnDisk } from "./files.ts";
import { lastHandshakes } from "./handshakes.ts";
import { listeningSockets } from "./sockets.ts";
import { lastReport, runningUnits } from "./units.ts";

/**
 * Reads what this host is and runs, and changes nothing. Each part stands by itself: one that cannot be read says why,
 * and the others are there all the same.
 */
export async function evidence(effects: Effects, host: string): Promise<HostEvidence> {
  const release = await part(() => releaseOnDisk(effects));
  const document = "value" in release ? release.value.document : undefined;
  const ofRelease = <Value>(read: (found: NonNullable<typeof document>) => Promise<Value>) =>
    part(async () => {
      if (document === undefined) throw new Error("the release in force could not be read");
      return read(document);
    });
  return {
    formatVersion: hostEvidenceVersion,
    takenAt: new Date(effects.now()).toISOString(),
    host,
    release: "value" in release ? { value: release.value.told } : release,
    agent: await part(() => lastReport(effects)),
    files: await ofRelease((found) => filesOnDisk(effects, found)),
    certificates: await ofRelease((found) => certificatesOnDisk(effects, found)),
    bundles: await ofRelease((found) => bundlesOnDisk(effects, found)),
    envoy: await part(() => runningEnvoy(effects)),
    units: await ofRelease((found) => runningUnits(effects, found)),
    tools: await ofRelease((found) => toolsOnDisk(effects, found)),
    listening: await part(() => listeningSockets(effects)),
    handshakes: await part(() => lastHandshakes(effects)),
  };
}

async function part<Value>(read: () => Promise<Value>): Promise<{ value: Value } | { error: string }> {
  try {
    return { value: await read() };
  } catch (error) {
    return { error: (error as Error).message };
  }
}
