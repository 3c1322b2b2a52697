import { runOnHost, type Sandbox } from "../../cli/sandbox.ts";
import type { Fault } from "./fault.ts";
import { startAgent, stopAgent } from "./units.ts";

const unit = "metrics-link-fault-slow";
const prometheus = "metrics-link-prometheus";

/**
 * The Prometheus of a host is stopped most of the time, as on an overloaded machine: it answers late.
 * @param still seconds for which it is stopped before it runs for one
 */
export const slowPrometheus = (sandbox: Sandbox, host: string, still: number): Fault => ({
  async inject() {
    // The agent would restart a service that does not answer.
    await stopAgent(sandbox, host);
    const signal = (name: string) => `systemctl kill --signal=${name} ${prometheus}`;
    const script = `while :; do ${signal("STOP")}; sleep ${still}; ${signal("CONT")}; sleep 1; done`;
    await runOnHost(sandbox, host, ["systemd-run", "--quiet", "--collect", "--unit", unit, "sh", "-c", script]);
  },
  async heal() {
    // A unit that does not exist cannot and need not be stopped.
    await sandbox.world.exec(host, ["systemctl", "stop", unit]);
    await runOnHost(sandbox, host, ["systemctl", "kill", "--signal=CONT", prometheus]);
    await startAgent(sandbox, host);
  },
});
