import { runOnHost, type Sandbox } from "../../cli/sandbox.ts";
import { namespaces } from "../../realiser/names.ts";
import type { Fault } from "./fault.ts";
import { addRules, placeOf, removeRules } from "./network.ts";
import { runAgent } from "./units.ts";

/** A host gets no answer from its resolver any more. */
export function noNames(sandbox: Sandbox, host: string): Fault {
  const namespace = () => namespaces(sandbox.layout).instance(placeOf(sandbox, host).instance.id);
  return {
    async inject() {
      await addRules(
        namespace(),
        `    type filter hook output priority 10; policy accept;
    udp dport 53 drop
    tcp dport 53 drop`,
      );
      // At once instead of within the minute; it takes its time until it gives up.
      await runOnHost(sandbox, host, ["systemctl", "start", "--no-block", "metrics-link-agent.service"]);
    },
    async heal() {
      await removeRules(namespace());
      await runAgent(sandbox, host);
    },
  };
}
