/** What exists in the sandbox's AWS before anything is created: region, zones, images, instance types, services. */

import { LinkError } from "@metrics-link/contract";

export const REGION = "eu-west-1";

/** Zone names and ids of the region. Which name an id has differs by account in AWS; here it is the same for all. */
export const ZONES = [
  { name: "eu-west-1a", id: "euw1-az1" },
  { name: "eu-west-1b", id: "euw1-az2" },
  { name: "eu-west-1c", id: "euw1-az3" },
] as const;

export function zoneId(name: string): string {
  const zone = ZONES.find((item) => item.name === name);
  if (zone === undefined) throw new LinkError("INTERNAL", { what: `${name} is not a zone of ${REGION}` });
  return zone.id;
}

/** What is wrong with a zone name, or undefined. The code's text is EC2's own. */
export function zoneFault(name: string): string | undefined {
  if (ZONES.some((zone) => zone.name === name)) return;
  return `Value (${name}) is invalid. Subnets can currently only be created in the following availability zones: ${ZONES.map((zone) => zone.name).join(", ")}`;
}

export interface MachineImage {
  readonly id: string;
  readonly name: string;
  readonly architecture: "x86_64" | "arm64";
  /** The device that the root volume has in the image's block device mapping. */
  readonly rootDeviceName: string;
  readonly rootSizeGiB: number;
}

/** The image of the hosts in the sandbox. */
export const DEBIAN_13_IMAGE: MachineImage = {
  id: "ami-0deb1a13000000001",
  name: "debian-13-amd64-sandbox",
  architecture: "x86_64",
  rootDeviceName: "/dev/xvda",
  rootSizeGiB: 8,
};

/** The same image under the id that a later release of it would have: what an instance is replaced for. */
export const LATER_DEBIAN_13_IMAGE: MachineImage = {
  ...DEBIAN_13_IMAGE,
  id: "ami-0deb1a13000000002",
  name: "debian-13-amd64-sandbox-later",
};

export const IMAGES: readonly MachineImage[] = [DEBIAN_13_IMAGE, LATER_DEBIAN_13_IMAGE];

const FAMILIES = {
  x86_64: [
    "t3",
    "t3a",
    "m5",
    "m6i",
    "m6a",
    "m7i",
    "m7a",
    "c5",
    "c6i",
    "c6a",
    "c7i",
    "c7a",
    "r5",
    "r6i",
    "r6a",
    "r7i",
    "r7a",
  ],
  arm64: ["t4g", "m6g", "m7g", "m8g", "c6g", "c7g", "c8g", "r6g", "r7g", "r8g"],
} as const;
const BURSTABLE_SIZES = ["nano", "micro", "small", "medium", "large", "xlarge", "2xlarge"];
const SIZES = ["medium", "large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge"];
/** Families that have no medium size: https://docs.aws.amazon.com/ec2/latest/instancetypes/gp.html and its siblings. */
const WITHOUT_MEDIUM = ["m5", "m6i", "m6a", "m7i", "c5", "c6i", "c6a", "c7i", "r5", "r6i", "r6a", "r7i"];
const WITHOUT_8XLARGE_ONWARDS = ["c5"];

/** The architecture of an instance type, or undefined if the type is not known. General families only. */
export function architectureOf(instanceType: string): MachineImage["architecture"] | undefined {
  const [family = "", size = ""] = instanceType.split(".");
  const architectures = Object.keys(FAMILIES) as (keyof typeof FAMILIES)[];
  const architecture = architectures.find((name) => (FAMILIES[name] as readonly string[]).includes(family));
  const sizes = family.startsWith("t") ? BURSTABLE_SIZES : SIZES;
  if (architecture === undefined || !sizes.includes(size)) return undefined;
  if (size === "medium" && WITHOUT_MEDIUM.includes(family)) return undefined;
  if (["8xlarge", "16xlarge"].includes(size) && WITHOUT_8XLARGE_ONWARDS.includes(family)) return undefined;
  return architecture;
}

/** The AWS-managed prefix list of S3, by which gateway endpoints are routed, and where the sandbox's S3 is. */
export const S3_PREFIX_LIST = {
  id: "pl-6da54004",
  name: `com.amazonaws.${REGION}.s3`,
  cidrs: ["192.0.2.128/25"],
} as const;

export const PREFIX_LISTS = [S3_PREFIX_LIST];

/** Services that an interface endpoint can be made for: those which the sandbox serves inside a VPC. */
export const INTERFACE_SERVICES = ["ec2", "ec2messages", "kms", "secretsmanager", "ssm", "ssmmessages", "sts"];
export const GATEWAY_SERVICES = ["s3"];

/** A service that somebody else offers by PrivateLink. */
export interface EndpointService {
  readonly name: string;
  /** Its owner has proven that the domain is his. */
  readonly privateDnsName: string;
  /** Whether its owner has to accept each endpoint: the default at AWS. */
  readonly acceptanceRequired: boolean;
}

/** An Alertmanager of somebody else's, outside of both accounts. */
export const ALERTMANAGER_SERVICE: EndpointService = {
  name: `com.amazonaws.vpce.${REGION}.vpce-svc-0a1e27a4a6e200001`,
  privateDnsName: "alertmanager.ops.example",
  acceptanceRequired: false,
};

/** A service whose owner is asked about each endpoint, and does not answer. */
const UNANSWERED_SERVICE: EndpointService = {
  name: `com.amazonaws.vpce.${REGION}.vpce-svc-0a1e27a4a6e200002`,
  privateDnsName: "pager.ops.example",
  acceptanceRequired: true,
};

export const ENDPOINT_SERVICES: readonly EndpointService[] = [ALERTMANAGER_SERVICE, UNANSWERED_SERVICE];

/** The hosted zone of Network Load Balancers: https://docs.aws.amazon.com/general/latest/gr/elb.html */
export const NLB_ZONE_ID = "Z2IFOLAFXWLO4F";

/**
 * From where an account's Elastic IPs are taken, upwards. Documentation ranges (RFC 5737): they lead nowhere outside
 * the sandbox.
 */
export function elasticAddressPool(account: string): { first: string; last: string } {
  if (account === "111111111111") return { first: "203.0.113.10", last: "203.0.113.254" };
  if (account === "222222222222") return { first: "198.51.100.10", last: "198.51.100.127" };
  return { first: "198.51.100.128", last: "198.51.100.254" };
}

/** https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html: 5 Elastic IPs a region, soft. */
export const ELASTIC_ADDRESSES_PER_ACCOUNT = 5;

/** Hosts on the sandbox's internet, in no account. */
export const INTERNET_HOSTS = [{ name: "outsider", address: "192.0.2.66" }] as const;
