/** Values of a stack's configuration, each with what would be right, for whoever wrote another one. */

import { matching, printable, text } from "@metrics-link/contract";
import { secondsOf } from "@metrics-link/release";
import { z } from "zod";

/** What docs/configuration.md says of a key besides its type and its default, which the schema has. */
export interface KeyText {
  /** What the key is for, in Markdown. */
  readonly description: string;
  /** As one writes it in the stack's file: YAML that the schema accepts. */
  readonly example: string;
  /** What values there are, where the schema's own limits do not say it. */
  readonly range?: string;
  /** What happens without the key, where it has no default of its own. */
  readonly fallback?: string;
  /** What else the key has an effect on, in Markdown, where no rule says it: other keys, alerts, pages. */
  readonly affects?: string;
  /** What Prometheus or AWS would accept and this schema refuses on purpose, and why, in Markdown. */
  readonly stricter?: string;
  /** The parameter of a policy that is stricter than the schema, with what it bounds: `*` is its default. */
  readonly bound?: { readonly policy: string; readonly parameter: string; readonly says: string };
  /** True of a password: no message shows it. */
  readonly secret?: boolean;
}

/** A key with its documentation. */
export const key = <Schema extends z.ZodType>(schema: Schema, about: KeyText): Schema => schema.meta({ ...about });

/** A whole number between two limits. @param what the unit and what it is for, as it follows the limits */
export const integer = (minimum: number, maximum: number, what: string) => {
  const remedy = `a whole number without quotes, ${minimum} to ${maximum} ${what}`;
  return z.int({ error: remedy }).min(minimum, { error: remedy }).max(maximum, { error: remedy });
};

/** @param when the key is true */
export const flag = (when: string) => z.boolean({ error: `true ${when}, otherwise false, without quotes` });

/** A list. @param what its members are, in the plural */
export const list = <Member extends z.ZodType>(member: Member, most: number, what: string) =>
  z.array(member, { error: `a list of ${what}` }).max(most, { error: `at most ${most} ${what}` });

/**
 * A text that a person chose: nothing that a terminal would act on, and no blank at either end, which nobody sees.
 * @param most its characters
 */
export const words = (most: number, what: string) => {
  const remedy = `${what}: 1 to ${most} characters, without control characters and without blanks at either end`;
  return text(remedy).refine(
    (found) => found.length > 0 && found.length <= most && found.trim() === found && printable(found) === found,
    { error: remedy },
  );
};

const oneUnit = /^(0|[1-9][0-9]{0,8})(ms|s|m|h|d)$/;

/** A duration between two limits, in Prometheus' spelling with one unit. @param what it is for */
export const duration = (least: string, most: string, what: string) => {
  const remedy = `${what}: ${least} to ${most}, in one unit, such as "30s" or "2h"`;
  const [from, to] = [secondsOf(least), secondsOf(most)];
  const isBetween = (found: string) => oneUnit.test(found) && secondsOf(found) >= from && secondsOf(found) <= to;
  return text(remedy)
    .refine(isBetween, { error: remedy })
    .meta({ range: `\`${least}\` to \`${most}\`` });
};

/** Without wildcards: policies compare ARNs by patterns, and a star in one would let everybody be the deployer. */
export const arn = (kind: "role" | "policy", resource: string) =>
  matching(
    new RegExp(`^arn:aws[a-z-]*:iam::\\d{12}:${kind}/[\\w+=,.@/-]{1,512}$`),
    `the ARN of ${resource}, such as arn:aws:iam::111111111111:${kind}/NAME`,
  );

/** Elastic IPs by their allocations: one of a sender, two of a receiver. */
export const allocationIds = () =>
  z
    .array(
      matching(
        /^eipalloc-([0-9a-f]{8}|[0-9a-f]{17})$/,
        "the allocation id of an Elastic IP, such as eipalloc-0123456789abcdef0",
      ),
      { error: "a list of allocation ids" },
    )
    .min(1, { error: "at least one allocation id, or leave the key out" })
    .max(2, { error: "one allocation id at a sender, two at a receiver" })
    .refine((list) => new Set(list).size === list.length, { error: "each allocation id once" })
    .optional();

/** Where a file or folder lies. Whoever reads it finds out whether it is there. */
export const path = (what: "file" | "folder") => words(400, `a ${what} of the repository, relative to its root`);

/** A day of the calendar. Pulumi reads one without quotes as a time, and hands over what Go prints of that. */
export const day = (remedy: string) =>
  text(remedy)
    .transform((found) => found.replace(/ 00:00:00 \+0000 UTC$/, ""))
    .pipe(z.iso.date({ error: remedy }));
