/** Values of a stack's configuration, each with what it has to be, in words for whoever wrote another. */

import { matching, text } from "@metrics-link/contract";
import { z } from "zod";

export const integer = (minimum: number, maximum: number, remedy: string) =>
  z.int({ error: remedy }).min(minimum, { error: remedy }).max(maximum, { error: remedy });

export const duration = matching(
  /^([1-9][0-9]*)(ms|s|m|h|d)$/,
  'a Prometheus duration with one unit, such as "30s" or "2h"',
);
/** Without wildcards: policies compare ARNs by patterns, and a star in one would let everybody be the deployer. */
export const arn = (kind: "role" | "policy", resource: string) =>
  matching(new RegExp(`^arn:aws[a-z-]*:iam::\\d{12}:${kind}/[\\w+=,.@/-]+$`), `the ARN of ${resource}`);
export const peerName = matching(/^[a-z][a-z0-9-]{0,19}$/, "1 to 20 of a-z, 0-9 and -, beginning with a letter");
export const folder = text("a folder of the repository, relative to its root");

/** A day of the calendar. Pulumi reads one without quotes as a time, and hands over what Go prints of that. */
export const day = (remedy: string) =>
  text(remedy)
    .transform((found) => found.replace(/ 00:00:00 \+0000 UTC$/, ""))
    .pipe(z.iso.date({ error: remedy }));
