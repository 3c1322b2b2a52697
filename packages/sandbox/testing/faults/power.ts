import { runOnHost, type Sandbox } from "../../cli/sandbox.ts";
import { until } from "../../realiser/until.ts";
import type { Fault } from "./fault.ts";

const bootMilliseconds = 60_000;

/** A host that is started anew, in order. */
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

/** Waits until a host's Prometheus answers. */
export async function untilAtWork(sandbox: Sandbox, host: string): Promise<void> {
  const ask = ["curl", "--silent", "--fail", "--max-time", "2", "http://127.0.0.1:9090/-/ready"];
  await until(`Prometheus of ${host} is ready`, bootMilliseconds, () =>
    runOnHost(sandbox, host, ask).catch(() => undefined),
  );
}
