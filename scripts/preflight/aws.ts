import {
  DescribeAvailabilityZonesCommand,
  DescribeImagesCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeInstanceTypesCommand,
  DescribeTransitGatewayVpcAttachmentsCommand,
  DescribeVpcEndpointServicesCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcPeeringConnectionsCommand,
  EC2Client,
  type Image as Ec2Image,
  GetEbsDefaultKmsKeyIdCommand,
} from "@aws-sdk/client-ec2";
import { DescribeKeyCommand, KMSClient, paginateListAliases } from "@aws-sdk/client-kms";
import { HeadBucketCommand, S3Client } from "@aws-sdk/client-s3";
import type { Configuration } from "@metrics-link/config";
import { LinkError, rangeWith } from "@metrics-link/contract";
import { bucketName, hostNames } from "@metrics-link/host";
import type { Connection, EndpointService, Evidence, Image, InstanceType } from "@metrics-link/preflight";
import { clientConfiguration, withPaths } from "../audit/aws.ts";
import { part } from "../audit/part.ts";
import { identitiesOf, snapshotRole, unlessUnknown } from "./identity.ts";
import { quotasOf } from "./quotas.ts";

/** What AWS knows about a stack that is to be updated, by calls that change nothing. */
type FromAws = Pick<
  Evidence,
  | "caller"
  | "role"
  | "zones"
  | "quotas"
  | "image"
  | "newestImage"
  | "instanceType"
  | "offeredIn"
  | "ebsKey"
  | "snapshotRole"
  | "names"
  | "endpointServices"
  | "connections"
  | "guardDutyEndpoints"
>;

/** Asks AWS, as the update would: with the environment's credentials, and with the role of the configuration. */
export async function askAws(configuration: Configuration, environment: NodeJS.ProcessEnv): Promise<FromAws> {
  const { host, account, network, role } = configuration;
  const clients = clientConfiguration(configuration, environment);
  const ec2 = new EC2Client(clients);
  const kms = new KMSClient(clients);
  const configured = part(() => imageOf(ec2, host.imageId));
  const [
    identities,
    zones,
    quotas,
    image,
    newest,
    type,
    offered,
    ebsKey,
    snapshots,
    alias,
    bucket,
    services,
    connections,
    guardDuty,
  ] = await Promise.all([
    identitiesOf(configuration, environment),
    part(() => zonesOf(ec2)),
    quotasOf(clients),
    configured,
    part(async () => {
      const found = await configured;
      return newestImage(ec2, "value" in found ? found.value : undefined, host.architecture);
    }),
    part(() => instanceTypeOf(ec2, host.instanceType)),
    part(() => offeredIn(ec2, host.instanceType)),
    part(() => ebsKeyOf(ec2, kms)),
    host.snapshots.keep === 0 ? undefined : part(() => snapshotRole(clients, configuration)),
    part(() => aliasOf(kms, hostNames(role, account.region).keyAlias)),
    part(() => bucketOf(new S3Client(withPaths(clients)), bucketName(role, account))),
    part(() => servicesOf(ec2, network.endpointServices)),
    part(() => connectionsOf(ec2, network.connections)),
    part(() => guardDutyOf(ec2, account.region)),
  ]);
  return {
    ...identities,
    zones,
    quotas,
    image,
    newestImage: newest,
    instanceType: type,
    offeredIn: offered,
    ebsKey,
    snapshotRole: snapshots,
    names: { alias, bucket },
    endpointServices: services,
    connections,
    guardDutyEndpoints: guardDuty,
  };
}

async function zonesOf(ec2: EC2Client) {
  const { AvailabilityZones: zones = [] } = await ec2.send(new DescribeAvailabilityZonesCommand());
  return zones
    .filter(({ ZoneType }) => ZoneType === undefined || ZoneType === "availability-zone")
    .map(({ ZoneName = "", ZoneId = "", State = "" }) => ({ name: ZoneName, id: ZoneId, state: State }));
}

