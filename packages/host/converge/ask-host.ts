import { LinkError, printableLines } from "@metrics-link/contract";
import type { AssumedRole } from "./assumed-role.ts";
import { type Clock, type Management, runCommand } from "./run-command.ts";

/** What `pulumi up` passes to this command, in its environment. */
interface ConvergeRequest {
  readonly region: string;
  /** Undefined: the deployer's own credentials. */
  readonly roleToAssume: AssumedRole | undefined;
  readonly instanceId: string;
  readonly releaseId: string;
  /** Makes changes at once that would otherwise stay pending until the backlog is sent. */
  readonly force: boolean;
  readonly deadlineSeconds: number;
}

/** @throws LinkError `USAGE` naming the missing variable */
export function readEnvironment(environment: NodeJS.ProcessEnv): ConvergeRequest {
  const required = (name: string) => {
    const value = environment[name];
    if (value) return value;
    throw new LinkError("USAGE", { what: `${name} is not set: pulumi up runs this command, with its environment` });
  };
  return {
    region: required("METRICS_LINK_REGION"),
    roleToAssume: roleOf(environment),
    instanceId: required("METRICS_LINK_INSTANCE_ID"),
    releaseId: required("METRICS_LINK_RELEASE_ID"),
    force: required("METRICS_LINK_FORCE") === "true",
    deadlineSeconds: Number(required("METRICS_LINK_DEADLINE_SECONDS")),
  };
}

function roleOf(environment: NodeJS.ProcessEnv): AssumedRole | undefined {
  const { METRICS_LINK_ASSUME_ROLE: roleArn, METRICS_LINK_SESSION_SECONDS: seconds } = environment;
  if (!roleArn) return undefined;
  return {
    roleArn,
    externalId: environment.METRICS_LINK_EXTERNAL_ID || undefined,
    sessionName: environment.METRICS_LINK_SESSION_NAME || undefined,
    seconds: seconds ? Number(seconds) : undefined,
  };
}

export interface Answer {
  /** The host's status report: one line, then the reasons. */
  readonly statusReport: string;
  readonly converged: boolean;
}

/** Run Command gives 24,000 characters of each output at most; a report has a few hundred. */
const printedCharacters = 10_000;

/**
 * A host's report for the terminal of whoever runs `pulumi up`. Each line names the host, and control characters are
 * written out: a host that somebody else controls must not write lines in the name of Pulumi.
 */
export function printed(instanceId: string, report: string): string {
  const left = report.length - printedCharacters;
  const shown = left > 0 ? `${report.slice(0, printedCharacters)}\n… and ${left} more characters` : report;
  return printableLines(shown).replaceAll(/^/gm, `${instanceId} | `);
}

/** The command on the host; during the first boot it waits for the agent. */
export function hostCommand({ releaseId, force }: Pick<ConvergeRequest, "releaseId" | "force">): string {
  return [
    "until test -e /opt/metrics-link/bin/agent.mjs; do sleep 0.2; done",
    `exec /opt/metrics-link/bin/agent converge --release ${releaseId}${force ? " --force" : ""}`,
  ].join("\n");
}

/** Asks the host to converge, and waits for its status report until the deadline. */
export async function askHost(management: Management, request: ConvergeRequest, clock: Clock): Promise<Answer> {
  const { instanceId, releaseId, deadlineSeconds } = request;
  const end = await runCommand(management, { instanceId, command: hostCommand(request), deadlineSeconds }, clock);
  if (end.kind === "timedOut") {
    const what = `timed out after ${deadlineSeconds} s waiting for ${end.waitingFor}`;
    return { statusReport: `${instanceId} on ${releaseId}: ${what}`, converged: false };
  }
  const texts = [end.output, end.errors].map((text) => text.trim()).filter((text) => text !== "");
  if (end.success) return { statusReport: texts[0] ?? "", converged: true };
  return { statusReport: [`${instanceId}: ${end.details}`, ...texts].join("\n"), converged: false };
}
