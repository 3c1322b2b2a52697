import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { LinkError } from "@metrics-link/contract";
import { releaseFiles } from "@metrics-link/envoy";
import { bundleOf } from "@metrics-link/host/bundle/index.ts";
import { type HostFile, type ReleaseInput, sha256 } from "@metrics-link/release";
import { soundRelease } from "../../test/unit/host/agent/fake-host.ts";
import type { Member } from "./fleet-members.ts";

/** CPU seconds of whole runs of the agent, Node's start included. */
export interface AgentCost {
  /** Brings a new release into force. */
  readonly convergeSeconds: number;
  /** Finds everything as it should be: the timer's run. */
  readonly idleSeconds: number;
}

/**
 * Runs the agent as a host does, as one file and without Node's compiler, with a receiver's release and the `/config_dump` of an Envoy
 * that runs it. Each run is a process of its own.
 */
export async function agentWith(
  files: readonly HostFile[],
  senders: readonly Member[],
  dump: string,
): Promise<AgentCost> {
  const folder = mkdtempSync(join(tmpdir(), "fleet-agent-"));
  try {
    const program = join(folder, "agent.mjs");
    writeFileSync(
      program,
      await bundleOf(fileURLToPath(new URL("../../test/unit/host/agent/whole-run", import.meta.url))),
    );
    const input = JSON.stringify({ release: releaseOf(files, senders), dump });
    const seconds = (mode: string) => {
      const { stdout, status } = spawnSync("node", ["--jitless", program, mode, join(folder, "host")], {
        input,
        encoding: "utf8",
        stdio: ["pipe", "pipe", "inherit"],
        env: { ...process.env, NODE_OPTIONS: "" },
      });
      if (status !== 0)
        throw new LinkError("COMMAND_FAILED", { what: `the agent of ${senders.length} senders failed` });
      return Number(stdout.trim().split("\n").at(-1));
    };
    return { convergeSeconds: seconds("converge"), idleSeconds: seconds("idle") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A receiver's release, as far as it grows with its senders. */
function releaseOf(files: readonly HostFile[], senders: readonly Member[]): ReleaseInput {
  const sound = soundRelease();
  const unit = "metrics-link-envoy.service";
  return {
    ...sound,
    files: [
      ...sound.files.filter(({ path }) => !path.startsWith("envoy/")),
      ...files.map((file) => ({ ...file, sha256: sha256(file.content) })),
    ],
    checks: [
      { kind: "envoyConfig", file: releaseFiles.bootstrap, user: "envoy" },
      { kind: "envoyMeaning", file: releaseFiles.bootstrap },
      ...senders.map(({ name, fingerprint }) => ({
        kind: "trustBundle" as const,
        file: releaseFiles.root(name),
        fingerprints: [fingerprint],
      })),
    ],
    probes: [
      { kind: "active", unit },
      { kind: "envoyRuns", unit, bootstrap: releaseFiles.bootstrap },
    ],
  };
}
