import { runOnHost, type Sandbox } from "../../cli/sandbox.ts";
import { until } from "../../realiser/until.ts";
import type { Fault } from "./fault.ts";
import { prometheusProcess, untilAtWork } from "./power.ts";

/** The agent would start a stopped unit within the minute and revert manual changes. */
const agentTimer = "metrics-link-agent.timer";
const agentService = "metrics-link-agent.service";
const runEndsMilliseconds = 120_000;

/** Stops a unit of a host, and the agent before it. */
export async function stopUnit(sandbox: Sandbox, host: string, unit: string): Promise<void> {
  await stopAgent(sandbox, host);
  await runOnHost(sandbox, host, ["systemctl", "stop", unit]);
}

export async function startUnit(sandbox: Sandbox, host: string, unit: string): Promise<void> {
  await runOnHost(sandbox, host, ["systemctl", "start", unit, agentTimer]);
}

/** Stops the agent's timer and waits for a run in progress: the agent would repair the fault. */
export async function stopAgent(sandbox: Sandbox, host: string): Promise<void> {
  await runOnHost(sandbox, host, ["systemctl", "stop", agentTimer]);
  await until(`the agent of ${host} to end its run`, runEndsMilliseconds, async () => {
    const { stdout } = await sandbox.world.exec(host, ["systemctl", "is-active", agentService]);
    return !["active", "activating"].includes(stdout.trim());
  });
}

export async function startAgent(sandbox: Sandbox, host: string): Promise<void> {
  await runOnHost(sandbox, host, ["systemctl", "start", agentTimer]);
}

/** Runs the agent at once and starts its timer again. The outcome is in its status report. */
export async function runAgent(sandbox: Sandbox, host: string): Promise<void> {
  // A run that finds a fault is a failed unit, but starting it did not fail.
  await sandbox.world.exec(host, ["systemctl", "start", agentService]);
  await runOnHost(sandbox, host, ["systemctl", "start", agentTimer]);
}

/** A unit that is stopped and stays stopped. */
export const stoppedUnit = (sandbox: Sandbox, host: string, unit: string): Fault => ({
  inject: () => stopUnit(sandbox, host, unit),
  heal: () => startUnit(sandbox, host, unit),
});

/** A unit whose process is killed. systemd restarts it. */
export const crashedUnit = (sandbox: Sandbox, host: string, unit: string): Fault => ({
  async inject() {
    await runOnHost(sandbox, host, ["systemctl", "kill", "--signal=KILL", unit]);
  },
  heal: () => startUnit(sandbox, host, unit),
});

/** The same for Prometheus, until it answers again. */
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
