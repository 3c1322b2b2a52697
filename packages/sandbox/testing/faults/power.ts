import { runOnHost, type Sandbox } from "../../cli/sandbox.ts";
import { until } from "../../realiser/until.ts";
import type { Fault } from "./fault.ts";

const deadlineMilliseconds = 60_000;
const ready = "curl --silent --fail --max-time 2 --output /dev/null http://127.0.0.1:9090/-/ready";
const process = "systemctl show --property=MainPID --value metrics-link-prometheus";

/** The process id of a host's Prometheus. */
export const prometheusProcess = (sandbox: Sandbox, host: string): Promise<string> =>
  runOnHost(sandbox, host, process.split(" "));

/** Waits until a host's Prometheus answers. @param not its earlier process id */
export async function untilAtWork(sandbox: Sandbox, host: string, not?: string): Promise<void> {
  await until(`Prometheus of ${host} to be ready`, deadlineMilliseconds, async () => {
    const { code, stdout } = await sandbox.world
      .exec(host, ["sh", "-c", `${process} && ${ready}`])
      .catch(() => ({ code: 1, stdout: "" }));
    return code === 0 && stdout !== not;
  });
}

/** An orderly reboot of a host. */
export const reboot = (sandbox: Sandbox, host: string): Fault => ({
  async inject() {
    await sandbox.world.power(host, "reboot");
    await untilAtWork(sandbox, host);
  },
  heal: () => sandbox.world.power(host, "on"),
});

/** A host that loses its power and gets it back. */
export const powerCut = (sandbox: Sandbox, host: string): Fault => ({
  async inject() {
    await sandbox.world.power(host, "kill");
    await sandbox.world.power(host, "on");
    await untilAtWork(sandbox, host);
  },
  heal: () => sandbox.world.power(host, "on"),
});
