import { z } from "zod";
import type { Sandbox } from "../cli/sandbox.ts";
import { seen } from "../cloud/ec2/seen.ts";
import { region, snapshotSession } from "../world/accounts.ts";

const made = z.object({ id: z.string() });

/**
 * Does at once what Data Lifecycle Manager does at its times: a snapshot of each volume that a policy of the account names
 * by its tags.
 * @returns the snapshots, by the volume
 */
export async function takeSnapshots({ world }: Sandbox, account: string): Promise<ReadonlyMap<string, string>> {
  const place = { account, region, caller: snapshotSession(account) };
  const { lifecyclePolicies, volumes } = seen.parse(
    await world.cloud("seen", { ...place, action: "ec2:DescribeVolumes" }),
  );
  const taken = new Map<string, string>();
  for (const { id: policy, targetTags } of lifecyclePolicies) {
    const wanted = volumes.filter(({ tags }) => Object.entries(targetTags).some(([key, value]) => tags[key] === value));
    for (const { id: volumeId, tags } of wanted) {
      const type = "aws:ebs/snapshot:Snapshot";
      // DLM puts a tag of AWS' own on it as well, which nobody else may.
      const inputs = { volumeId, description: `Created for policy ${policy}`, tags };
      const answer = await world.cloud("create", { ...place, type, name: `of-${policy}`, inputs });
      taken.set(volumeId, made.parse(answer).id);
    }
  }
  return taken;
}
