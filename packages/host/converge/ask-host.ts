import type { ConvergeRequest } from "./environment.ts";
import { type Clock, type Management, runCommand } from "./run-command.ts";

export interface Answer {
  /** What the host said: one line, then its reasons. */
  readonly word: string;
  readonly converged: boolean;
}

/** The command on the host. At its first boot the agent is still on its way. */
export function hostCommand({ releaseId, force }: Pick<ConvergeRequest, "releaseId" | "force">): string {
  return [
    "until test -e /opt/metrics-link/bin/agent.mjs; do sleep 0.2; done",
    `exec /opt/metrics-link/bin/agent converge --release ${releaseId}${force ? " --force" : ""}`,
  ].join("\n");
}

/** Has the host converge, and waits for its word until the deadline. */
export async function askHost(management: Management, request: ConvergeRequest, clock: Clock): Promise<Answer> {
  const { instanceId, releaseId, deadlineSeconds } = request;
  const end = await runCommand(management, { instanceId, command: hostCommand(request), deadlineSeconds }, clock);
  if (end.kind === "late") {
    const word = `${instanceId} gave no word on ${releaseId} within ${deadlineSeconds} s: ${end.what}`;
    return { word, converged: false };
  }
  const said = [end.output, end.errors].map((text) => text.trim()).filter((text) => text !== "");
  if (end.success) return { word: said[0] ?? "", converged: true };
  return { word: [`${instanceId}: ${end.details}`, ...said].join("\n"), converged: false };
}
