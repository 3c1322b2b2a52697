import { LinkError } from "@metrics-link/contract";
import {
  type Clock,
  type Management,
  managementOf,
  runCommand,
  systemClock,
} from "@metrics-link/host/converge/index.ts";
import {
  type AuditOutcome,
  type EvidencePartName,
  type HostEvidence,
  packAuditOutcome,
  partsLeftOut,
  unpackHostEvidence,
} from "@metrics-link/release";
import type { ClientConfiguration } from "./aws.ts";

const agent = "exec /opt/metrics-link/bin/agent";
const deadlineSeconds = 60;

/**
 * Reads a host's evidence through Systems Manager; parts that did not fit into the first answer are fetched one by one.
 * @throws LinkError when the host does not answer or the command fails
 */
export async function hostEvidence(configuration: ClientConfiguration, instanceId: string): Promise<HostEvidence> {
  return await askInParts(managementOf("metrics-link: audit, reads only", configuration), instanceId, systemClock);
}

/**
 * Stores the outcome of an audit on the host, for its metrics.
 * @throws LinkError when the host does not answer or the command fails
 */
export async function tellHost(configuration: ClientConfiguration, instanceId: string, outcome: AuditOutcome) {
  const management = managementOf("metrics-link: outcome of an audit", configuration);
  await said(management, instanceId, `${agent} audited ${packAuditOutcome(outcome)}`, systemClock);
}

/** The same, over a given Systems Manager. The command reads and changes nothing. */
export async function askInParts(management: Management, instanceId: string, time: Clock): Promise<HostEvidence> {
  const ask = async (...parts: EvidencePartName[]) =>
    unpackHostEvidence(await said(management, instanceId, [agent, "evidence", ...parts].join(" "), time));
  const first = await ask();
  const more = await Promise.all(partsLeftOut(first).map(async (name) => [name, (await ask(name))[name]] as const));
  return { ...first, ...Object.fromEntries(more) };
}

/** What a command on a host prints. @throws LinkError when it fails, or the host does not answer */
export async function said(management: Management, instanceId: string, command: string, time: Clock): Promise<string> {
  const end = await runCommand(management, { instanceId, command, deadlineSeconds }, time);
  if (end.kind === "timedOut")
    throw new LinkError("TIMED_OUT", {
      what: `${instanceId}: timed out after ${deadlineSeconds} s waiting for ${end.waitingFor}`,
    });
  if (end.success) return end.output;
  throw new LinkError("COMMAND_FAILED", {
    what: `${instanceId}: ${end.details}: ${(end.errors || end.output).trim().slice(0, 300)}`,
  });
}
