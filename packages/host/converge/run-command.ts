import { GetCommandInvocationCommand, SendCommandCommand, SSMClient, type SSMClientConfig } from "@aws-sdk/client-ssm";
import { LinkError } from "@metrics-link/contract";
import { type AssumedRole, assumed } from "./assumed-role.ts";

/** The two calls of Systems Manager's Run Command. The `name` of an error is AWS's code. */
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

/** How a command on a host ended, or what Run Command was still waiting for at the deadline. */
type CommandEnd =
  | { readonly kind: "ended"; readonly success: boolean; readonly details: string; output: string; errors: string }
  | { readonly kind: "timedOut"; readonly waitingFor: string };

/** The pause is an eighth of the time waited so far: a quick command is seen quickly, a slow one is not polled often. */
const pollMs = { least: 100, most: 1000 } as const;
/** Systems Manager allows an execution timeout of 1 to 172800 seconds. */
const shortestTimeoutSeconds = 1;

/**
 * Runs a command on a host, and waits for its end until the deadline. Waits for a booting host to register with Systems
 * Manager too.
 * @throws every other error of AWS
 */
export async function runCommand(
  management: Management,
  request: { readonly instanceId: string; readonly command: string; readonly deadlineSeconds: number },
  clock: Clock,
): Promise<CommandEnd> {
  const { instanceId, command, deadlineSeconds } = request;
  const wait = pollingUntil(clock, deadlineSeconds);
  const timeoutSeconds = () => Math.max(shortestTimeoutSeconds, Math.ceil(wait.left() / 1000));
  const timedOut = (waitingFor: string): CommandEnd => ({ kind: "timedOut", waitingFor });

  // InvalidInstanceId: not registered yet, or without a heartbeat for long.
  const commandId = await until(wait, "InvalidInstanceId", () =>
    management.send(instanceId, command, timeoutSeconds()),
  );
  if (commandId === undefined) return timedOut("the host to register with Systems Manager");

  for (;;) {
    // The command may not be visible to the next call yet.
    const found = await until(wait, "InvocationDoesNotExist", () => management.outcome(instanceId, commandId));
    if (found === undefined) return timedOut(`Systems Manager to find its own command ${commandId}`);
    if (!["Pending", "InProgress", "Delayed", "Cancelling"].includes(found.status)) {
      const { status, details, output, errors } = found;
      return { kind: "ended", success: status === "Success", details: details || status, output, errors };
    }
    if (wait.left() <= 0) return timedOut(`the command to end; its status is ${found.status}`);
    await wait.pause();
  }
}

/** Repeats a call while it fails with this AWS error code; undefined after the deadline. */
async function until<Result>(
  wait: Polling,
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

interface Polling {
  /** Milliseconds until the deadline. */
  left(): number;
  /** Waits until the next poll. */
  pause(): Promise<void>;
}

function pollingUntil(clock: Clock, deadlineSeconds: number): Polling {
  const began = clock.now();
  return {
    left: () => began + deadlineSeconds * 1000 - clock.now(),
    pause: () => clock.sleep(Math.min(pollMs.most, Math.max(pollMs.least, (clock.now() - began) / 8))),
  };
}

/** Systems Manager, with the deployer's credentials, or with the role that the stack assumes. */
export function deployersManagement(region: string, roleToAssume: AssumedRole | undefined): Management {
  return managementOf("metrics-link: converge", {
    region,
    ...(roleToAssume === undefined
      ? {}
      : { credentials: assumed(roleToAssume, "metrics-link-converge", { clientConfig: { region } }) }),
  });
}

/** @param comment shown in the account's command history; at most 100 characters (SendCommand) */
export function managementOf(comment: string, configuration: SSMClientConfig): Management {
  const client = new SSMClient({ maxAttempts: 5, ...configuration });
  return {
    send: async (instanceId, command, seconds) => {
      const { Command } = await client.send(
        new SendCommandCommand({
          InstanceIds: [instanceId],
          DocumentName: "AWS-RunShellScript",
          Comment: comment,
          Parameters: { commands: [command], executionTimeout: [`${seconds}`] },
        }),
      );
      if (Command?.CommandId === undefined)
        throw new LinkError("REQUEST_FAILED", { what: "Systems Manager accepted the command but returned no id" });
      return Command.CommandId;
    },
    outcome: async (instanceId, commandId) => {
      const { Status, StatusDetails, StandardOutputContent, StandardErrorContent } = await client.send(
        new GetCommandInvocationCommand({ InstanceId: instanceId, CommandId: commandId }),
      );
      return {
        status: Status ?? "Pending",
        details: StatusDetails ?? "",
        output: StandardOutputContent ?? "",
        errors: StandardErrorContent ?? "",
      };
    },
  };
}
