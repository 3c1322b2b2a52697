import type { VolumeType } from "@aws-sdk/client-ec2";
import type { CheckFailure } from "../../plugins/rpc/check.ts";
import { boolean, integer, string } from "../../plugins/rpc/schema.ts";
import { AwsError } from "../aws-error.ts";
import { awsResourceType, type Scope } from "../aws-resource-type.ts";
import { zoneFault } from "../catalogue.ts";
import { keyNamed } from "../kms/key.ts";
import { tagInput, tagOutput, tagSpecifications } from "../tags.ts";
import { known } from "../values.ts";
import { retag } from "./retag.ts";

/** https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html */
const LIMITS = {
  gp2: { sizeGiB: [1, 16384], iops: undefined, throughput: undefined },
  gp3: { sizeGiB: [1, 65536], iops: [3000, 80000], throughput: [125, 2000] },
} as const;
type GeneralPurpose = keyof typeof LIMITS;
export const VOLUME_TYPES = Object.keys(LIMITS) as GeneralPurpose[];

/** What is wrong with a volume's size, IOPS and throughput for its type. `prefix` leads the property names. */
export function volumeFaults(
  volume: { type: string; size?: number; iops?: number; throughput?: number },
  prefix: { readonly size: string; readonly iops: string; readonly throughput: string },
): CheckFailure[] {
  const limits = LIMITS[volume.type as GeneralPurpose];
  if (limits === undefined) return [];
  const failures: CheckFailure[] = [];
  const check = (property: string, value: number | undefined, range: readonly [number, number] | undefined) => {
    if (value === undefined) return;
    if (range === undefined) failures.push({ property, reason: `is not for volumes of type ${volume.type}` });
    else if (value < range[0] || value > range[1]) {
      failures.push({ property, reason: `${value} is not within ${range[0]} to ${range[1]} for ${volume.type}` });
    }
  };
  check(prefix.size, volume.size, limits.sizeGiB);
  check(prefix.iops, volume.iops, limits.iops);
  check(prefix.throughput, volume.throughput, limits.throughput);
  return failures;
}

export const volume = awsResourceType({
  type: "aws:ebs/volume:Volume",
  inputs: {
    availabilityZone: string({ required: true, replaceOnChange: true, validate: zoneFault }),
    encrypted: boolean({ replaceOnChange: true }),
    finalSnapshot: boolean({ assumed: false, oneOf: [false] }),
    iops: integer(),
    kmsKeyId: string({ replaceOnChange: true }),
    size: integer({ required: true }),
    snapshotId: string({ replaceOnChange: true }),
    throughput: integer(),
    type: string({ assumed: "gp2", oneOf: VOLUME_TYPES }),
    ...tagInput,
  },
  outputs: {
    arn: string({ required: true }),
    createTime: string({ required: true }),
    encrypted: boolean({ required: true }),
    iops: integer({ required: true }),
    throughput: integer({ required: true }),
    ...tagOutput,
  },
  notFound: (id) => ({ code: "InvalidVolume.NotFound", message: `The volume '${id}' does not exist.` }),
  // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVolume.html: the state must be "available".
  blockedBy: {
    types: ["aws:ec2/volumeAttachment:VolumeAttachment"],
    code: "VolumeInUse",
    message: (id, by) => `Volume ${id} is currently attached: ${by}`,
  },

  check(inputs) {
    const [type, size] = [known(inputs.type), known(inputs.size)];
    const [iops, throughput] = [known(inputs.iops), known(inputs.throughput)];
    const failures =
      type === undefined
        ? []
        : volumeFaults(
            {
              type,
              ...(size === undefined ? {} : { size }),
              ...(iops === undefined ? {} : { iops }),
              ...(throughput === undefined ? {} : { throughput }),
            },
            { size: "size", iops: "iops", throughput: "throughput" },
          );
    if (inputs.kmsKeyId !== undefined && inputs.encrypted !== true && typeof inputs.encrypted !== "symbol") {
      failures.push({ property: "kmsKeyId", reason: "is given, so encrypted must be true" });
    }
    return failures;
  },

  async create(scope, inputs) {
    const key = inputs.kmsKeyId === undefined ? undefined : keyNamed(scope, inputs.kmsKeyId);
    if (inputs.snapshotId !== undefined) refuseSnapshot(scope, inputs.snapshotId, inputs.size);
    const made = await scope.aws.ec2.createVolume({
      AvailabilityZone: inputs.availabilityZone,
      Encrypted: inputs.encrypted ?? false,
      KmsKeyId: key?.arn,
      Size: inputs.size,
      VolumeType: inputs.type as VolumeType,
      TagSpecifications: tagSpecifications("volume", inputs.tags),
    });
    const id = made.VolumeId ?? "";
    return {
      id,
      outputs: {
        arn: scope.arn("ec2", `volume/${id}`),
        createTime: scope.now().toISOString(),
        ...shown(inputs),
      },
    };
  },

  async update(scope, { id, inputs, outputs }, news) {
    // https://docs.aws.amazon.com/ebs/latest/userguide/modify-volume-requirements.html: never smaller.
    if (news.size < inputs.size) {
      throw new AwsError(
        "InvalidParameterValue",
        `New size cannot be smaller than existing size: ${news.size} < ${inputs.size} GiB`,
      );
    }
    if (news.size !== inputs.size || news.type !== inputs.type) {
      await scope.aws.ec2.modifyVolume({ VolumeId: id, Size: news.size, VolumeType: news.type as VolumeType });
    }
    await retag(scope, id, inputs.tags, news.tags);
    return { outputs: { ...outputs, ...shown(news) } };
  },

  async delete(scope, { id }) {
    await scope.aws.ec2.deleteVolume({ VolumeId: id });
  },
});

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVolume.html: not smaller than its snapshot. */
function refuseSnapshot(scope: Scope, id: string, size: number): void {
  const found = scope.everything().find((item) => item.type === "aws:ebs/snapshot:Snapshot" && item.id === id);
  if (found === undefined) throw new AwsError("InvalidSnapshot.NotFound", `The snapshot '${id}' does not exist.`);
  if (size < Number(found.outputs.volumeSize)) {
    throw new AwsError("InvalidParameterValue", `The volume size is too small: ${size} GiB, for snapshot '${id}'`);
  }
}

/** gp2 has 3 IOPS a GiB, 100 to 16000; gp3 has 3000 and 125 MiB/s unless said otherwise. */
function shown(inputs: {
  encrypted?: boolean;
  iops?: number;
  size: number;
  throughput?: number;
  type: string;
  tags?: Record<string, string>;
}) {
  const burst = Math.min(16000, Math.max(100, 3 * inputs.size));
  return {
    encrypted: inputs.encrypted ?? false,
    iops: inputs.iops ?? (inputs.type === "gp2" ? burst : 3000),
    throughput: inputs.throughput ?? (inputs.type === "gp2" ? 0 : 125),
    tagsAll: inputs.tags ?? {},
  };
}
