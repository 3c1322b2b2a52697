import { LinkError, messageOf } from "./errors.ts";
import { misleadingKey } from "./json.ts";
import { contractIn, contractLabelsOutput } from "./labels.ts";
import { shortened } from "./printable.ts";
import { contractOutput, contractVersionsOutput } from "./versions.ts";

/**
 * The contract of a peer as a file in this side's repository, for a peer whose backend this side cannot read. It has the
 * outputs `contract`, `contractLabels` and `contractVersions` of the peer's stack, and nothing else counts. The peer's people wrote it, so
 * it is as hostile as what a backend returns.
 */
export interface ContractFile {
  /** With its labels. */
  readonly contract: unknown;
  readonly versions: unknown;
}

/** The outputs of a stack that are its contract: the keys of a contract file. */
export const contractFileKeys = [contractOutput, contractLabelsOutput, contractVersionsOutput] as const;

/** Limit on a contract file in bytes. A contract takes a few kilobytes. */
export const mostContractBytes = 256 * 1024;
/** Limit on nested objects and lists. A contract has three levels. */
const deepest = 32;

/** The text of a contract file. @param outputs those of the stack whose contract it is */
export const contractFileText = (outputs: Readonly<Record<string, unknown>>): string =>
  `${JSON.stringify(Object.fromEntries(contractFileKeys.map((name) => [name, outputs[name]])), undefined, 2)}\n`;

/**
 * What is in a contract file; whether it is a contract is for `readPeer` to say. Keys besides are ignored: the file of a sender in a
 * fleet has its pins there.
 * @throws LinkError PEER_CONTRACT_MALFORMED when it is no JSON object, too long or too deep, or has a key that misleads
 */
export function readContractFile(path: string, text: string): ContractFile {
  const found = contractFileObject(text);
  if ("fault" in found)
    throw new LinkError("PEER_CONTRACT_MALFORMED", {
      what: `${path} is not a contract file: ${found.fault}`,
      next: "ask the peer's people for the file that `npm run trust -- write` makes of their stack",
      cause: found.cause,
    });
  return { contract: contractIn(found.keys), versions: found.keys[contractVersionsOutput] };
}

/** The keys of such a file; or why it is not a JSON object of that size which can be read in one way. */
export function contractFileObject(
  text: string,
): { readonly keys: Readonly<Record<string, unknown>> } | { readonly fault: string; readonly cause?: unknown } {
  const bytes = Buffer.byteLength(text);
  if (bytes > mostContractBytes) return { fault: `it has ${bytes} bytes; the limit is ${mostContractBytes}` };
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    return { fault: messageOf(cause), cause };
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return { fault: "it has no keys" };
  if (isDeeperThan(parsed, deepest)) return { fault: `it nests deeper than ${deepest} levels` };
  const misleading = misleadingKey(text);
  if (misleading !== undefined) return { fault: `the key ${shortened(misleading.key)} ${misleading.fault}` };
  return { keys: { ...parsed } };
}

const isDeeperThan = (value: unknown, levels: number): boolean =>
  typeof value === "object" &&
  value !== null &&
  (levels === 0 || Object.values(value).some((inner) => isDeeperThan(inner, levels - 1)));