const imageOf = (ec2: EC2Client, id: string) =>
  unlessUnknown(/^InvalidAMIID\.(NotFound|Unavailable)$/, async () => {
    const { Images: images = [] } = await ec2.send(new DescribeImagesCommand({ ImageIds: [id] }));
    return images.map(imageFrom)[0];
  });

/** Debian's account for cloud images: https://wiki.debian.org/Cloud/AmazonEC2Image */
const debian = "136693071363";

/** The images of which the configured one is one: its owner's, named as it is up to a date; Debian's own without it. */
function familyOf(
  image: Image | undefined,
  architecture: "x86_64" | "arm64",
): { readonly owner: string; readonly names: string } {
  if (image === undefined)
    return { owner: debian, names: `debian-13-${architecture === "arm64" ? "arm64" : "amd64"}-*` };
  const [, before] = /^(.+?)(?:19|20)\d{2}[-._]?[01]\d/.exec(image.name) ?? [];
  return { owner: image.owner || debian, names: before === undefined ? image.name : `${before}*` };
}

async function newestImage(
  ec2: EC2Client,
  configured: Image | undefined,
  architecture: "x86_64" | "arm64",
): Promise<Image | undefined> {
  const { owner, names } = familyOf(configured, architecture);
  const { Images: images = [] } = await ec2.send(
    new DescribeImagesCommand({
      Owners: [owner],
      Filters: [
        { Name: "name", Values: [names] },
        { Name: "state", Values: ["available"] },
      ],
    }),
  );
  return images
    .map(imageFrom)
    .toSorted((one, other) => one.created.localeCompare(other.created))
    .at(-1);
}

const imageFrom = (found: Ec2Image): Image => ({
  id: found.ImageId ?? "",
  name: found.Name ?? "without a name",
  state: found.State ?? "not told",
  architecture: found.Architecture ?? "not told",
  bootMode: found.BootMode,
  virtualization: found.VirtualizationType ?? "not told",
  rootDeviceType: found.RootDeviceType ?? "not told",
  ena: found.EnaSupport === true,
  created: found.CreationDate ?? "",
  owner: found.OwnerId ?? "",
});

const instanceTypeOf = (ec2: EC2Client, type: string) =>
  unlessUnknown(/^InvalidInstanceType$/, async (): Promise<InstanceType | undefined> => {
    const { InstanceTypes: types = [] } = await ec2.send(
      new DescribeInstanceTypesCommand({ Filters: [{ Name: "instance-type", Values: [type] }] }),
    );
    const [found] = types;
    if (found === undefined) return undefined;
    const vcpus = found.VCpuInfo?.DefaultVCpus;
    const memoryMiB = found.MemoryInfo?.SizeInMiB;
    if (vcpus === undefined || memoryMiB === undefined)
      throw new LinkError("API_ERROR", { what: `EC2 does not tell how many vCPUs ${type} has, or how much memory` });
    return {
      processors: found.ProcessorInfo?.SupportedArchitectures ?? [],
      hypervisor: found.Hypervisor,
      bareMetal: found.BareMetal === true,
      bootModes: found.SupportedBootModes ?? [],
      vcpus,
      memoryMiB,
    };
  });

async function offeredIn(ec2: EC2Client, type: string): Promise<string[]> {
  const { InstanceTypeOfferings: offerings = [] } = await ec2.send(
    new DescribeInstanceTypeOfferingsCommand({
      LocationType: "availability-zone",
      Filters: [{ Name: "instance-type", Values: [type] }],
    }),
  );
  return offerings.flatMap(({ Location }) => Location ?? []);
}

async function ebsKeyOf(ec2: EC2Client, kms: KMSClient) {
  const { KmsKeyId: id = "" } = await ec2.send(new GetEbsDefaultKmsKeyIdCommand());
  // AWS' own may not exist before its first use, and to ask KMS for it would make it.
  if (id === "alias/aws/ebs") return { arn: id, manager: "AWS", enabled: true };
  const { KeyMetadata: key } = await kms.send(new DescribeKeyCommand({ KeyId: id }));
  return { arn: key?.Arn ?? id, manager: key?.KeyManager ?? "not told", enabled: key?.Enabled === true };
}

