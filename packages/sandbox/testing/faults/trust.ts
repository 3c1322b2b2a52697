import { LinkError } from "@metrics-link/contract";
import { hostPaths } from "@metrics-link/release";
import { pulumiOf, runOnHost, type Sandbox } from "../../cli/sandbox.ts";
import type { Role } from "../../cli/stack-files.ts";
import { expired, identitiesOf } from "../identities.ts";
import type { Fault } from "./fault.ts";
import { runAgent, startAgent, stopAgent } from "./units.ts";

/** One side suspends its peer and resumes it, each with an update of its stack. */
export const suspendedPeer = (sandbox: Sandbox, role: Role): Fault => ({
  async inject() {
    sandbox.files.suspend(role, "a drill: its key is said to be out");
    await pulumiOf(sandbox, role).up(role);
  },
  async heal() {
    sandbox.files.suspend(role, undefined);
    await pulumiOf(sandbox, role).up(role);
  },
});

/** Somebody adds a root to a sender's trust bundle on the receiver's disk; the agent finds it. */
export const editedTrustBundle = (sandbox: Sandbox, sender: string): Fault => ({
  async inject() {
    const script = `cd ${hostPaths.current}/tls && cat own-root.pem >> roots/${sender}.pem`;
    await runOnHost(sandbox, "receiver", ["sh", "-c", script]);
    await runAgent(sandbox, "receiver");
  },
  heal: () => runAgent(sandbox, "receiver"),
});

/** The original, kept for the repair: the agent would restore it, but wait a minute for an Envoy that does not know. */
const aside = "/run/metrics-link-fault-chain.pem";
const chainFile = `${hostPaths.current}/tls/certificate-chain.pem`;

/** The leaf that a host presents has expired and is otherwise valid: nobody renewed it. */
export function expiredLeaf(sandbox: Sandbox, host: Role): Fault {
  // Envoy reloads when a release comes into force, not when a file changes.
  const takeUp = () => runOnHost(sandbox, host, ["systemctl", "restart", "metrics-link-envoy"]);
  return {
    async inject() {
      const chain = await expired(await identitiesOf(sandbox, host));
      await stopAgent(sandbox, host);
      const script = `test -e ${aside} || cp ${chainFile} ${aside}; cat > ${chainFile}`;
      const { code, stderr } = await sandbox.world.exec(host, ["sh", "-c", script], { stdin: chain });
      if (code !== 0)
        throw new LinkError("COMMAND_FAILED", { what: `cannot write ${chainFile} on ${host}: ${stderr}` });
      await takeUp();
    },
    async heal() {
      const script = `if test -e ${aside}; then cat ${aside} > ${chainFile} && rm ${aside}; fi`;
      await runOnHost(sandbox, host, ["sh", "-c", script]);
      await takeUp();
      await startAgent(sandbox, host);
    },
  };
}
