import { GetCommandInvocationCommand, SendCommandCommand, SSMClient } from "@aws-sdk/client-ssm";
import { fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import type { Management } from "./ask-host.ts";
import type { ConvergeRequest } from "./environment.ts";

/** Systems Manager, with the deployer's credentials or the role that the stack assumes. */
export function managementClient({ region, roleToAssume }: ConvergeRequest): Management {
  const client = new SSMClient({
    region,
    maxAttempts: 5,
    ...(roleToAssume === undefined
      ? {}
      : {
          credentials: fromTemporaryCredentials({
            params: { RoleArn: roleToAssume, RoleSessionName: "metrics-link-converge" },
            clientConfig: { region },
          }),
        }),
  });
  return {
    send: async (instanceId, command, seconds) => {
      const { Command } = await client.send(
        new SendCommandCommand({
          InstanceIds: [instanceId],
          DocumentName: "AWS-RunShellScript",
          Comment: "metrics-link: converge",
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
