/** Values of a stack's configuration, each with what would be right, for whoever wrote another one. */

import { matching, text } from "@metrics-link/contract";
import { secondsOf } from "@metrics-link/release";
import { z } from "zod";

/** What docs/configuration.md says of a key besides its type and its default, which the schema has. */
interface KeyText {
  /** What the key is for, in Markdown. */
  readonly description: string;
  /** As one writes it in the stack's file. */
  readonly example: string;
  /** What values there are, where the schema's own limits do not say it. */
  readonly range?: string;
  /** What happens without the key, where it has no default of its own. */
  readonly fallback?: string;
}

/** A key with its documentation. */
export const key = <Schema extends z.ZodType>(schema: Schema, about: KeyText): Schema => schema.meta({ ...about });

/** A whole number between two limits. @param what the unit and what it is for, as it follows the limits */
export const integer = (minimum: number, maximum: number, what: string) => {
  const remedy = `a whole number, ${minimum} to ${maximum} ${what}`;
  return z.int({ error: remedy }).min(minimum, { error: remedy }).max(maximum, { error: remedy });
};

/** @param when the key is true */
export const flag = (when: string) => z.boolean({ error: `true ${when}, otherwise false` });

export const duration = matching(
  /^([1-9][0-9]*)(ms|s|m|h|d)$/,
  'a Prometheus duration with one unit, such as "30s" or "2h"',
);

/** A duration between two others, both included. */
export const between = (shortest: string, longest: string) =>
  duration.refine((found) => secondsOf(found) >= secondsOf(shortest) && secondsOf(found) <= secondsOf(longest), {
    error: `a Prometheus duration from ${shortest} to ${longest}, such as "${longest}"`,
  });

/** Without wildcards: policies compare ARNs by patterns, and a star in one would let everybody be the deployer. */
export const arn = (kind: "role" | "policy", resource: string) =>
  matching(new RegExp(`^arn:aws[a-z-]*:iam::\\d{12}:${kind}/[\\w+=,.@/-]+$`), `the ARN of ${resource}`);

export const folder = text("a folder of the repository, relative to its root");

/** A day of the calendar. Pulumi reads one without quotes as a time, and hands over what Go prints of that. */
export const day = (remedy: string) =>
  text(remedy)
    .transform((found) => found.replace(/ 00:00:00 \+0000 UTC$/, ""))
    .pipe(z.iso.date({ error: remedy }));
