import { crc32 } from "node:zlib";
import { boolean, string } from "../../plugins/rpc/schema.ts";
import { AwsError, hasCode } from "../aws-error.ts";
import type { Scope } from "../aws-resource-type.ts";
import { awsResourceType } from "../aws-resource-type.ts";
import { DEBIAN_13_IMAGE } from "../catalogue.ts";
import { instance } from "./instance.ts";
import { volume } from "./volume.ts";

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/device_naming.html */
function deviceFault(name: string): string | undefined {
  if (name === DEBIAN_13_IMAGE.rootDeviceName) return `"${name}" is the root volume's device`;
  return /^\/dev\/(sd[b-z]|xvd[b-d][a-z]|xvd[b-z])$/.test(name)
    ? undefined
    : `"${name}" is not a valid EBS device name, such as /dev/sdf`;
}

export const volumeAttachment = awsResourceType({
  type: "aws:ec2/volumeAttachment:VolumeAttachment",
  inputs: {
    deviceName: string({ required: true, replaceOnChange: true, validate: deviceFault }),
    forceDetach: boolean(),
    instanceId: string({ required: true, replaceOnChange: true }),
    skipDestroy: boolean({ oneOf: [false] }),
    stopInstanceBeforeDetaching: boolean(),
    volumeId: string({ required: true, replaceOnChange: true }),
  },
  outputs: {},

  async create(scope, inputs) {
    refuseUnfit(scope, inputs);
    await scope.aws.ec2.attachVolume({
      Device: inputs.deviceName,
      InstanceId: inputs.instanceId,
      VolumeId: inputs.volumeId,
    });
    // As the real provider makes it: internal/service/ec2/ebs_volume_attachment.go, volumeAttachmentID.
    const seed = `${inputs.deviceName}-${inputs.instanceId}-${inputs.volumeId}-`;
    return { id: `vai-${crc32(seed)}`, outputs: {} };
  },

  async update() {
    return { outputs: {} };
  },

  stopsBeforeDelete: ({ stopInstanceBeforeDetaching, instanceId }) =>
    stopInstanceBeforeDetaching ? instanceId : undefined,

  async delete(scope, { inputs }) {
    try {
      await scope.aws.ec2.detachVolume({
        VolumeId: inputs.volumeId,
        InstanceId: inputs.instanceId,
        Device: inputs.deviceName,
      });
    } catch (thrown) {
      if (
        !hasCode(
          thrown,
          "InvalidAttachment.NotFound",
          "IncorrectState",
          "InvalidVolume.NotFound",
          "InvalidInstanceID.NotFound",
        )
      )
        throw thrown;
    }
  },
});

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AttachVolume.html */
function refuseUnfit(scope: Scope, inputs: { deviceName: string; instanceId: string; volumeId: string }): void {
  const zone = scope.get(instance, inputs.instanceId).outputs.availabilityZone;
  const disk = scope.get(volume, inputs.volumeId).inputs.availabilityZone;
  if (zone !== disk) {
    throw new AwsError(
      "InvalidVolume.ZoneMismatch",
      `The volume '${inputs.volumeId}' is not in the same availability zone as instance '${inputs.instanceId}': ${disk}, ${zone}`,
    );
  }
  for (const other of scope.list(volumeAttachment)) {
    if (other.inputs.volumeId === inputs.volumeId) {
      throw new AwsError(
        "VolumeInUse",
        `${inputs.volumeId} is already attached to an instance: ${other.inputs.instanceId}`,
      );
    }
    if (other.inputs.instanceId === inputs.instanceId && other.inputs.deviceName === inputs.deviceName) {
      throw new AwsError(
        "InvalidParameterValue",
        `Invalid value '${inputs.deviceName}' for unixDevice. Attachment point ${inputs.deviceName} is already in use`,
      );
    }
  }
}
