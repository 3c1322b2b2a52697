import type { Configuration } from "@metrics-link/config";
import {
  contractIn,
  contractLabelsOutput,
  contractOutput,
  isPublicAddress,
  LinkError,
  messageOf,
  type ReceiverContract,
  readContract,
  type SenderContract,
  shortName,
} from "@metrics-link/contract";
import type { KeptAddress } from "@metrics-link/network";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { readOutputs } from "./stack-outputs.ts";

/** The name of the output in which an exchange stack tells its account's host stack of the Elastic IPs. */
export const addressesOutput = "addresses";

const keptAddresses = z.array(
  z.object({
    allocationId: z.string().regex(/^eipalloc-([0-9a-f]{8}|[0-9a-f]{17})$/),
    address: z.string().refine(isPublicAddress),
  }),
);

/** The Elastic IPs that an exchange stack had at its last update, by its output `addresses`. */
export const addressesOf = (output: unknown): readonly KeptAddress[] => keptAddresses.safeParse(output).data ?? [];

/** What the exchange stack of this account has for its host stack. */
export interface OwnExchange {
  readonly stack: string;
  readonly addresses: readonly KeptAddress[];
  /** What it shows the peers now; undefined while that cannot be read as a contract. */
  readonly shown: SenderContract | ReceiverContract | undefined;
}

/**
 * Reads this account's exchange stack, before any resource is registered.
 * @returns undefined for a stack that has its own addresses
 * @throws LinkError EXCHANGE_NOT_READY unless it has as many addresses as this stack needs
 */
export async function ownExchange({
  exchange: stack,
  role,
  network,
}: Pick<Configuration, "exchange" | "role" | "network">): Promise<OwnExchange | undefined> {
  if (stack === undefined) return undefined;
  const notReady = (what: string, cause?: unknown) =>
    new LinkError("EXCHANGE_NOT_READY", {
      what: `${stack}, this account's exchange stack, ${what}`,
      next: `run \`pulumi up -s ${shortName(stack)}\` first`,
      ...(cause === undefined ? {} : { cause }),
    });
  const outputs = await readOutputs(stack, [addressesOutput, contractOutput, contractLabelsOutput]).catch(
    (error: unknown) => {
      throw notReady(`cannot be read: ${messageOf(error)}`, error);
    },
  );
  const addresses = addressesOf(outputs[addressesOutput]);
  const needed = role === "sender" ? 1 : network.zones.length;
  if (addresses.length < needed) {
    throw notReady(`has ${addresses.length} addresses, and this ${role} needs ${needed} (shows.addresses there)`);
  }
  // Addresses that it has left over are not shown wrongly for long: the warning below says so.
  return { stack, addresses: addresses.slice(0, needed), shown: readableContract(stack, outputs) };
}

function readableContract(stack: string, outputs: Readonly<Record<string, unknown>>): OwnExchange["shown"] {
  try {
    return readContract(stack, contractIn(outputs));
  } catch {
    return undefined; // The next update of the exchange writes it again.
  }
}

/** Warns when the peers are shown something else than what this update puts in force. */
export function warnIfStale(
  exchange: OwnExchange | undefined,
  contract: pulumi.Output<SenderContract | ReceiverContract>,
  labels: pulumi.Output<Pick<SenderContract, "labels"> | Pick<ReceiverContract, "admits">>,
): void {
  if (exchange === undefined) return;
  void pulumi.all([contract, labels]).apply(([inForce, beside]) => {
    const own = readableContract(exchange.stack, { [contractOutput]: inForce, [contractLabelsOutput]: beside });
    if (JSON.stringify(own) === JSON.stringify(exchange.shown)) return undefined;
    return pulumi.log.warn(
      `${exchange.stack} does not show the peers what this update puts in force. ` +
        `Next: pulumi up -s ${shortName(exchange.stack)}`,
      pulumi.runtime.getStackResource(),
    );
  });
}
