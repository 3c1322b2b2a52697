import type { Sandbox } from "../../cli/sandbox.ts";
import { untilAtWork } from "./at-work.ts";
import type { Fault } from "./fault.ts";

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
