/** A client's network beside that of a stack, with machines to be scraped, and a peering connection that both have accepted. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { LinkError } from "@metrics-link/contract";
import { z } from "zod";
import type { Sandbox } from "../cli/sandbox.ts";
import { seen } from "../cloud/ec2/seen.ts";
import { accounts, administratorArn, region, type Side } from "../world/accounts.ts";

export interface ClientNetwork {
  readonly cidr: string;
  /** The id of the peering connection. */
  readonly connection: string;
  /** By the names of the machines. */
  readonly addresses: Readonly<Record<string, string>>;
}

const made = z.object({ id: z.string(), outputs: z.record(z.string(), z.unknown()) });

/**
 * Makes the network as people of an account do, beside the stack. Its owner lets everything in and has a route back, so what
 * is not reached there is held back by the stack.
 * @param cidr one that no other network of the sandbox has
 * @param machines the range of the subnet in which each is, by its name
 */
export async function clientNetwork(
  { world }: Sandbox,
  side: Side,
  cidr: string,
  machines: Readonly<Record<string, string>>,
): Promise<ClientNetwork> {
  const place = { account: accounts[side], region, caller: administratorArn(side) };
  const make = async (type: string, inputs: object) =>
    made.parse(await world.cloud("create", { ...place, type: `aws:ec2/${type}`, name: "client", inputs }));
  const { vpcs } = seen.parse(await world.cloud("seen", { ...place, action: "ec2:DescribeVpcs" }));
  const own = vpcs.find(({ tags }) => tags.stack?.endsWith(`/${side}`));
  if (own === undefined) throw new LinkError("SANDBOX_REFUSED", { what: `the stack ${side} has no network` });
  const network = await make("vpc:Vpc", { cidrBlock: cidr, enableDnsSupport: true, instanceTenancy: "default" });
  const inputs = { vpcId: own.id, peerVpcId: network.id, autoAccept: true };
  const connection = await make("vpcPeeringConnection:VpcPeeringConnection", inputs);
  await make("route:Route", {
    routeTableId: network.outputs.mainRouteTableId,
    destinationCidrBlock: own.cidrBlock,
    vpcPeeringConnectionId: connection.id,
  });
  const subnets = new Map<string, string>();
  for (const cidrBlock of new Set(Object.values(machines))) {
    subnets.set(cidrBlock, (await make("subnet:Subnet", { vpcId: network.id, cidrBlock })).id);
  }
  for (const [name, subnet] of Object.entries(machines)) {
    await world.setNeighbour({ name, subnetId: subnets.get(subnet) ?? "" });
  }
  const { hosts } = await world.status();
  const addresses = hosts.filter(({ name }) => name in machines).map(({ name, address }) => [name, address] as const);
  return { cidr, connection: connection.id, addresses: Object.fromEntries(addresses) };
}

/** Runs a program of this machine in the network of one of them. @returns how to end it */
export async function runOn(
  { world }: Sandbox,
  machine: string,
  argv: readonly string[],
): Promise<() => Promise<void>> {
  const [program = "", ...words] = await world.shell(machine, argv);
  const process: ChildProcess = spawn(program, words, { stdio: "ignore" });
  const ended = once(process, "exit");
  await once(process, "spawn");
  return async () => {
    process.kill();
    await ended;
  };
}
