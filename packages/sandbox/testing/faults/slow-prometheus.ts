import { runOnHost, type Sandbox } from "../../cli/sandbox.ts";
import type { Fault } from "./fault.ts";
import { startAgent, stopAgent } from "./units.ts";

const unit = "metrics-link-fault-slow";
const prometheus = "metrics-link-prometheus";

/**
 * The Prometheus of a host stands still most of the time, as on a machine without time for it: what is asked of it is
 * answered late.
 * @param still for how many seconds, before it goes on for one
 */
export const slowPrometheus = (sandbox: Sandbox, host: string, still: number): Fault => ({
  async inject() {
    // The agent would find a service that does not answer, and start it anew.
    await stopAgent(sandbox, host);
    const signal = (name: string) => `systemctl kill --signal=${name} ${prometheus}`;
    const script = `while :; do ${signal("STOP")}; sleep ${still}; ${signal("CONT")}; sleep 1; done`;
    await runOnHost(sandbox, host, ["systemd-run", "--quiet", "--collect", "--unit", unit, "sh", "-c", script]);
  },
  async heal() {
    // A unit that is not there cannot be stopped, and need not.
    await sandbox.world.exec(host, ["systemctl", "stop", unit]);
    await runOnHost(sandbox, host, ["systemctl", "kill", "--signal=CONT", prometheus]);
    await startAgent(sandbox, host);
  },
});
