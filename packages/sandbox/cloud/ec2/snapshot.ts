import { boolean, integer, string } from "../../plugins/rpc/schema.ts";
import { awsResourceType } from "../aws-resource-type.ts";
import { tagInput, tagOutput, tagSpecifications } from "../tags.ts";
import { retag } from "./retag.ts";
import { volume } from "./volume.ts";

/** The data of a volume as it was. It outlives the volume. */
export const snapshot = awsResourceType({
  type: "aws:ebs/snapshot:Snapshot",
  inputs: {
    description: string({ replaceOnChange: true }),
    volumeId: string({ required: true, replaceOnChange: true }),
    ...tagInput,
  },
  outputs: {
    arn: string({ required: true }),
    encrypted: boolean({ required: true }),
    ownerId: string({ required: true }),
    startTime: string({ required: true }),
    volumeSize: integer({ required: true }),
    ...tagOutput,
  },
  notFound: (id) => ({ code: "InvalidSnapshot.NotFound", message: `The snapshot '${id}' does not exist.` }),

  async create(scope, inputs) {
    const { inputs: source, outputs } = scope.get(volume, inputs.volumeId);
    const made = await scope.aws.ec2.createSnapshot({
      VolumeId: inputs.volumeId,
      Description: inputs.description,
      TagSpecifications: tagSpecifications("snapshot", inputs.tags),
    });
    const id = made.SnapshotId ?? "";
    return {
      id,
      outputs: {
        arn: `arn:aws:ec2:${scope.region}::snapshot/${id}`,
        encrypted: outputs.encrypted,
        ownerId: scope.account,
        startTime: scope.now().toISOString(),
        volumeSize: source.size,
        tagsAll: inputs.tags ?? {},
      },
    };
  },

  async update(scope, { id, inputs, outputs }, news) {
    await retag(scope, id, inputs.tags, news.tags);
    return { outputs: { ...outputs, tagsAll: news.tags ?? {} } };
  },

  async delete(scope, { id }) {
    await scope.aws.ec2.deleteSnapshot({ SnapshotId: id });
  },
});
