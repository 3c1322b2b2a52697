import type { Sandbox } from "../../cli/sandbox.ts";
import { interfaceName, namespaces } from "../../realiser/names.ts";
import type { Fault } from "./fault.ts";
import { addRules, liftLimit, limitRate, placeOf, removeRules } from "./network.ts";

/** The internet carries nothing to or from the receiver's endpoint any more, and nobody is told. */
export function linkCut(sandbox: Sandbox): Fault {
  const { internet } = namespaces(sandbox.layout);
  return {
    async inject() {
      const { endpoints } = await sandbox.world.status();
      const addresses = endpoints.map((endpoint) => endpoint.split(":")[0]).join(", ");
      await addRules(
        internet,
        `    type filter hook forward priority 10; policy accept;
    ip daddr { ${addresses} } drop
    ip saddr { ${addresses} } drop`,
      );
    },
    heal: () => removeRules(internet),
  };
}

/** The way to the receiver is narrow. @param kilobits a second */
export function narrowLink(sandbox: Sandbox, kilobits: number): Fault {
  const { internet } = namespaces(sandbox.layout);
  const device = () => interfaceName("v", placeOf(sandbox, "receiver").vpc.id);
  return {
    inject: () => limitRate(internet, device(), kilobits),
    heal: () => liftLimit(internet, device()),
  };
}
