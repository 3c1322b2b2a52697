import { runOnHost, type Sandbox } from "../../cli/sandbox.ts";
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

/** Lets the agent look, put right what it finds, and go on doing so. Its own word is in its report. */
export async function letAgentMend(sandbox: Sandbox, host: string): Promise<void> {
  // A run that finds something to complain about is a failed unit, and no failure of the order to run.
  await sandbox.world.exec(host, ["systemctl", "start", "metrics-link-agent.service"]);
  await runOnHost(sandbox, host, ["systemctl", "start", agentTimer]);
}

/** A unit that does not run, and that nobody starts. */
export const stoppedUnit = (sandbox: Sandbox, host: string, unit: string): Fault => ({
  inject: () => stopUnit(sandbox, host, unit),
  heal: () => startUnit(sandbox, host, unit),
});

/** A unit whose process ends without a word, and again as often as systemd has started it anew. */
export const crashingUnit = (sandbox: Sandbox, host: string, unit: string, times: number): Fault => ({
  async inject() {
    for (let crash = 0; crash < times; crash += 1) {
      await killUnit(sandbox, host, unit);
      await untilActive(sandbox, host, unit);
    }
  },
  heal: () => startUnit(sandbox, host, unit),
});

/** Kills a unit's process; systemd starts it again by itself. */
export async function killUnit(sandbox: Sandbox, host: string, unit: string): Promise<void> {
  await runOnHost(sandbox, host, ["systemctl", "kill", "--signal=KILL", unit]);
}

async function untilActive(sandbox: Sandbox, host: string, unit: string): Promise<void> {
  // Between the kill and its notice systemd still takes the unit for active.
  const script = 'for _ in $(seq 100); do sleep 0.2; systemctl is-active --quiet "$0" && exit 0; done; exit 1';
  await runOnHost(sandbox, host, ["sh", "-c", script, unit]);
}
