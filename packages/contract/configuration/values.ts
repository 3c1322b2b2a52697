/** Values of a stack's configuration, each with what it has to be, in words for whoever wrote another. */
import { z } from "zod";
import { normaliseFingerprint } from "../fingerprint.ts";

export const text = (remedy: string) => z.string({ error: remedy });
export const matching = (pattern: RegExp, remedy: string) => text(remedy).regex(pattern, { error: remedy });
export const integer = (minimum: number, maximum: number, remedy: string) =>
  z.int({ error: remedy }).min(minimum, { error: remedy }).max(maximum, { error: remedy });

export const duration = matching(
  /^([1-9][0-9]*)(ms|s|m|h|d)$/,
  'a Prometheus duration with one unit, such as "30s" or "2h"',
);
/** Without wildcards: policies compare ARNs by patterns, and a star in one would let everybody be the deployer. */
export const arn = (kind: "role" | "policy", resource: string) =>
  matching(new RegExp(`^arn:aws[a-z-]*:iam::\\d{12}:${kind}/[\\w+=,.@/-]+$`), `the ARN of ${resource}`);
/** RFC 1035 label rules; Envoy compares it as a whole, so a wildcard would be a hole. */
export const dnsName = matching(
  /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/,
  "a lower-case DNS name with at least one dot and no wildcard",
);
export const peerName = matching(/^[a-z][a-z0-9-]{0,19}$/, "1 to 20 of a-z, 0-9 and -, beginning with a letter");
export const fingerprint = matching(
  /^([0-9a-fA-F]{2}:?){31}[0-9a-fA-F]{2}$/,
  "a SHA-256 fingerprint: 32 bytes in hexadecimal, as `openssl x509 -fingerprint -sha256` prints it",
).transform(normaliseFingerprint);
export const stackName = matching(
  /^[\w-]+\/[\w-]+\/[\w.-]+$/,
  "organization/project/stack; with a self-managed backend the organization is the word organization",
);
export const folder = text("a folder of the repository, relative to its root");

/** A day of the calendar. Pulumi reads one without quotes as a time, and hands over what Go prints of that. */
export const day = (remedy: string) =>
  text(remedy)
    .transform((found) => found.replace(/ 00:00:00 \+0000 UTC$/, ""))
    .pipe(z.iso.date({ error: remedy }));
