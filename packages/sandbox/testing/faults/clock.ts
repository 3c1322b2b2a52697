import { readFileSync } from "node:fs";
import { LinkError } from "@metrics-link/contract";
import type { Sandbox } from "../../cli/sandbox.ts";
import type { Fault } from "./fault.ts";

const script = new URL("./on-host/skew-clock.ts", import.meta.url);
const units = ["metrics-link-prometheus", "metrics-link-node-exporter", "metrics-link-envoy"];
const node = "/opt/metrics-link/bin/node --input-type=module-typescript -";

/**
 * The clock of a host's services is so many seconds ahead. A service that restarts has the right time again.
 */
export function clockAhead(sandbox: Sandbox, host: string, seconds: number): Fault {
  const set = async (ahead: number) => {
    const pids = `$(systemctl show --property=MainPID --value ${units.join(" ")})`;
    const { code, stderr } = await sandbox.world.exec(host, ["sh", "-c", `exec ${node} ${ahead} ${pids}`], {
      stdin: readFileSync(script, "utf8"),
    });
    if (code !== 0) throw new LinkError("COMMAND_FAILED", { what: `cannot set the clock of ${host}: ${stderr}` });
  };
  return { inject: () => set(seconds), heal: () => set(0) };
}
