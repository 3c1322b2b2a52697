import type { Configuration } from "@metrics-link/config";
import type { Finding } from "./policy.ts";

export type Deviation = Configuration["policy"]["deviations"][number];

/** The last instant of a deviation's last day, UTC. */
const endOf = ({ until }: Deviation): number => Date.parse(`${until}T23:59:59.999Z`);

/** Whether a deviation is still in force. */
export const isInForce = (deviation: Deviation, now: number): boolean => now <= endOf(deviation);

/** A finding as it is reported: its message, and whether it may stop an update. */
export interface Verdict {
  readonly message: string;
  readonly level: "mandatory" | "advisory" | "as configured";
}

/**
 * Turns a finding into what is reported, given the stack's deviations. A deviation that has ended allows nothing; the
 * message says that there was one.
 */
export function verdictOn(
  { name, remedy }: { readonly name: string; readonly remedy: string },
  { kind, message }: Pick<Finding, "kind" | "message">,
  { deviations, now }: { readonly deviations: readonly Deviation[]; readonly now: number },
): Verdict {
  if (kind === "undecidable") return { message: undecidable(message), level: "advisory" };
  if (kind === "notice") return { message, level: "advisory" };
  const whole = `${message}. ${remedy}`;
  const ours = deviations.filter(({ policy }) => policy === name);
  const inForce = ours.find((deviation) => isInForce(deviation, now));
  if (inForce) return { message: underDeviation(inForce.until, inForce.reason, whole), level: "advisory" };
  const ended = ours.map(({ until }) => ` The deviation from it ended on ${until}.`).join("");
  return { message: `${whole}${ended}`, level: "as configured" };
}

/**
 * Prefixes of messages. Of a violation, Pulumi's events carry the message only, so whatever is not a plain violation
 * starts with one of these.
 */
const undecidableMarker = "not yet decidable: ";
const deviationMarker = "deviation until ";

/** The message of a policy that read a value which only the update will know (docs/decisions/0400). */
export const undecidable = (message: string): string => `${undecidableMarker}${message}`;

/**
 * Whether a violation's message says that nothing was decided. Includes Pulumi's own message for an unknown value that
 * escapes a policy (`@pulumi/policy` 1.21, server.js).
 */
export const isUndecidable = (message: string): boolean =>
  message.includes(undecidableMarker) ||
  /can't run policy '[^']+' from policy pack '[^']+' during preview/.test(message);

/** The message of a violation that a deviation allows until its end. */
export const underDeviation = (until: string, reason: string, message: string): string =>
  `${deviationMarker}${until} (${reason}): ${message}`;

/** Whether a violation's message says that a deviation covers it. */
export const isUnderDeviation = (message: string): boolean =>
  new RegExp(`(^|\\n)${deviationMarker}\\d{4}-\\d{2}-\\d{2} \\(`).test(message);
