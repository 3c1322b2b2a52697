/** Systems Manager's answers, in its JSON. Times are seconds since 1970. */
import type { Instance } from "../../model/topology.ts";
import { privateHostName } from "../imds/tree.ts";
import { type CommandRequest, capped, type Invocation } from "./invocation.ts";

/** Systems Manager quota: what ListCommandInvocations shows of a plugin's output. */
const listedOutput = 2_500;
const plugin = "aws:runShellScript";
const detail: Record<string, string> = { TimedOut: "Execution Timed Out", InProgress: "In Progress" };

const epoch = (time: Date) => time.getTime() / 1000;
const detailOf = ({ status }: Invocation) => detail[status] ?? status;

export function describeInformation(instance: Instance, region: string, agent: { online: boolean; heard: Date }) {
  return {
    InstanceId: instance.id,
    PingStatus: agent.online ? "Online" : "ConnectionLost",
    LastPingDateTime: epoch(agent.heard),
    AgentVersion: "3.3.40.0",
    IsLatestVersion: false,
    PlatformType: "Linux",
    PlatformName: "Debian GNU/Linux",
    PlatformVersion: "13",
    ResourceType: "EC2Instance",
    IPAddress: instance.privateAddress,
    ComputerName: privateHostName(instance.privateAddress, region),
  };
}

export function describeCommand(request: CommandRequest, invocations: readonly Invocation[]) {
  return {
    CommandId: request.commandId,
    DocumentName: request.documentName,
    DocumentVersion: "$DEFAULT",
    Comment: request.comment,
    InstanceIds: invocations.map(({ instance }) => instance.id),
    Targets: [],
    RequestedDateTime: epoch(new Date()),
    Status: "Pending",
    StatusDetails: "Pending",
    TargetCount: invocations.length,
    CompletedCount: 0,
    ErrorCount: 0,
  };
}

export function describeInvocation(invocation: Invocation) {
  const { request, instance, startedAt, endedAt } = invocation;
  return {
    CommandId: request.commandId,
    InstanceId: instance.id,
    Comment: request.comment,
    DocumentName: request.documentName,
    DocumentVersion: "$DEFAULT",
    PluginName: plugin,
    ResponseCode: invocation.responseCode,
    ExecutionStartDateTime: startedAt?.toISOString() ?? "",
    ExecutionElapsedTime: endedAt && startedAt ? `PT${(endedAt.getTime() - startedAt.getTime()) / 1000}S` : "",
    ExecutionEndDateTime: endedAt?.toISOString() ?? "",
    Status: invocation.status,
    StatusDetails: detailOf(invocation),
    StandardOutputContent: invocation.stdout,
    StandardOutputUrl: "",
    StandardErrorContent: invocation.stderr,
    StandardErrorUrl: "",
  };
}

export function listedInvocation(invocation: Invocation, details: boolean) {
  const { request, instance, requestedAt, startedAt, endedAt } = invocation;
  return {
    CommandId: request.commandId,
    InstanceId: instance.id,
    InstanceName: instance.tags.Name ?? "",
    Comment: request.comment,
    DocumentName: request.documentName,
    DocumentVersion: "$DEFAULT",
    RequestedDateTime: epoch(requestedAt),
    Status: invocation.status,
    StatusDetails: detailOf(invocation),
    CommandPlugins: details
      ? [
          {
            Name: plugin,
            Status: invocation.status,
            StatusDetails: detailOf(invocation),
            ResponseCode: invocation.responseCode,
            ...(startedAt && { ResponseStartDateTime: epoch(startedAt) }),
            ...(endedAt && { ResponseFinishDateTime: epoch(endedAt) }),
            Output: capped(invocation.stdout + invocation.stderr, listedOutput),
          },
        ]
      : [],
  };
}
