import { DLMClient, GetLifecyclePolicyCommand } from "@aws-sdk/client-dlm";
import { DescribeVolumesCommand, EC2Client, paginateDescribeSnapshots } from "@aws-sdk/client-ec2";
import type { Snapshots } from "@metrics-link/audit";
import type { ClientConfiguration } from "./aws.ts";
import type { Places } from "./declared-facts.ts";

/** What Data Lifecycle Manager says of the stack's policies, and the newest snapshot of each data volume. */
export async function snapshotsNow(
  configuration: ClientConfiguration,
  { dataVolumes, snapshotPolicies }: Pick<Places, "dataVolumes" | "snapshotPolicies">,
): Promise<Snapshots> {
  const [dlm, ec2] = [new DLMClient(configuration), new EC2Client(configuration)];
  const [policies, volumes] = await Promise.all([
    Promise.all(snapshotPolicies.map((id) => policyNow(dlm, id))),
    Promise.all(dataVolumes.map((id) => volumeNow(ec2, id))),
  ]);
  return { policies, volumes };
}

async function policyNow(dlm: DLMClient, PolicyId: string): Promise<Snapshots["policies"][number]> {
  const { Policy: found } = await dlm.send(new GetLifecyclePolicyCommand({ PolicyId }));
  return {
    id: PolicyId,
    state: found?.State ?? "not told",
    message: found?.StatusMessage ?? "",
    madeAt: textOf(found?.DateCreated),
  };
}

async function volumeNow(ec2: EC2Client, id: string): Promise<Snapshots["volumes"][number]> {
  const { Volumes: [volume] = [] } = await ec2.send(new DescribeVolumesCommand({ VolumeIds: [id] }));
  const of = {
    OwnerIds: ["self"],
    Filters: [
      { Name: "volume-id", Values: [id] },
      { Name: "status", Values: ["completed"] },
    ],
  };
  let newest: Date | undefined;
  for await (const { Snapshots: found = [] } of paginateDescribeSnapshots({ client: ec2 }, of)) {
    for (const { StartTime } of found) if (StartTime && !(newest && newest >= StartTime)) newest = StartTime;
  }
  return { id, madeAt: textOf(volume?.CreateTime), newest: newest && textOf(newest) };
}

/** A time that AWS does not tell is long ago: what is missing is then overdue, and is not passed. */
const textOf = (time: Date | undefined) => (time ?? new Date(0)).toISOString();