async function aliasOf(kms: KMSClient, name: string) {
  for await (const { Aliases: aliases = [] } of paginateListAliases({ client: kms }, {})) {
    if (aliases.some(({ AliasName }) => AliasName === name)) return { name, taken: true };
  }
  return { name, taken: false };
}

async function bucketOf(s3: S3Client, name: string) {
  const found = await unlessUnknown(/^(NotFound|NoSuchBucket)$/, async () => {
    try {
      return await s3.send(new HeadBucketCommand({ Bucket: name }));
    } catch (error) {
      // HeadBucket has no body that could say more (S3 API reference).
      if (!/^(403|Forbidden|AccessDenied)$/.test((error as Error).name)) throw error;
      throw new LinkError("API_ERROR", {
        what: `S3 refuses to look at ${name}: it is another account's, or the role is not authorized to list it`,
      });
    }
  });
  return { name, taken: found !== undefined };
}

async function servicesOf(ec2: EC2Client, names: readonly string[]) {
  const found = await Promise.all(names.map(async (name) => [name, await serviceOf(ec2, name)] as const));
  return new Map(found);
}

const serviceOf = (ec2: EC2Client, name: string) =>
  unlessUnknown(/^InvalidServiceName$/, async (): Promise<EndpointService | undefined> => {
    const { ServiceDetails: [service] = [] } = await ec2.send(
      new DescribeVpcEndpointServicesCommand({ ServiceNames: [name] }),
    );
    if (service === undefined) return undefined;
    const { PrivateDnsNameVerificationState: state, PrivateDnsName: dns } = service;
    return {
      name,
      acceptanceRequired: service.AcceptanceRequired === true,
      privateDnsName: state === undefined || state === "verified" ? dns : undefined,
      zones: service.AvailabilityZones ?? [],
    };
  });

async function connectionsOf(ec2: EC2Client, connections: Configuration["network"]["connections"]) {
  const connectionOf = ({ id, cidr }: (typeof connections)[number]) =>
    id.startsWith("tgw-") ? attachmentOf(ec2, id) : peeringOf(ec2, id, cidr);
  return new Map(await Promise.all(connections.map(async (one) => [one.id, await connectionOf(one)] as const)));
}

const peeringOf = (ec2: EC2Client, id: string, cidr: string) =>
  unlessUnknown(/^InvalidVpcPeeringConnectionI[Dd]\.NotFound$/, async (): Promise<Connection | undefined> => {
    const { VpcPeeringConnections: [found] = [] } = await ec2.send(
      new DescribeVpcPeeringConnectionsCommand({ VpcPeeringConnectionIds: [id] }),
    );
    if (found === undefined) return undefined;
    const ends = [found.RequesterVpcInfo, found.AccepterVpcInfo];
    const ranges = ends.flatMap((end) => end?.CidrBlock ?? []);
    const networks = ranges.map((range) => ({ cidr: range }));
    const leadsThere = rangeWith(networks, cidr) !== undefined;
    return { state: found.Status?.Code ?? "not told", ranges, leadsThere };
  });

/** Of several attachments, such as of a network that is gone, the one that works. */
async function attachmentOf(ec2: EC2Client, id: string): Promise<Connection | undefined> {
  const { TransitGatewayVpcAttachments: found = [] } = await ec2.send(
    new DescribeTransitGatewayVpcAttachmentsCommand({ Filters: [{ Name: "transit-gateway-id", Values: [id] }] }),
  );
  const states = found.map(({ State }) => State ?? "not told");
  const state = states.find((one) => one === "available") ?? states[0];
  return state === undefined ? undefined : { state, ranges: undefined, leadsThere: undefined };
}

async function guardDutyOf(ec2: EC2Client, region: string): Promise<string[]> {
  const { VpcEndpoints: endpoints = [] } = await ec2.send(
    new DescribeVpcEndpointsCommand({
      Filters: [{ Name: "service-name", Values: [`com.amazonaws.${region}.guardduty-data`] }],
    }),
  );
  return endpoints.map(({ VpcEndpointId = "", VpcId = "" }) => `${VpcEndpointId} in ${VpcId}`);
}
