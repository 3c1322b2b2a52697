import { readFile, realpath } from "node:fs/promises";
import { sha256 } from "@metrics-link/release";
import type { Self } from "../run.ts";

/** Tells an agent that it was started by another one. */
export const takeOverVariable = "METRICS_LINK_AGENT_TOOK_OVER";

/** Which agent this is: the hash of its own file is what a release knows it by. */
export async function readSelf(file: string, argv: readonly string[]): Promise<Self> {
  return {
    agentSha256: sha256(await readFile(file)),
    nodePath: await realpath(process.execPath),
    argv,
    tookOver: process.env[takeOverVariable] === "1",
  };
}
