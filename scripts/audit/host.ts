import { type EvidencePartName, type HostEvidence, partsLeftOut, unpackHostEvidence } from "@metrics-link/contract";
import { managementOf } from "@metrics-link/host/converge/management-client.ts";
import { type Clock, type Management, runCommand } from "@metrics-link/host/converge/run-command.ts";
import type { ClientConfiguration } from "./aws.ts";

/** The one command that an audit runs on a host. It reads and changes nothing. */
const auditCommand = "/opt/metrics-link/bin/agent evidence";
const deadlineSeconds = 60;

/**
 * Asks a host by Systems Manager; what did not fit into the first answer is asked for by itself.
 * @throws Error when it does not answer, or not to this
 */
export async function hostEvidence(configuration: ClientConfiguration, instanceId: string): Promise<HostEvidence> {
  return await askInParts(managementOf("metrics-link: audit, reads only", configuration), instanceId, {
    now: () => Date.now(),
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  });
}

/** The same, over a given Systems Manager. */
export async function askInParts(management: Management, instanceId: string, clock: Clock): Promise<HostEvidence> {
  const ask = async (...parts: EvidencePartName[]) => {
    const command = ["exec", auditCommand, ...parts].join(" ");
    const end = await runCommand(management, { instanceId, command, deadlineSeconds }, clock);
    if (end.kind === "late") throw new Error(`${instanceId} gave no answer within ${deadlineSeconds} s: ${end.what}`);
    if (end.success) return unpackHostEvidence(end.output);
    throw new Error(`${instanceId}: ${end.details}: ${(end.errors || end.output).trim().slice(0, 300)}`);
  };
  const first = await ask();
  const more = await Promise.all(partsLeftOut(first).map(async (name) => [name, (await ask(name))[name]] as const));
  return { ...first, ...Object.fromEntries(more) };
}
