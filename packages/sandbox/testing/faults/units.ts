import { runOnHost, type Sandbox } from "../../cli/sandbox.ts";
import { prometheusProcess, untilAtWork } from "./at-work.ts";
import type { Fault } from "./fault.ts";

/** The agent would start a stopped unit again within the minute, and put back what was changed by hand. */
const agentTimer = "metrics-link-agent.timer";

/** Stops a unit of a host, and the agent's timer with it. */
export async function stopUnit(sandbox: Sandbox, host: string, unit: string): Promise<void> {
  await runOnHost(sandbox, host, ["systemctl", "stop", agentTimer, unit]);
}

export async function startUnit(sandbox: Sandbox, host: string, unit: string): Promise<void> {
  await runOnHost(sandbox, host, ["systemctl", "start", unit, agentTimer]);
}

export async function stopAgent(sandbox: Sandbox, host: string): Promise<void> {
  await runOnHost(sandbox, host, ["systemctl", "stop", agentTimer]);
}

export async function startAgent(sandbox: Sandbox, host: string): Promise<void> {
  await runOnHost(sandbox, host, ["systemctl", "start", agentTimer]);
}

/** Lets the agent look at once, put right what it finds, and go on doing so. Its word is in its report. */
export async function runAgent(sandbox: Sandbox, host: string): Promise<void> {
  // A run that finds something to complain about is a failed unit, and no failure of the order to run.
  await sandbox.world.exec(host, ["systemctl", "start", "metrics-link-agent.service"]);
  await runOnHost(sandbox, host, ["systemctl", "start", agentTimer]);
}

/** A unit that does not run, and that nobody starts. */
export const stoppedUnit = (sandbox: Sandbox, host: string, unit: string): Fault => ({
  inject: () => stopUnit(sandbox, host, unit),
  heal: () => startUnit(sandbox, host, unit),
});

/** A unit whose process is killed. systemd starts it again by itself. */
export const crashedUnit = (sandbox: Sandbox, host: string, unit: string): Fault => ({
  async inject() {
    await runOnHost(sandbox, host, ["systemctl", "kill", "--signal=KILL", unit]);
  },
  heal: () => startUnit(sandbox, host, unit),
});

/** The same of Prometheus, until it answers again. */
export function crashedPrometheus(sandbox: Sandbox, host: string): Fault {
  const { inject, heal } = crashedUnit(sandbox, host, "metrics-link-prometheus");
  return {
    async inject() {
      const before = await prometheusProcess(sandbox, host);
      await inject();
      await untilAtWork(sandbox, host, before);
    },
    heal,
  };
}
