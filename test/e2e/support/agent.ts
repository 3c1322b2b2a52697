import { type StatusReport, statusText } from "@metrics-link/host/agent/status-report.ts";
import { sandbox } from "./sandbox.ts";

const agent = "/opt/metrics-link/bin/agent";

/** What the agent of a host said and did, when it was run by hand. */
export interface AgentRun {
  readonly code: number;
  readonly word: string;
  readonly report: StatusReport;
}

/**
 * Runs the agent as its timer does, in its unit, and reads what it says. A start while the timer's run is under way only
 * waits for that one, so it is followed by another.
 */
export async function runAgent(host: string): Promise<AgentRun> {
  const before = Date.now();
  for (let start = 1; ; start += 1) {
    const { code, stderr } = await sandbox.world.exec(host, ["systemctl", "start", "metrics-link-agent.service"]);
    const report = await reportOf(host);
    if (Date.parse(report.startedAt) >= before) return { code, word: statusText(report), report };
    if (start === 2) throw new Error(`the agent of ${host} did not run: ${stderr}`);
  }
}

export async function reportOf(host: string): Promise<StatusReport> {
  const { stdout } = await sandbox.world.exec(host, [agent, "status"]);
  return JSON.parse(stdout) as StatusReport;
}
