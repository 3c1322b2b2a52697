import { z } from "zod";
import { sourceOf } from "./forms.ts";

/** The name of the stack output that the peer reads. Everything in it is public. */
export const contractOutput = "contract";

/** The name of the stack output in which a stack states which versions of the contract it writes and reads. */
export const contractVersionsOutput = "contractVersions";

/**
 * Versions of the contract. Version 2 is version 1 with `readableFrom`, `labels` and `admits`; how the next one comes is in
 * docs/decisions/0700-the-contract-can-evolve.md.
 */
export interface ContractVersions {
  /** The version that this release writes. */
  readonly writes: number;
  /** The lowest version whose readers read what this release writes. */
  readonly readableFrom: number;
  /** The versions that this release knows. It also reads a later one that says it is readable from one of these. */
  readonly reads: readonly number[];
}

/** Readers of version 1 refuse unknown fields, so version 1 is written until no side of a link is one of those. */
export const contractVersions: ContractVersions = { writes: 1, readableFrom: 1, reads: [1, 2] };

/** The form of a version's number. Any other is malformed in every version. */
export const versionNumber = z
  .int({ error: "the version of the contract, a whole number" })
  .min(1, { error: "1 or later" })
  .max(9999, { error: "9999 at most" });

/** What every version of a contract has, whatever else it has. */
const head = z.object({ version: versionNumber, readableFrom: versionNumber.optional().catch(undefined) });

const versions = z.object({
  writes: versionNumber,
  readableFrom: versionNumber,
  reads: z.array(versionNumber).min(1).max(16),
});

type Older = "reader" | "writer";

/** Which side has to be updated before a reader of these versions reads a contract; undefined when it does today. */
function olderSide(
  contract: { readonly version: number; readonly readableFrom?: number | undefined },
  reads: readonly number[],
): Older | undefined {
  const newest = Math.max(...reads);
  if (reads.includes(contract.version)) return undefined;
  if (contract.version < newest) return "writer";
  return contract.readableFrom !== undefined && contract.readableFrom <= newest ? undefined : "reader";
}

const listed = (reads: readonly number[]) => reads.join(" and ");

/**
 * Why this release does not read a contract of its version, and which side to update; undefined when it does, or when
 * the output says no version at all, which is for the schema to refuse.
 */
export function versionFault(
  output: unknown,
  { reads }: Pick<ContractVersions, "reads"> = contractVersions,
): { readonly version: number; readonly remedy: string } | undefined {
  const found = head.safeParse(output);
  if (!found.success) return undefined;
  const older = olderSide(found.data, reads);
  if (older === undefined) return undefined;
  const first = older === "reader" ? "update this side first" : "update the peer's side first";
  return { version: found.data.version, remedy: `this release reads versions ${listed(reads)}: ${first}` };
}

/**
 * What to tell the person who updates this side when the peer would not read what this side writes.
 * @param output the peer's output `contractVersions`; absent of a peer that reads version 1 alone
 */
export function versionAdvice(
  stack: string,
  output: unknown,
  own: ContractVersions = contractVersions,
): string | undefined {
  const peer = versions.safeParse(output ?? { writes: 1, readableFrom: 1, reads: [1] });
  if (!peer.success) {
    return `Output "${contractVersionsOutput}" of ${sourceOf(stack)} has not the form that this release knows; it is ignored`;
  }
  const { reads } = peer.data;
  const older = olderSide({ version: own.writes, readableFrom: own.readableFrom }, reads);
  if (older === undefined) return undefined;
  const first = older === "reader" ? `update ${stack} first` : "update this side first";
  return (
    `The peer in ${sourceOf(stack)} reads versions ${listed(reads)} of the ${contractOutput}, and this release writes ` +
    `version ${own.writes}: ${first}. Until then it keeps what it accepted before`
  );
}
