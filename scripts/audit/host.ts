import { type HostEvidence, unpackHostEvidence } from "@metrics-link/contract";
import { managementOf } from "@metrics-link/host/converge/management-client.ts";
import { runCommand } from "@metrics-link/host/converge/run-command.ts";
import type { ClientConfiguration } from "./aws.ts";

/** The one command that an audit runs on a host. It reads and changes nothing. */
export const auditCommand = "exec /opt/metrics-link/bin/agent evidence";
const deadlineSeconds = 60;

/** Asks a host by Systems Manager. @throws Error when it does not answer, or not to this */
export async function hostEvidence(configuration: ClientConfiguration, instanceId: string): Promise<HostEvidence> {
  const management = managementOf("metrics-link: audit, reads only", configuration);
  const end = await runCommand(
    management,
    { instanceId, command: auditCommand, deadlineSeconds },
    {
      now: () => Date.now(),
      sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    },
  );
  if (end.kind === "late") throw new Error(`${instanceId} gave no answer within ${deadlineSeconds} s: ${end.what}`);
  if (end.success) return unpackHostEvidence(end.output);
  throw new Error(`${instanceId}: ${end.details}: ${(end.errors || end.output).trim().slice(0, 300)}`);
}
