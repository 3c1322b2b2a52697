/** The two calls of Systems Manager that Run Command takes. Errors carry AWS's code in their `name`. */
export interface Management {
  /** @returns the id of the command */
  send(instanceId: string, command: string, timeoutSeconds: number): Promise<string>;
  outcome(
    instanceId: string,
    commandId: string,
  ): Promise<{ readonly status: string; readonly details: string; readonly output: string; readonly errors: string }>;
}

export interface Clock {
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** Real time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

/** How a command on a host ended, or why nothing was heard of it in time. */
export type CommandEnd =
  | { readonly kind: "ended"; readonly success: boolean; readonly details: string; output: string; errors: string }
  | { readonly kind: "late"; readonly what: string };

/** An eighth of what was waited already: who is quick is heard at once, who takes long is not asked all the time. */
const pollMs = { least: 100, most: 1000 } as const;
/** Systems Manager allows an execution timeout of 1 to 172800 seconds. */
const shortestTimeoutSeconds = 1;

/**
 * Runs a command on a host, and waits for its end until the deadline. A host that is still booting is not known to
 * Systems Manager yet; that is waited for and not an error.
 */
export async function runCommand(
  management: Management,
  request: { readonly instanceId: string; readonly command: string; readonly deadlineSeconds: number },
  clock: Clock,
): Promise<CommandEnd> {
  const { instanceId, command, deadlineSeconds } = request;
  const wait = patience(clock, deadlineSeconds);
  const timeoutSeconds = () => Math.max(shortestTimeoutSeconds, Math.ceil(wait.left() / 1000));
  const late = (what: string): CommandEnd => ({ kind: "late", what });

  // InvalidInstanceId: not registered yet, or its agent has not been heard of for long.
  const commandId = await until(wait, "InvalidInstanceId", () =>
    management.send(instanceId, command, timeoutSeconds()),
  );
  if (commandId === undefined) return late("it did not register with Systems Manager");

  for (;;) {
    // The command may not be visible to the next call at once.
    const found = await until(wait, "InvocationDoesNotExist", () => management.outcome(instanceId, commandId));
    if (found === undefined) return late("Systems Manager does not know its own command");
    if (!["Pending", "InProgress", "Delayed", "Cancelling"].includes(found.status)) {
      const { status, details, output, errors } = found;
      return { kind: "ended", success: status === "Success", details: details || status, output, errors };
    }
    if (wait.left() <= 0) return late(`the command is ${found.status}`);
    await wait.pause();
  }
}

/** Calls again as long as it fails with one AWS error code; undefined when the deadline is over. */
async function until<Result>(
  wait: Patience,
  errorName: string,
  call: () => Promise<Result>,
): Promise<Result | undefined> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if ((error as Error).name !== errorName) throw error;
      if (wait.left() <= 0) return undefined;
      await wait.pause();
    }
  }
}

interface Patience {
  /** Milliseconds until the deadline. */
  left(): number;
  /** Waits until it is time to ask again. */
  pause(): Promise<void>;
}

function patience(clock: Clock, deadlineSeconds: number): Patience {
  const began = clock.now();
  return {
    left: () => began + deadlineSeconds * 1000 - clock.now(),
    pause: () => clock.sleep(Math.min(pollMs.most, Math.max(pollMs.least, (clock.now() - began) / 8))),
  };
}
