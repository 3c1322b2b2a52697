import { runOnHost, type Sandbox } from "../../cli/sandbox.ts";
import { until } from "../../realiser/until.ts";
import type { Fault } from "./fault.ts";
import { prometheusProcess, untilAtWork } from "./power.ts";

/** The agent would start a stopped unit again within the minute, and put back what was changed by hand. */
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

/** Lets no run of the agent begin, and the one that is under way end: it would put right what is about to be broken. */
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

/** Lets the agent look at once, put right what it finds, and go on doing so. Its word is in its report. */
export async function runAgent(sandbox: Sandbox, host: string): Promise<void> {
  // A run that finds something to complain about is a failed unit, and no failure of the order to run.
  await sandbox.world.exec(host, ["systemctl", "start", agentService]);
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
