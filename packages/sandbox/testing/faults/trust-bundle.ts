import { hostPaths } from "@metrics-link/release";
import { runOnHost, type Sandbox } from "../../cli/sandbox.ts";
import type { Fault } from "./fault.ts";
import { runAgent } from "./units.ts";

/** Somebody puts another root beside those that a receiver trusts for a sender, on its disk; the agent finds it. */
export const editedTrustBundle = (sandbox: Sandbox, sender: string): Fault => ({
  async inject() {
    const script = `cd ${hostPaths.current}/tls && cat own-root.pem >> roots/${sender}.pem`;
    await runOnHost(sandbox, "receiver", ["sh", "-c", script]);
    await runAgent(sandbox, "receiver");
  },
  heal: () => runAgent(sandbox, "receiver"),
});
