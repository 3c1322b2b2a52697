import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import {
  contractLabelsOutput,
  contractOutput,
  contractVersionsOutput,
  LinkError,
  readContractFile,
} from "@metrics-link/contract";
import { readPeerOutputs } from "@metrics-link/stacks/peer-outputs.ts";
import type { PeerSource } from "./configured-peers.ts";
import { repository, type StackContext } from "./context.ts";

/**
 * The outputs of a peer as an update reads them, and by the same reader; none while its file is missing. What they say is for `readContract` to
 * judge.
 * @throws LinkError when the stack or the file cannot be read
 */
export async function peerOutputs(
  commandLine: Pick<StackContext, "project" | "environment">,
  { stack, contract: file }: PeerSource,
): Promise<Readonly<Record<string, unknown>>> {
  if (file === undefined) return await ofStack(stack, commandLine);
  const path = resolve(repository, file);
  if (!existsSync(path)) return {};
  const { contract, versions } = readContractFile(file, readFileSync(path, "utf8"));
  return { [contractOutput]: contract, [contractVersionsOutput]: versions };
}

/** Said with the stack's name: an update says it beside its words. */
async function ofStack(stack: string, commandLine: Pick<StackContext, "project" | "environment">) {
  const names = [contractOutput, contractLabelsOutput, contractVersionsOutput];
  return await readPeerOutputs(stack, names, commandLine).catch((cause: unknown) => {
    if (!(cause instanceof LinkError)) throw cause;
    throw new LinkError(cause.code, { what: `${stack}: ${cause.message}`, cause });
  });
}
