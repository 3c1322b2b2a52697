import type { Report } from "@metrics-link/host/agent/report.ts";
import { sandbox } from "./sandbox.ts";

const agent = "/opt/metrics-link/bin/agent";

/** What the agent of a host said and did, when it was run by hand. */
export interface AgentRun {
  readonly code: number;
  readonly word: string;
  readonly report: Report;
}

/** Runs the agent as its timer would, or with other words, and reads its report. */
export async function runAgent(host: string, ...words: readonly string[]): Promise<AgentRun> {
  const { code, stdout } = await sandbox.world.exec(host, [agent, ...(words.length === 0 ? ["run"] : words)]);
  return { code, word: stdout, report: await reportOf(host) };
}

export async function reportOf(host: string): Promise<Report> {
  const { stdout } = await sandbox.world.exec(host, [agent, "status"]);
  return JSON.parse(stdout) as Report;
}
