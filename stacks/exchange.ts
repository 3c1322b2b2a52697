import type { ExchangeConfiguration } from "@metrics-link/config";
import {
  addressesIn,
  artifactNames,
  contractIn,
  contractLabelsOutput,
  contractOutput,
  contractVersions,
  contractVersionsOutput,
  endpointPort,
  fingerprintsOf,
  LinkError,
  messageOf,
  type ReceiverContract,
  readContract,
  type SenderContract,
} from "@metrics-link/contract";
import { elasticIp } from "@metrics-link/network";
import * as pulumi from "@pulumi/pulumi";
import { accountProvider } from "./account.ts";
import { requireAdoptableAddresses } from "./adoption.ts";
import { rootBundleIn } from "./ceremony-folder.ts";
import { addressesOf, addressesOutput } from "./own-exchange.ts";
import { ownStack } from "./own-outputs.ts";
import { readOutputs } from "./stack-outputs.ts";

type Contract = SenderContract | ReceiverContract;

/**
 * The exchange stack: what an account shows its peers and must not lose (docs/decisions/0720). It has the Elastic IPs, no host and no
 * secret, so whoever reads it needs no key.
 */
export async function exchange(configuration: ExchangeConfiguration) {
  const { account, shows, pki } = configuration;
  const [{ [addressesOutput]: before }, inForce] = await Promise.all([
    readOutputs(ownStack(), [addressesOutput]),
    contractOfHost(configuration),
  ]);
  const rootBundle = inForce?.rootBundle ?? rootBundleIn(pki.artefacts, pki.roots);

  const provider = accountProvider(configuration);
  await requireAdoptableAddresses(configuration, addressesOf(before), provider);
  const addresses = addressNames(shows).map((name, index) =>
    elasticIp(name, { provider }, shows.addressAllocations?.[index]),
  );
  if (inForce !== undefined) await compareAddresses(addresses, inForce, shows.stack, before === undefined);

  const contract = pulumi.all(addresses.map(({ publicIp }) => publicIp)).apply((found): Contract | undefined => {
    if (rootBundle === undefined) return undefined;
    const common = {
      version: contractVersions.writes,
      accountId: account.id,
      rootBundle,
      dnsName: inForce?.dnsName ?? pki.dnsName,
      trusts: inForce?.trusts ?? [],
    };
    return shows.role === "sender"
      ? { ...common, role: "sender", egressAddresses: found }
      : { ...common, role: "receiver", endpointAddresses: found, endpointPort };
  });
  if (rootBundle === undefined) {
    void pulumi.log.warn(
      `${pki.artefacts} has no ${pki.roots.map(artifactNames.root).join(" or ")} yet, so there is no contract to show. ` +
        "Next: npm run ceremony -- init, where the root key is kept; commit the folder; then update again.",
    );
  }
  return {
    [contractOutput]: contract,
    [contractLabelsOutput]: labelsShown(inForce),
    [contractVersionsOutput]: contractVersions,
    [addressesOutput]: addresses.map(({ allocationId, publicIp }) => ({ allocationId, address: publicIp })),
    rootFingerprints: rootBundle === undefined ? [] : fingerprintsOf(rootBundle),
  };
}

/** What the stack with the host says of labels; nothing before its first whole update. */
function labelsShown(inForce: Contract | undefined) {
  if (inForce?.role === "receiver") return { admits: inForce.admits ?? [] };
  return inForce?.labels === undefined ? {} : { labels: inForce.labels };
}

/** The names of the Elastic IPs, one for each that this side has. */
export const addressNames = ({
  role,
  addresses,
}: Pick<ExchangeConfiguration["shows"], "role" | "addresses">): string[] =>
  role === "sender" ? ["sender-address"] : ["receiver-address-1", "receiver-address-2"].slice(0, addresses);

/**
 * What the stack with the host has put in force; undefined before its first whole update.
 * @throws LinkError when it cannot be read, or is another account's
 */
async function contractOfHost({ account, shows }: ExchangeConfiguration): Promise<Contract | undefined> {
  const outputs = await readOutputs(shows.stack, [contractOutput, contractLabelsOutput]).catch((error: unknown) => {
    // Not made yet. Any other failure must not take what is shown away.
    if (/unknown stack/.test(messageOf(error)))
      return { [contractOutput]: undefined, [contractLabelsOutput]: undefined };
    throw error;
  });
  const contract = readContract(shows.stack, contractIn(outputs));
  if (contract === undefined) return undefined;
  if (contract.accountId === account.id && contract.role === shows.role) return contract;
  throw new LinkError("EXCHANGE_OF_ANOTHER", {
    what: `${shows.stack} is a ${contract.role} in account ${contract.accountId}, and this stack shows a ${shows.role} in ${account.id}`,
    next: "correct metrics-link:shows, or metrics-link:account.id",
  });
}

/**
 * Requires of a first update beside a deployed host that the host's Elastic IPs were moved here: new ones would cut
 * the link. Later it warns: an address that was lost has to be made anew, but a host that does not name its exchange has
 * others than its peers pin.
 * @throws LinkError EXCHANGE_ADDRESSES_NOT_MOVED
 */
async function compareAddresses(
  addresses: readonly { readonly publicIp: pulumi.Output<string> }[],
  inForce: Contract,
  host: string,
  isFirst: boolean,
): Promise<void> {
  const wanted = addressesIn(inForce);
  const found = await Promise.all(addresses.map(({ publicIp }) => valueIfKnown(publicIp)));
  if (found.every((one) => one !== undefined && wanted.includes(one))) return;
  if (!isFirst) {
    void pulumi.log.warn(
      `${host} has the addresses ${wanted.join(" and ")}, and peers are shown those of this stack. ` +
        "Next: set `exchange` in its file to this stack, and update it.",
    );
    return;
  }
  throw new LinkError("EXCHANGE_ADDRESSES_NOT_MOVED", {
    what: `${host} has the addresses ${wanted.join(" and ")}, which its peers pin, and this update would make others`,
    next: "move them first: docs/deploy.md, Moving the addresses into an exchange stack",
  });
}

/** The value of an output; undefined in the preview of what is not there yet. */
async function valueIfKnown<Value>(output: pulumi.Output<Value>): Promise<Value | undefined> {
  // Not among the types of the SDK, but what it decides by itself whether to call a callback.
  const isKnown: unknown = await Reflect.get(output, "isKnown");
  return isKnown === true ? await new Promise((resolve) => output.apply(resolve)) : undefined;
}
