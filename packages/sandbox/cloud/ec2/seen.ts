/** What the describing calls of AWS show of an account, as far as programs and tests ask. */
import { z } from "zod";
import type { Scope } from "../aws-resource-type.ts";
import { lifecyclePolicy } from "../dlm/lifecycle-policy.ts";
import { tagMap } from "../tags.ts";
import { addressUser, eip } from "./eip.ts";
import { instance } from "./instance.ts";
import { snapshot } from "./snapshot.ts";
import { subnet } from "./subnet.ts";
import { volume } from "./volume.ts";
import { volumeAttachment } from "./volume-attachment.ts";

const tags = z.record(z.string(), z.string());
/** A user of volumes or of Elastic IPs: its network, and the ids of what it has. */
const used = z.object({ id: z.string(), vpcId: z.string(), has: z.array(z.string()) });

/** As it goes from the world to the provider. */
export const seen = z.object({
  vpcs: z.array(z.object({ id: z.string(), cidrBlock: z.string(), tags })),
  addresses: z.array(z.object({ id: z.string(), publicIp: z.string(), tags })),
  volumes: z.array(
    z.object({
      id: z.string(),
      zone: z.string(),
      size: z.int(),
      encrypted: z.boolean(),
      /** Empty if it was made blank, as the API has it. */
      snapshotId: z.string(),
      tags,
    }),
  ),
  snapshots: z.array(z.object({ id: z.string(), size: z.int(), encrypted: z.boolean(), volumeId: z.string(), tags })),
  /** Of Data Lifecycle Manager: the tags of the volumes that each takes snapshots of. */
  lifecyclePolicies: z.array(z.object({ id: z.string(), targetTags: tags })),
  instances: z.array(used),
  interfaces: z.array(used),
});

export type Seen = Readonly<z.output<typeof seen>>;
export type Used = z.output<typeof used>;

export async function see(scope: Scope): Promise<Seen> {
  const { Vpcs = [] } = await scope.aws.ec2.describeVpcs({});
  const vpcOf = (subnetId: string) => scope.get(subnet, subnetId).inputs.vpcId;
  const attachments = scope.list(volumeAttachment);
  return {
    vpcs: Vpcs.map(({ VpcId = "", CidrBlock = "", Tags }) => ({ id: VpcId, cidrBlock: CidrBlock, tags: tagMap(Tags) })),
    addresses: scope.list(eip).map(({ id, outputs }) => ({ id, publicIp: outputs.publicIp, tags: outputs.tagsAll })),
    volumes: scope.list(volume).map(({ id, inputs, outputs }) => ({
      id,
      zone: inputs.availabilityZone,
      size: inputs.size,
      encrypted: outputs.encrypted,
      snapshotId: inputs.snapshotId ?? "",
      tags: outputs.tagsAll,
    })),
    snapshots: scope.list(snapshot).map(({ id, inputs, outputs }) => ({
      id,
      size: outputs.volumeSize,
      encrypted: outputs.encrypted,
      volumeId: inputs.volumeId,
      tags: outputs.tagsAll,
    })),
    lifecyclePolicies: scope
      .list(lifecyclePolicy)
      .map(({ id, inputs }) => ({ id, targetTags: inputs.policyDetails.targetTags })),
    instances: scope.list(instance).map(({ id, inputs }) => ({
      id,
      vpcId: vpcOf(inputs.subnetId),
      has: attachments.filter((one) => one.inputs.instanceId === id).map((one) => one.inputs.volumeId),
    })),
    // A load balancer has an interface for each of its addresses; which is whose does not matter here.
    interfaces: scope.list(eip).flatMap((address) => {
      const [own] = addressUser(scope, address)?.facts.interfaces ?? [];
      return own === undefined ? [] : [{ id: own.id, vpcId: vpcOf(own.subnetId), has: [address.id] }];
    }),
  };
}
