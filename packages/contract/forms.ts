/** Forms of values that both accounts and both of their configurations know, each with what it has to be. */
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
