import { LinkError } from "@metrics-link/contract";
import {
  type EvidencePartName,
  evidenceParts,
  type HostEvidence,
  hostEvidenceVersion,
  type Release,
} from "@metrics-link/release";
import type { Effects } from "../effects.ts";
import { bundlesOnDisk, certificatesOnDisk, filesOnDisk, releaseOnDisk, toolsOnDisk } from "./disk.ts";
import { runningEnvoy } from "./envoy.ts";
import { runningGate } from "./gate.ts";
import { lastHandshakes } from "./handshakes.ts";
import { fencesInForce, lastReport, listeningSockets, runningUnits } from "./running.ts";

/**
 * Reads what this host is and runs, and changes nothing. A part that cannot be read says why; the others are still there.
 * @param wanted the parts to read; the others say that they were not asked for
 */
export async function evidence(
  effects: Effects,
  host: string,
  wanted: readonly EvidencePartName[] = evidenceParts,
): Promise<HostEvidence> {
  const release = await part(() => releaseOnDisk(effects));
  const asked = <Value>(name: EvidencePartName, read: () => Promise<Value>) =>
    part(async () => {
      if (!wanted.includes(name)) throw new LinkError("EVIDENCE_UNAVAILABLE", { what: "this part was not asked for" });
      return await read();
    });
  const ofRelease = <Value>(name: EvidencePartName, read: (document: Release) => Promise<Value>) =>
    asked(name, async () => {
      if ("error" in release)
        throw new LinkError("EVIDENCE_UNAVAILABLE", {
          what: `the release in force could not be read: ${release.error}`,
        });
      return await read(release.value.document);
    });
  return {
    formatVersion: hostEvidenceVersion,
    takenAt: new Date(effects.now()).toISOString(),
    host,
    release: "value" in release ? { value: release.value.summary } : release,
    agent: await asked("agent", () => lastReport(effects)),
    files: await ofRelease("files", (document) => filesOnDisk(effects, document)),
    certificates: await ofRelease("certificates", (document) => certificatesOnDisk(effects, document)),
    bundles: await ofRelease("bundles", (document) => bundlesOnDisk(effects, document)),
    envoy: await asked("envoy", () => runningEnvoy(effects)),
    gate: await ofRelease("gate", (document) => runningGate(effects, document)),
    units: await ofRelease("units", (document) => runningUnits(effects, document)),
    tools: await ofRelease("tools", (document) => toolsOnDisk(effects, document)),
    listening: await asked("listening", () => listeningSockets(effects)),
    fences: await ofRelease("fences", (document) => fencesInForce(effects, document)),
    handshakes: await asked("handshakes", () => lastHandshakes(effects)),
  };
}

async function part<Value>(read: () => Promise<Value>): Promise<{ value: Value } | { error: string }> {
  try {
    return { value: await read() };
  } catch (error) {
    return { error: (error as Error).message };
  }
}
