import { LinkError, messageOf } from "./errors.ts";
import { repeatedKey } from "./json.ts";
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
 * @throws LinkError PEER_CONTRACT_MALFORMED when it is no JSON object, too long or too deep, or has a key twice
 */
export function readContractFile(path: string, text: string): ContractFile {
  const outputs = contractFileObject(text, (what, cause) => {
    throw new LinkError("PEER_CONTRACT_MALFORMED", {
      what: `${path} is not a contract file: ${what}`,
      next: "ask the peer's people for the file that `npm run trust -- write` makes of their stack",
      ...(cause === undefined ? {} : { cause }),
    });
  });
  return { contract: contractIn(outputs), versions: outputs[contractVersionsOutput] };
}

/** The object in such a file. @param refuse throws what is said of a text that is not a JSON object which can be read in one way */
export function contractFileObject(
  text: string,
  refuse: (what: string, cause?: unknown) => never,
): Readonly<Record<string, unknown>> {
  const bytes = Buffer.byteLength(text);
  if (bytes > mostContractBytes) return refuse(`it has ${bytes} bytes; the limit is ${mostContractBytes}`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    return refuse(messageOf(cause), cause);
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return refuse("it has no keys");
  if (isDeeperThan(parsed, deepest)) return refuse(`it nests deeper than ${deepest} levels`);
  const twice = repeatedKey(text);
  if (twice !== undefined) return refuse(`the key ${shortened(twice)} stands twice in one object`);
  return { ...parsed };
}

const isDeeperThan = (value: unknown, levels: number): boolean =>
  typeof value === "object" &&
  value !== null &&
  (levels === 0 || Object.values(value).some((inner) => isDeeperThan(inner, levels - 1)));
