import { LinkError } from "@metrics-link/contract";
import { runOnHost, type Sandbox } from "../../cli/sandbox.ts";
import { Store } from "../../cloud/store.ts";
import { topologyOf } from "../../cloud/topology.ts";
import type { Instance, Topology, Vpc } from "../../model/topology.ts";
import { execute, inNamespace, run } from "../../realiser/command.ts";
import { interfaceName, namespaces } from "../../realiser/names.ts";
import type { Fault } from "./fault.ts";
import { runAgent } from "./units.ts";

/** The topology that the sandbox's networks realise. */
function topologyIn({ layout }: Sandbox): Topology {
  const record = new Store(layout.cloudFile);
  return topologyOf(record.all(), record.rules);
}

/** The instance of a name and the VPC that it is in. @throws LinkError SANDBOX_REFUSED when there is none */
export function placeOf(sandbox: Sandbox, host: string): { readonly vpc: Vpc; readonly instance: Instance } {
  for (const vpc of topologyIn(sandbox).vpcs) {
    const instance = vpc.instances.find(({ name }) => name === host);
    if (instance) return { vpc, instance };
  }
  throw new LinkError("SANDBOX_REFUSED", { what: `no instance of the sandbox is called ${host}` });
}

export const inside = (namespace: string, ...argv: string[]): Promise<string> => run(inNamespace(namespace, argv));

const table = "fault";

/** Adds our rules to those of a namespace, replacing our earlier ones. */
async function addRules(namespace: string, chain: string): Promise<void> {
  const ruleset = `table ip ${table}\ndelete table ip ${table}\ntable ip ${table} {\n  chain fault {\n${chain}\n  }\n}\n`;
  await run(inNamespace(namespace, ["nft", "-f", "-"]), { stdin: ruleset });
}

async function removeRules(namespace: string): Promise<void> {
  await run(inNamespace(namespace, ["nft", "-f", "-"]), { stdin: `table ip ${table}\ndelete table ip ${table}\n` });
}

/**
 * Limits the egress of an interface to so many bits a second: excess is queued, then dropped (tc-tbf(8)). Not every
 * kernel has netem, which would add latency.
 */
async function limitRate(namespace: string, device: string, kilobits: number): Promise<void> {
  const shape = ["tbf", "rate", `${kilobits}kbit`, "burst", "8kb", "latency", "2s"];
  await inside(namespace, "tc", "qdisc", "replace", "dev", device, "root", ...shape);
}

async function liftLimit(namespace: string, device: string): Promise<void> {
  const { code, stderr } = await execute(inNamespace(namespace, ["tc", "qdisc", "delete", "dev", device, "root"]));
  // Without a limit there is nothing to delete.
  if (code !== 0 && !/handle of zero|No such file/.test(stderr))
    throw new LinkError("COMMAND_FAILED", { what: `tc in ${namespace}: ${stderr.trim()}` });
}

/** The internet silently drops all packets to and from the receiver's endpoint. */
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

/** Low bandwidth to the receiver. @param kilobits a second */
export function narrowLink(sandbox: Sandbox, kilobits: number): Fault {
  const { internet } = namespaces(sandbox.layout);
  const device = () => interfaceName("v", placeOf(sandbox, "receiver").vpc.id);
  return {
    inject: () => limitRate(internet, device(), kilobits),
    heal: () => liftLimit(internet, device()),
  };
}

/** A host's resolver does not answer. */
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
      // At once instead of within the minute; it gives up only after its time-out.
      await runOnHost(sandbox, host, ["systemctl", "start", "--no-block", "metrics-link-agent.service"]);
    },
    async heal() {
      await removeRules(namespace());
      await runAgent(sandbox, host);
    },
  };
}
