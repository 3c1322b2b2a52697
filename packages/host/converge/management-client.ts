import { GetCommandInvocationCommand, SendCommandCommand, SSMClient, type SSMClientConfig } from "@aws-sdk/client-ssm";
import { fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import type { ConvergeRequest } from "./environment.ts";
import type { Management } from "./run-command.ts";

/** Systems Manager, with the deployer's credentials or the role that the stack assumes. */
export function managementClient({ region, roleToAssume }: ConvergeRequest): Management {
  return managementOf("metrics-link: converge", {
    region,
    ...(roleToAssume === undefined
      ? {}
      : {
          credentials: fromTemporaryCredentials({
            params: { RoleArn: roleToAssume, RoleSessionName: "metrics-link-converge" },
            clientConfig: { region },
          }),
        }),
  });
}

/** @param comment what a person sees of the command in the account's history; at most 100 characters (SendCommand) */
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
      if (Command?.CommandId === undefined) throw new Error("Systems Manager took the command but gave it no id");
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
