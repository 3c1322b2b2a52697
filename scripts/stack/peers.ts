import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { contractOutput, contractVersionsOutput, readContractFile } from "@metrics-link/contract";
import { repository, type StackContext } from "./context.ts";
import type { PeerSource } from "./stack-file.ts";

/**
 * The outputs of a peer as an update reads them; none while its file is missing. What they say is for `readContract` to
 * judge.
 * @throws LinkError when the stack or the file cannot be read
 */
export async function peerOutputs(
  { pulumi }: Pick<StackContext, "pulumi">,
  { stack, contract: file }: PeerSource,
): Promise<Readonly<Record<string, unknown>>> {
  if (file === undefined) return await pulumi.outputs(stack);
  const path = resolve(repository, file);
  if (!existsSync(path)) return {};
  const { contract, versions } = readContractFile(file, readFileSync(path, "utf8"));
  return { [contractOutput]: contract, [contractVersionsOutput]: versions };
}
