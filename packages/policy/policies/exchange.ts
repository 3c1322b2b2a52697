import { type AnyConfiguration, everyResourceRule, type Policy } from "../model/policy.ts";
import { types } from "../model/resources.ts";

/** What an exchange stack may consist of: itself, the engine's own provider, by which it reads the host stack, and the addresses. */
const allowed: readonly string[] = [types.stack, "pulumi:providers:pulumi", types.awsProvider, types.address];

/** What an account shows its peers. */
export const exchangeHasAddressesAlone: Policy<AnyConfiguration> = everyResourceRule(
  {
    name: "exchange-has-addresses-alone",
    fence: "account",
    rule: "An exchange stack has Elastic IPs and nothing else.",
    reason: "The peer's people read the whole state of this stack, and need no key for it.",
    remedy: "Put the resource into the stack with the host.",
    source: "docs/decisions/0720",
  },
  function* ({ type, props }, { configuration: { role } }) {
    if (role !== "exchange") return;
    if (!allowed.includes(type)) yield `an exchange stack has ${type}`;
    if (type !== types.address) return;
    for (const name of ["instance", "networkInterface", "associateWithPrivateIp"]) {
      if (props[name]) yield `the address has ${name}, and the stack with the host is what uses it`;
    }
  },
);
