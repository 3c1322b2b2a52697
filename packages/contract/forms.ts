/** Forms of values that both accounts and both of their configurations know, each with what it has to be. */
import { basename } from "node:path";
import { z } from "zod";
import { normaliseFingerprint } from "./fingerprint.ts";

/** A string. @param remedy what would be right, for whoever wrote something else */
export const text = (remedy: string) => z.string({ error: remedy });
/** A string of this form. @param remedy what would be right */
export const matching = (pattern: RegExp, remedy: string) => text(remedy).regex(pattern, { error: remedy });

/** RFC 1035 label rules; Envoy compares it as a whole, so a wildcard would be a hole. */
export const dnsName = matching(
  /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/,
  "a lower-case DNS name with at least one dot and no wildcard",
);
/** Written with or without colons; read as upper-case hexadecimal with colons. */
export const fingerprint = matching(
  /^([0-9a-fA-F]{2}:?){31}[0-9a-fA-F]{2}$/,
  "a SHA-256 fingerprint: 32 bytes in hexadecimal, as `openssl x509 -fingerprint -sha256` prints it",
).transform(normaliseFingerprint);
/** The name by which a stack reference finds a stack. */
export const stackName = matching(
  /^[\w-]+\/[\w-]+\/[\w.-]+$/,
  "organization/project/stack; with a self-managed backend the organization is the word organization",
);

/** The last part of a stack's name, as the command line takes it for a stack of this project. */
export const shortName = (stack: string): string => stack.split("/").at(-1) ?? stack;

const prefix = "file/contract/";

/**
 * The name by which a stack knows a peer that it reads from a file: it has the form of a stack's name, and comes from the
 * configuration, not from the peer.
 */
export const peerOfFile = (path: string): string =>
  `${prefix}${basename(path)
    .replace(/\.json$/, "")
    .replaceAll(/[^\w.-]/g, "-")}`;

/** Whether a name is that of a peer that is read from a file. */
export const isPeerOfFile = (name: string): boolean => name.startsWith(prefix);

/** Where a peer's contract comes from, for messages: `stack a/b/c`, or `contract file account-b.json`. */
export const sourceOf = (peer: string): string =>
  isPeerOfFile(peer) ? `contract file ${peer.slice(prefix.length)}.json` : `stack ${peer}`;
