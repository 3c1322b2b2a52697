/** What any reader of a stack's outputs goes by: its limits, and Pulumi's marks. It knows no engine. */
import { LinkError } from "@metrics-link/contract";

/** Limits on one stack, by whichever way it is read. */
export const limits = {
  /** Time in milliseconds. A whole preview of a healthy link takes about five seconds. */
  ms: 30_000,
  /** All outputs as they come, in bytes. A contract takes a few kilobytes. */
  bytes: 4 * 1024 * 1024,
  /** Nested objects and lists. A contract has three levels. */
  levels: 32,
};

/** Pulumi's marker for secrets, assets and resource references (pulumi/pulumi sdk/go/common/resource/sig). */
export const signatureKey = "4dabf18193072939515e22adb298388d";
export const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** The error of every reader. */
export const unreadable = (what: string): LinkError => new LinkError("STACK_OUTPUTS_UNREADABLE", { what });
