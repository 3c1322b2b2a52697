/** Contents of an instance's metadata service: the categories of the EC2 user guide, "Instance metadata categories". */
import { LinkError } from "@metrics-link/contract";
import type { Instance, Vpc } from "../../model/topology.ts";
import { macAddress } from "../../realiser/names.ts";

/** A folder of the metadata; a text is a file. */
export interface Folder {
  readonly [name: string]: string | Folder;
}

/** The role's name, which is the last part of its ARN; paths do not belong to it. */
export function roleName(roleArn: string): string {
  return roleArn.replace(/^.*\//, "");
}

/** The name which EC2 derives from a private address: `ip-10-0-1-10.eu-west-1.compute.internal`. */
export function privateHostName(address: string, region: string): string {
  return `ip-${address.replaceAll(".", "-")}.${region}.compute.internal`;
}

/**
 * `meta-data/` of an instance. Credentials are not in it: they are made on request. Left out, because the
 * sandbox does not have them: interface ids, zone ids, spot, maintenance events.
 */
export function metadataTree(instance: Instance, vpc: Vpc): Folder {
  const subnet = vpc.subnets.find(({ id }) => id === instance.subnetId);
  if (subnet === undefined) {
    throw new LinkError("INTERNAL", { what: `instance ${instance.id} is in no subnet of ${vpc.id}` });
  }
  const hostName = privateHostName(instance.privateAddress, vpc.region);
  const mac = macAddress(instance.id);
  const groups = instance.securityGroupIds.join("\n");
  const publicAddress = instance.publicAddress;
  return {
    "ami-id": instance.imageId,
    "ami-launch-index": "0",
    "ami-manifest-path": "(unknown)",
    "block-device-mapping": { ami: "xvda", root: "/dev/xvda" },
    hostname: hostName,
    ...(instance.roleArn !== undefined && { iam: iamFolder(instance.roleArn) }),
    "instance-action": "none",
    "instance-id": instance.id,
    "instance-life-cycle": "on-demand",
    "instance-type": instance.instanceType,
    "local-hostname": hostName,
    "local-ipv4": instance.privateAddress,
    mac,
    network: {
      interfaces: {
        macs: {
          [mac]: {
            "device-number": "0",
            ...(publicAddress !== undefined && { "ipv4-associations": { [publicAddress]: instance.privateAddress } }),
            "local-hostname": hostName,
            "local-ipv4s": instance.privateAddress,
            mac,
            "owner-id": vpc.account,
            ...(publicAddress !== undefined && { "public-ipv4s": publicAddress }),
            "security-group-ids": groups,
            "subnet-id": subnet.id,
            "subnet-ipv4-cidr-block": subnet.cidr,
            "vpc-id": vpc.id,
            "vpc-ipv4-cidr-block": vpc.cidr,
            "vpc-ipv4-cidr-blocks": vpc.cidr,
          },
        },
      },
    },
    placement: { "availability-zone": subnet.zone, region: vpc.region },
    profile: "default-hvm",
    ...(publicAddress !== undefined && { "public-ipv4": publicAddress }),
    services: { domain: "amazonaws.com", partition: "aws" },
    ...(instance.metadata.tagsEnabled && { tags: { instance: { ...instance.tags } } }),
  };
}

/** For the listing: their contents change with time. */
function iamFolder(roleArn: string): Folder {
  return { info: "", "security-credentials": { [roleName(roleArn)]: "" } };
}

/** `dynamic/instance-identity/document`, unsigned: the sandbox has no AWS to sign it. */
export function identityDocument(instance: Instance, vpc: Vpc): Record<string, unknown> {
  return {
    accountId: vpc.account,
    architecture: "x86_64",
    availabilityZone: vpc.subnets.find(({ id }) => id === instance.subnetId)?.zone,
    imageId: instance.imageId,
    instanceId: instance.id,
    instanceType: instance.instanceType,
    privateIp: instance.privateAddress,
    region: vpc.region,
    version: "2017-09-30",
  };
}

/** The entry at a path, or a folder's listing with a slash after each folder's name; undefined if there is none. */
export function readTree(tree: Folder, path: readonly string[]): string | undefined {
  let entry: string | Folder | undefined = tree;
  for (const name of path) {
    if (typeof entry !== "object" || !Object.hasOwn(entry, name)) return undefined;
    entry = entry[name];
  }
  if (typeof entry !== "object") return entry;
  return Object.entries(entry)
    .map(([name, value]) => (typeof value === "object" ? `${name}/` : name))
    .join("\n");
}
