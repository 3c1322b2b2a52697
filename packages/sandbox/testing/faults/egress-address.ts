import type { Sandbox } from "../../cli/sandbox.ts";
import { execute, inNamespace, run } from "../../realiser/command.ts";
import { interfaceName, namespaces } from "../../realiser/names.ts";
import { elasticAddresses, uplink } from "../../realiser/network/attachments.ts";
import type { Fault } from "./fault.ts";
import { inside, placeOf } from "./network.ts";

/** Nobody's in the sandbox, and from the range of its other Elastic IPs. */
const otherAddress = "203.0.113.99";

/** The sender's NAT gateway has another public address than the pinned one. */
export function otherEgressAddress(sandbox: Sandbox): Fault {
  const { internet, vpc: vpcNamespace } = namespaces(sandbox.layout);
  const place = () => {
    const { vpc } = placeOf(sandbox, "sender");
    return { vpc, router: vpcNamespace(vpc.id), route: [`${otherAddress}/32`, "via", uplink.vpc] };
  };
  /** An internet gateway translates one to one, both ways. */
  const translate = async (router: string, pairs: readonly (readonly [inner: string, outer: string])[]) => {
    const elements = (name: string, mapped: readonly string[]) =>
      `flush map ip internet_gateway ${name}\nadd element ip internet_gateway ${name} { ${mapped.join(", ")} }\n`;
    const stdin =
      elements(
        "outbound",
        pairs.map(([inner, outer]) => `${inner} : ${outer}`),
      ) +
      elements(
        "inbound",
        pairs.map(([inner, outer]) => `${outer} : ${inner}`),
      );
    await run(inNamespace(router, ["nft", "-f", "-"]), { stdin });
  };
  return {
    async inject() {
      const { vpc, router, route } = place();
      await inside(internet, "ip", "route", "replace", ...route, "dev", interfaceName("v", vpc.id), "onlink");
      const nat = vpc.natGateways.map(({ privateAddress }) => privateAddress);
      await translate(
        router,
        elasticAddresses(vpc).map(({ privateAddress, publicAddress }) => [
          privateAddress,
          nat.includes(privateAddress) ? otherAddress : publicAddress,
        ]),
      );
    },
    async heal() {
      const { vpc, router } = place();
      await translate(
        router,
        elasticAddresses(vpc).map(({ privateAddress, publicAddress }) => [privateAddress, publicAddress]),
      );
      // Already gone.
      await execute(inNamespace(internet, ["ip", "route", "delete", `${otherAddress}/32`]));
    },
  };
}
