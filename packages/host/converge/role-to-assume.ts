import { secondsOf } from "@metrics-link/release";
import type { AssumedRole } from "./assumed-role.ts";

/** The keys of section `account` that say how the stack's role is assumed. */
interface Account {
  readonly assumeRole?: string | undefined;
  readonly externalId?: string | undefined;
  readonly sessionName?: string | undefined;
  readonly sessionDuration?: string | undefined;
}

/** The role of a stack's configuration; undefined if it uses the environment's own credentials. */
export function roleToAssume({
  assumeRole,
  externalId,
  sessionName,
  sessionDuration,
}: Account): AssumedRole | undefined {
  if (assumeRole === undefined) return undefined;
  const seconds = sessionDuration === undefined ? undefined : secondsOf(sessionDuration);
  return { roleArn: assumeRole, externalId, sessionName, seconds };
}
