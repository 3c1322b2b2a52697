import { realpath, rm, statfs } from "node:fs/promises";
import { LinkError } from "@metrics-link/contract";
import {
  hostPaths,
  parseReleaseHead,
  type ReleaseHead,
  releaseKeys,
  sha256,
  unpackedRelease,
} from "@metrics-link/release";
import { willChange } from "../drift.ts";
import { exists, placeLink } from "../files.ts";
import { driftedTool } from "../plan.ts";
import { releaseIn, storedText } from "../releases.ts";
import { at, documentOf, exitCodes, type HandedOver, type Run, releaseOf } from "../run.ts";
import { downloadVerified, ensureTool, isAsSealed, toolDirectory } from "../tools.ts";

/**
 * Gets the release document, from disk when its hash is right, else from the bucket, and parses the head, which every
 * agent understands.
 */
export async function fetchRelease(run: Run): Promise<void> {
  const { identity, target } = run;
  const text =
    (await storedText(run.effects, target)) ??
    unpackedRelease(await run.effects.getObject(releaseKeys.release(identity.host, target)));
  const found = sha256(text);
  if (found !== target)
    throw new LinkError("HASH_MISMATCH", {
      what: `The release document has the SHA-256 ${found}, not ${target}: it was changed after publishing`,
    });
  const written = text.toString();
  run.document = { text: written, json: JSON.parse(written) };
  run.head = parseReleaseHead(run.document.json);
  if (run.head.host === identity.host) return;
  throw new LinkError("RELEASE_INVALID", {
    what: `The release is for the host ${run.head.host}, this is ${identity.host}`,
  });
}

/**
 * Hands over to the agent and the Node that the release wants, unless they run already. They prove themselves by bringing
 * the host to the release; only then does the next run start with them (`adopt`).
 */
export async function handOverToWanted(run: Run): Promise<HandedOver | undefined> {
  const { agent, node } = headOf(run);
  const nodeFile = at(run.effects, nodePath(run));
  const agentFile = at(run.effects, agentPath(run));
  const present = await realpath(nodeFile).catch(() => undefined);
  if (agent.sha256 === run.self.agentSha256 && present === run.self.nodePath) return undefined;
  if (run.self.tookOver) {
    throw new LinkError("HOST_UNFIT", {
      what: `Agent ${run.self.agentSha256} on ${run.self.nodePath} took over, but the release wants agent ${agent.sha256} on ${nodeFile}`,
    });
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
  throw new LinkError("HOST_UNFIT", { what: `Agent ${agent.sha256} does not run on this host: exit code ${exitCode}` });
}

/** Has the next run start with the release's agent and Node. */
export async function adopt(run: Run): Promise<void> {
  await placeLink(at(run.effects, hostPaths.base, "bin/node"), nodePath(run));
  await placeLink(at(run.effects, hostPaths.base, "bin/agent.mjs"), agentPath(run));
}

function headOf({ head }: Run): ReleaseHead {
  if (head === undefined) throw new LinkError("INTERNAL", { what: "no release was fetched yet" });
  return head;
}

function nodePath(run: Run): string {
  const { node } = headOf(run);
  return `${toolDirectory(node)}/${node.executables.node}`;
}

function agentPath(run: Run): string {
  return `${hostPaths.base}/agent/${headOf(run).agent.sha256}.mjs`;
}

/**
 * Parses the whole release. Not before the hand-over: only the release's own agent is sure to know its format.
 * @throws InvalidInputError
 */
export async function readRelease(run: Run): Promise<void> {
  const { json } = documentOf(run);
  run.release = releaseIn(run.target, () => json);
}

/** The archive itself, and its unpacked content, which is up to four times as large. */
const archiveAndUnpacked = 5;
/** Stays free for the journal, the agent's memory, and an engineer who looks into a nearly full host. */
const reserveBytes = 64 * 1024 * 1024;
const mebibytes = (bytes: number) => `${Math.ceil(bytes / 1024 / 1024)} MiB`;

/**
 * Checks that the disk has room for a release before anything is written: a disk that fills up half-way would take the
 * journal and the agent's memory with it.
 * @throws LinkError `HOST_UNFIT` with the space needed and the space free
 */
export async function requireSpace(run: Run): Promise<void> {
  const { tools, files } = releaseOf(run);
  const present = await Promise.all(tools.map((tool) => exists(at(run.effects, toolDirectory(tool)))));
  const missing = tools.filter((_, index) => !present[index]);
  const needed =
    missing.reduce((sum, { size }) => sum + size * archiveAndUnpacked, 0) +
    // Each file twice: by itself, and in the release document.
    files.reduce((sum, { content }) => sum + 2 * Buffer.byteLength(content), 0);
  const { bavail, bsize } = await statfs(at(run.effects, hostPaths.base));
  if (bavail * bsize >= needed + reserveBytes) return;
  throw new LinkError("HOST_UNFIT", {
    what:
      `${hostPaths.base} has ${mebibytes(bavail * bsize)} free; this release takes ${mebibytes(needed)}, ` +
      `and ${mebibytes(reserveBytes)} must stay free`,
  });
}

/** Downloads and unpacks the release's tools. One whose executables were changed is replaced. */
export async function fetchTools(run: Run): Promise<void> {
  for (const tool of releaseOf(run).tools) {
    const directory = at(run.effects, toolDirectory(tool));
    if ((await exists(directory)) && !(await isAsSealed(directory, tool))) {
      await willChange(run, driftedTool(tool.name));
      await rm(directory, { recursive: true });
    }
    await ensureTool(run, tool);
  }
}
