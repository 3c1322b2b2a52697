import type { Configuration } from "@metrics-link/config";
import { undecidable, underDeviation } from "./message.ts";
import type { Finding } from "./policy.ts";

export type Deviation = Configuration["policy"]["deviations"][number];

/** The last instant of a deviation's last day, UTC. */
const endOf = ({ until }: Deviation): number => Date.parse(`${until}T23:59:59.999Z`);

/** Whether a deviation still counts. */
export const isInForce = (deviation: Deviation, now: number): boolean => now <= endOf(deviation);

/** What is reported of a finding: its message, and whether it may stop an update. */
export interface Verdict {
  readonly message: string;
  readonly level: "mandatory" | "advisory" | "as configured";
}

/**
 * What a finding comes to under a stack's deviations. One that has ended allows nothing any more, and the message says
 * that there was one.
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
