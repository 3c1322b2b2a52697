import { realpath } from "node:fs/promises";
import { hostPaths, type ReleaseHead } from "@metrics-link/release";
import { downloadVerified, ensureTool, toolDirectory } from "../download.ts";
import { exitCodes } from "../outcomes.ts";
import { exists, placeLink } from "../place-file.ts";
import { at, type Run } from "../run.ts";

/** Another agent ran in this one's place and said what there is to say. */
export interface HandedOver {
  readonly exitCode: number;
}

/**
 * Hands over to the agent and the Node that the release wants, if these are others. They prove themselves by bringing
 * the host to the release; only then do they become the ones that the next run starts with (`adopt`).
 */
export async function handOverToWanted(run: Run): Promise<HandedOver | undefined> {
  const { agent, node } = headOf(run);
  const nodeFile = at(run.effects, nodePath(run));
  const agentFile = at(run.effects, agentPath(run));
  const present = await realpath(nodeFile).catch(() => undefined);
  if (agent.sha256 === run.self.agentSha256 && present === run.self.nodePath) return undefined;
  if (run.self.tookOver) {
    throw new Error(
      `Agent ${run.self.agentSha256} on ${run.self.nodePath} took over, but the release wants agent ${agent.sha256} on ${nodeFile}`,
    );
  }
  await ensureTool(run, node);
  if (!(await exists(agentFile))) await downloadVerified(run.effects, agent.key, agent.sha256, agentFile);
  const exitCode = await run.effects.handOverTo([
    nodeFile,
    "--jitless",
    "--use-system-ca",
    agentFile,
    ...run.self.argv,
  ]);
  if (Object.values(exitCodes).includes(exitCode)) return { exitCode };
  throw new Error(`Agent ${agent.sha256} does not run on this host: exit code ${exitCode}`);
}

/** Makes the release's agent and Node the ones that the next run starts with. */
export async function adopt(run: Run): Promise<void> {
  await placeLink(at(run.effects, hostPaths.base, "bin/node"), nodePath(run));
  await placeLink(at(run.effects, hostPaths.base, "bin/agent.mjs"), agentPath(run));
}

function headOf({ head }: Run): ReleaseHead {
  if (head === undefined) throw new Error("no release was fetched yet");
  return head;
}

function nodePath(run: Run): string {
  const { node } = headOf(run);
  return `${toolDirectory(node)}/${node.executables.node}`;
}

function agentPath(run: Run): string {
  return `${hostPaths.base}/agent/${headOf(run).agent.sha256}.mjs`;
}
