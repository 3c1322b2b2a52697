import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { cloudInitText } from "./cloud-init.ts";
import type { HostArgs } from "./host-args.ts";

export interface Machine {
  readonly instance: aws.ec2.Instance;
  readonly volume: aws.ebs.Volume;
  readonly attachment: aws.ec2.VolumeAttachment;
}

/** AWS requires a device name; on Nitro instances the disk appears as NVMe, under another one. */
const deviceName = "/dev/sdf";

/** A disposable instance, and the durable volume with the TSDB and the WAL. */
export function machine(
  name: string,
  args: Pick<HostArgs, "hostName" | "account" | "network" | "image" | "dataVolume"> & {
    readonly bucketName: string;
    readonly profile: aws.iam.InstanceProfile;
    readonly protect: boolean;
    readonly tags: Readonly<Record<string, string>>;
    /** Required by its first boot. */
    readonly dependsOn: pulumi.Input<pulumi.Input<pulumi.Resource>[]>;
  },
  own: pulumi.CustomResourceOptions,
): Machine {
  const { adopted, snapshotId } = args.dataVolume;
  const volume = new aws.ebs.Volume(
    `${name}-data`,
    {
      availabilityZone: args.network.zone,
      size: args.dataVolume.sizeGiB,
      type: "gp3",
      // With the account's EBS key: the key of the secret is deleted with the stack, and this volume must outlive it.
      encrypted: true,
      ...(snapshotId === undefined ? {} : { snapshotId }),
      tags: { ...args.tags, Name: `${name}-data` },
    },
    {
      ...own,
      protect: args.protect,
      retainOnDelete: args.protect,
      // What it was made from is history: another value would replace the volume, and with it the data since.
      ignoreChanges: ["snapshotId"],
      ...(adopted === undefined ? {} : { import: adopted }),
    },
  );
  const { privateAddress } = args.network;
  const instance = new aws.ec2.Instance(
    `${name}-instance`,
    {
      ami: args.image.id,
      instanceType: args.image.instanceType,
      subnetId: args.network.subnetId,
      vpcSecurityGroupIds: args.network.securityGroupIds,
      ...(privateAddress === undefined ? {} : { privateIp: privateAddress }),
      associatePublicIpAddress: false,
      iamInstanceProfile: args.profile.name,
      metadataOptions: {
        httpEndpoint: "enabled",
        httpTokens: "required",
        httpPutResponseHopLimit: 1,
        instanceMetadataTags: "disabled",
      },
      rootBlockDevice: {
        encrypted: true,
        volumeType: "gp3",
        volumeSize: 10,
        tags: { ...args.tags, Name: `${name}-root` },
      },
      userDataBase64: Buffer.from(
        cloudInitText({ hostName: args.hostName, region: args.account.region, bucket: args.bucketName }),
      ).toString("base64"),
      userDataReplaceOnChange: false,
      tags: { ...args.tags, Name: name },
    },
    {
      ...own,
      dependsOn: args.dependsOn,
      // User data is used once, at the first boot, and EC2 would stop a running instance to change it. It contains no
      // versions and so never ages: a new instance may boot with the older text.
      ignoreChanges: ["userDataBase64"],
      // The fixed address and the volume belong to one instance at a time.
      deleteBeforeReplace: true,
      // Another volume is another host: EC2 detaches a volume from an instance that is off, and nothing turns that on again.
      replacementTrigger: volume.id,
    },
  );
  const attachment = new aws.ec2.VolumeAttachment(
    `${name}-data-attachment`,
    { deviceName, instanceId: instance.id, volumeId: volume.id, stopInstanceBeforeDetaching: true },
    { ...own, deleteBeforeReplace: true },
  );
  return { instance, volume, attachment };
}
