import type { Configuration, ExchangeConfiguration } from "@metrics-link/config";
import {
  addressesIn,
  InvalidInputError,
  messageOf,
  type Problem,
  printable,
  readContract,
} from "@metrics-link/contract";
import * as aws from "@pulumi/aws";
import { type InvokeOptions, log } from "@pulumi/pulumi";
import { project } from "./account.ts";
import { type OwnOutputs, ownStack } from "./own-outputs.ts";

/**
 * Elastic IPs and data volumes outlive their stack, and its next life takes them over by Pulumi's option `import`
 * (docs/decisions/0740). Pulumi takes whatever it is told, half an update later, so what was named is looked at first.
 */
interface Place {
  readonly account: Pick<Configuration["account"], "id" | "region">;
  /** The stack whose network may use it already: an update that was cut off is repeated. */
  readonly user: string;
  readonly provider: aws.Provider;
}

/**
 * Requires that what a stack with a host is to take over is there, fits, and is nobody else's.
 * @throws InvalidInputError `ADOPTION_REFUSED` with everything that is wrong, before anything is made
 */
export async function requireAdoptable(
  { account, network, host }: Pick<Configuration, "account" | "network" | "host">,
  { inForce }: Pick<OwnOutputs, "inForce">,
  provider: aws.Provider,
): Promise<void> {
  const place = { account, user: ownStack(), provider };
  // Read only where it is compared: an update without this key does not depend on it.
  const had = network.addressAllocations === undefined ? [] : addressesInForce(inForce.contract);
  refuse([
    ...(await wrongAddresses("network", network.addressAllocations, had, place)),
    ...(await wrongVolume(host, network.zones[0] ?? "", inForce.dataVolumeId, place)),
  ]);
}

/** The same for an exchange stack, which has Elastic IPs alone. @throws InvalidInputError `ADOPTION_REFUSED` */
export async function requireAdoptableAddresses(
  { account, shows }: ExchangeConfiguration,
  had: readonly { readonly address: string }[],
  provider: aws.Provider,
): Promise<void> {
  const place = { account, user: shows.stack, provider };
  const addresses = had.map(({ address }) => address);
  refuse(await wrongAddresses("shows", shows.addressAllocations, addresses, place));
}

function refuse(problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  throw new InvalidInputError("What this stack is to take over", problems, "ADOPTION_REFUSED");
}

function addressesInForce(contract: unknown): readonly string[] {
  const own = readContract(ownStack(), contract);
  return own === undefined ? [] : addressesIn(own);
}

async function wrongAddresses(
  section: "network" | "shows",
  ids: readonly string[] = [],
  had: readonly string[],
  place: Place,
): Promise<Problem[]> {
  const remedies = await Promise.all(ids.map((id) => addressRemedy(id, had, place)));
  return remedies.flatMap((remedy, index) =>
    remedy === undefined
      ? []
      : [{ key: `metrics-link:${section}.addressAllocations[${index}]`, value: ids[index], remedy }],
  );
}

/** What is to be done instead of taking this allocation; undefined if nothing speaks against it. */
async function addressRemedy(id: string, had: readonly string[], place: Place): Promise<string | undefined> {
  const options = { provider: place.provider };
  let publicIp: string;
  let tags: Tags;
  try {
    ({ publicIp, tags } = await aws.ec2.getElasticIp({ id }, options));
  } catch (error) {
    return notThere("an allocation", place, error);
  }
  const owner = otherProject(tags);
  if (owner !== undefined) return `an address of this product: its tag project says ${owner}`;
  if (had.length > 0 && !had.includes(publicIp)) {
    return `one of the addresses that this stack has and its peers pin, ${had.join(" and ")}, not ${publicIp}; or remove the key`;
  }
  const others = await usedElsewhere("association.allocation-id", id, place, (filters) =>
    aws.ec2.getNetworkInterfaces({ filters }, options),
  );
  return others.length === 0 ? undefined : `an address that nothing else uses: ${others.join(", ")} has ${publicIp}`;
}

