/** Instances of the topology. */
import type { Instance } from "../../model/topology.ts";
import { hostName } from "../../world/accounts.ts";
import { eip } from "../ec2/eip.ts";
import type { InstanceResource } from "../ec2/instance.ts";
import { volume } from "../ec2/volume.ts";
import { volumeAttachment } from "../ec2/volume-attachment.ts";
import { instanceProfile } from "../iam/instance-profile.ts";
import { role } from "../iam/role.ts";
import type { Record } from "./record.ts";

export function instanceOf(record: Record, item: InstanceResource): Instance {
  const profile = record.find(instanceProfile, item.inputs.iamInstanceProfile);
  const roleArn = record.of(role).find((one) => one.account === item.account && one.id === profile?.inputs.role)
    ?.outputs.arn;
  const address = record.where(eip, (inputs) => inputs.instance === item.id)[0]?.outputs.publicIp;
  const { inputs, outputs } = item;
  return {
    id: item.id,
    name: hostName(item.account, inputs.tags?.Name ?? item.id),
    imageId: inputs.ami,
    instanceType: inputs.instanceType,
    subnetId: inputs.subnetId,
    privateAddress: outputs.privateIp,
    ...(address === undefined ? {} : { publicAddress: address }),
    securityGroupIds: outputs.vpcSecurityGroupIds,
    sourceDestinationCheck: inputs.sourceDestCheck,
    power: item.facts.power ?? "running",
    ...(inputs.userDataBase64 === undefined ? {} : { userData: inputs.userDataBase64 }),
    metadata: {
      tokensRequired: inputs.metadataOptions?.httpTokens === "required",
      hopLimit: inputs.metadataOptions?.httpPutResponseHopLimit ?? 1,
      tagsEnabled: inputs.metadataOptions?.instanceMetadataTags === "enabled",
    },
    ...(roleArn === undefined ? {} : { roleArn }),
    ...(profile === undefined ? {} : { instanceProfileArn: profile.outputs.arn }),
    tags: inputs.tags ?? {},
    rootDiskGiB: outputs.rootBlockDevice.volumeSize ?? 0,
    rootVolumeId: outputs.rootBlockDevice.volumeId,
    volumes: record
      .where(volumeAttachment, (attachment) => attachment.instanceId === item.id)
      .map(({ inputs: { volumeId, deviceName } }) => {
        const { size = 0, snapshotId } = record.find(volume, volumeId)?.inputs ?? {};
        return { volumeId, deviceName, sizeGiB: size, ...(snapshotId === undefined ? {} : { snapshotId }) };
      }),
  };
}
