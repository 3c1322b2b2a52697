import { LinkError, messageOf } from "./errors.ts";
import { contractIn, contractLabelsOutput } from "./labels.ts";
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

/** Limit on a contract file in bytes. A contract takes a few kilobytes. */
const mostBytes = 256 * 1024;
/** Limit on nested objects and lists. A contract has three levels. */
const deepest = 32;

/** The text of a contract file. @param outputs those of the stack whose contract it is */
export const contractFileText = (outputs: Readonly<Record<string, unknown>>): string =>
  `${JSON.stringify(
    Object.fromEntries(
      [contractOutput, contractLabelsOutput, contractVersionsOutput].map((name) => [name, outputs[name]]),
    ),
    undefined,
    2,
  )}\n`;

/**
 * What is in a contract file; whether it is a contract is for `readPeer` to say.
 * @throws LinkError PEER_CONTRACT_MALFORMED when it is no JSON object, too long or too deep
 */
export function readContractFile(path: string, text: string): ContractFile {
  const unusable = (what: string, cause?: unknown) =>
    new LinkError("PEER_CONTRACT_MALFORMED", {
      what: `${path} is not a contract file: ${what}`,
      next: "ask the peer's people for the file that `npm run trust -- write` makes of their stack",
      ...(cause === undefined ? {} : { cause }),
    });
  const bytes = Buffer.byteLength(text);
  if (bytes > mostBytes) throw unusable(`it has ${bytes} bytes; the limit is ${mostBytes}`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw unusable(messageOf(cause), cause);
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) throw unusable("it has no keys");
  if (isDeeperThan(parsed, deepest)) throw unusable(`it nests deeper than ${deepest} levels`);
  const outputs: Readonly<Record<string, unknown>> = { ...parsed };
  return { contract: contractIn(outputs), versions: outputs[contractVersionsOutput] };
}

const isDeeperThan = (value: unknown, levels: number): boolean =>
  typeof value === "object" &&
  value !== null &&
  (levels === 0 || Object.values(value).some((inner) => isDeeperThan(inner, levels - 1)));