async function wrongVolume(
  { dataVolumeId: id, dataVolumeGiB: sizeGiB, dataVolumeSnapshotId: snapshotId }: Configuration["host"],
  zone: string,
  had: unknown,
  place: Place,
): Promise<Problem[]> {
  if (id === undefined) return snapshotId === undefined ? [] : wrongSnapshot(snapshotId, sizeGiB, had, place);
  const key = "metrics-link:host.dataVolumeId";
  const options = { provider: place.provider };
  let found: aws.ebs.GetVolumeResult;
  try {
    found = await aws.ebs.getVolume({ filters: [{ name: "volume-id", values: [id] }] }, options);
  } catch (error) {
    return [{ key, value: id, remedy: notThere("a volume", place, error) }];
  }
  const remedies: string[] = [];
  if (found.availabilityZone !== zone) {
    remedies.push(
      `a volume in ${zone}, the first of network.zones: this one is in ${found.availabilityZone}. A snapshot of it can be ` +
        "restored in any zone: host.dataVolumeSnapshotId",
    );
  }
  const owner = otherProject(found.tags);
  if (owner !== undefined) remedies.push(`a volume of this product: its tag project says ${owner}`);
  if (!found.encrypted) remedies.push("an encrypted volume: a snapshot of it is restored as one");
  if (found.size > sizeGiB) {
    remedies.push(
      `a volume of at most ${sizeGiB} GiB; or set host.dataVolumeGiB to ${found.size}: a volume never shrinks`,
    );
  }
  const others = await usedElsewhere("block-device-mapping.volume-id", id, place, (filters) =>
    aws.ec2.getInstances({ filters, instanceStateNames: ["pending", "running", "stopping", "stopped"] }, options),
  );
  if (others.length > 0) remedies.push(`a volume that nothing else has: it is attached to ${others.join(", ")}`);
  if (typeof had === "string" && had !== id && (await exists(had, options))) {
    remedies.push(`${had}, which this stack has; to use another, docs/deploy.md says how to let that one go`);
  }
  return remedies.map((remedy) => ({ key, value: id, remedy }));
}

/** A snapshot is needed for a new volume alone: later it may be gone, as old ones go. */
async function wrongSnapshot(value: string, sizeGiB: number, had: unknown, place: Place): Promise<Problem[]> {
  const options = { provider: place.provider };
  const key = "metrics-link:host.dataVolumeSnapshotId";
  if (typeof had === "string" && (await exists(had, options))) {
    void log.warn(`${key} has no effect: this stack has its volume, ${had}. Remove the key.`);
    return [];
  }
  try {
    // Snapshots can be public, or shared by another account. Its owner chose what this host would mount and send on.
    const found = await aws.ebs.getSnapshot({ snapshotIds: [value], owners: ["self"] }, options);
    const remedies: string[] = [];
    if (found.ownerId !== place.account.id) {
      remedies.push(`a snapshot that account ${place.account.id} has taken: this one is of account ${found.ownerId}`);
    }
    const owner = otherProject(found.tags);
    if (owner !== undefined) remedies.push(`a snapshot of this product: its tag project says ${owner}`);
    if (found.volumeSize > sizeGiB) {
      remedies.push(`a snapshot of at most ${sizeGiB} GiB; or set host.dataVolumeGiB to ${found.volumeSize}`);
    }
    if (remedies.length === 0 && typeof had === "string" && found.volumeId !== had) {
      void log.warn(
        `${key} is ${value}, a snapshot of ${printable(found.volumeId)}. The volume that this stack had was ${had}: make sure that ` +
          "you know where the snapshot comes from.",
      );
    }
    return remedies.map((remedy) => ({ key, value, remedy }));
  } catch (error) {
    return [{ key, value, remedy: notThere("a snapshot", place, error) }];
  }
}

type Tags = Readonly<Record<string, string>>;

/** Whose a resource is by its tag `project`, shown; undefined if it is this product's, or says nothing. */
const otherProject = ({ project: theirs }: Tags): string | undefined =>
  theirs === undefined || theirs === project ? undefined : printable(theirs);

/** Whether EC2 still has a volume. */
async function exists(id: string, options: InvokeOptions): Promise<boolean> {
  const { ids } = await aws.ebs.getEbsVolumes({ filters: [{ name: "volume-id", values: [id] }] }, options);
  return ids.length > 0;
}

type Filters = { name: string; values: string[] }[];

/** The ids of what has it, outside of the networks of the stack that may. */
async function usedElsewhere(
  name: string,
  id: string,
  { user, provider }: Place,
  list: (filters: Filters) => Promise<{ readonly ids: readonly string[] }>,
): Promise<string[]> {
  const has = { name, values: [id] };
  const all = (await list([has])).ids;
  if (all.length === 0) return [];
  const { ids: networks } = await aws.ec2.getVpcs({ tags: { stack: user } }, { provider });
  const own = networks.length === 0 ? [] : (await list([has, { name: "vpc-id", values: networks }])).ids;
  return all.filter((one) => !own.includes(one));
}

const notThere = (what: string, { account }: Place, error: unknown): string =>
  `${what} of account ${account.id} in ${account.region}: ${messageOf(error)}`;
