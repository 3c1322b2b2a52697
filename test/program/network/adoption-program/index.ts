/** A sender's network, address, instance and data volume. WANTED, in JSON, says what is taken over, and from which snapshot. */
import { machine } from "@metrics-link/host/cloud/instance.ts";
import { hostRole } from "@metrics-link/host/cloud/role.ts";
import { PinnedEgress, PrivateNetwork } from "@metrics-link/network";
import { accountProvider, inAccount } from "@metrics-link/stacks/account.ts";
import { requireAdoptable } from "@metrics-link/stacks/adoption.ts";
import { ownOutputs, ownStack } from "@metrics-link/stacks/own-outputs.ts";

const account = {
  id: "111111111111",
  region: "eu-west-1",
  assumeRole: "arn:aws:iam::111111111111:role/metrics-link-deploy",
};

interface Wanted {
  readonly zones?: readonly string[];
  readonly allocation?: string;
  readonly volume?: string;
  readonly snapshot?: string;
  readonly sizeGiB?: number;
}

/** @public Pulumi loads it */
export default async () => {
  const wanted: Wanted = JSON.parse(process.env.WANTED ?? "{}");
  const { zones = ["eu-west-1a", "eu-west-1b"], sizeGiB = 8 } = wanted;
  const provider = accountProvider({ account, role: "sender" });
  const network = {
    cidr: "10.20.0.0/16",
    zones: [...zones],
    connections: [],
    targets: [],
    scrapedBy: [],
    endpointServices: [],
    dnsFirewall: false,
    securityGroupQuotas: { rules: 60, groups: 5 },
    documentationAddresses: true,
    ...(wanted.allocation === undefined ? {} : { addressAllocations: [wanted.allocation] }),
  };
  const host = {
    imageId: "ami-0deb1a13000000001",
    architecture: "x86_64" as const,
    instanceType: "t3.small",
    dataVolumeGiB: sizeGiB,
    imageBringsManagementAgent: true,
    snapshots: { everyHours: 24, keep: 7, at: "03:00" },
    ...(wanted.volume === undefined ? {} : { dataVolumeId: wanted.volume }),
    ...(wanted.snapshot === undefined ? {} : { dataVolumeSnapshotId: wanted.snapshot }),
  };
  await requireAdoptable({ account, network, host }, await ownOutputs(), provider);
  const options = inAccount(provider);
  const made = new PrivateNetwork(
    "sender",
    { ...network, reach: { account, buckets: [], secrets: [] }, tags: { stack: ownStack() } },
    options,
  );
  const hostSecurityGroup = made.hostSecurityGroup("sender", made);
  const { addresses } = new PinnedEgress(
    "sender",
    { network: made, hostSecurityGroup, destinations: [], adopted: wanted.allocation },
    options,
  );
  const { profile } = hostRole(
    "sender",
    { roleName: "sender", hostName: "sender", permissionsBoundary: undefined, tags: {} },
    { provider },
  );
  const [zone] = made.zones;
  if (zone === undefined) throw new Error("no zone");
  const { instance, volume } = machine(
    "sender",
    {
      hostName: "sender",
      account,
      network: {
        vpcId: made.vpcId,
        subnetId: zone.privateSubnet.id,
        zone: zone.zone,
        securityGroupIds: [hostSecurityGroup.id],
      },
      image: { id: host.imageId, instanceType: host.instanceType },
      dataVolume: { sizeGiB, adopted: wanted.volume, snapshotId: wanted.snapshot },
      bucketName: "bucket",
      profile,
      protect: true,
      tags: {},
      dependsOn: [],
    },
    { provider },
  );
  return { addresses, instanceId: instance.id, dataVolumeId: volume.id };
};
