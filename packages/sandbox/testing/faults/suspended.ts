import { pulumiOf, type Sandbox } from "../../cli/sandbox.ts";
import type { Role } from "../../cli/stack-files.ts";
import type { Fault } from "./fault.ts";

/** The people of one side take the trust in their peer away, and give it back, each with an update of their stack. */
export const suspendedPeer = (sandbox: Sandbox, role: Role): Fault => ({
  async inject() {
    sandbox.files.suspend(role, "a drill: its key is said to be out");
    await pulumiOf(sandbox).up(role);
  },
  async heal() {
    sandbox.files.suspend(role, undefined);
    await pulumiOf(sandbox).up(role);
  },
});
