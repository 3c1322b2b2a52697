import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { HostArgs } from "./host-args.ts";

/**
 * Snapshots of a host's data volume by Amazon Data Lifecycle Manager: each is encrypted like the volume, outlives it, and can
 * be restored in any zone of the region. AWS takes them by a role of the account's administrators, so that no update can
 * give itself the right to read or delete snapshots (docs/decisions/0740).
 *
 * DLM finds the volume by its tag `Name`: a volume that is restored or taken over has it from its first update on.
 */
export function dataSnapshots(
  name: string,
  args: Pick<HostArgs, "hostName"> & {
    readonly schedule: NonNullable<HostArgs["snapshots"]>;
    readonly tags: Readonly<Record<string, string>>;
  },
  own: pulumi.CustomResourceOptions,
): aws.dlm.LifecyclePolicy {
  const { everyHours, keep, at, roleArn } = args.schedule;
  return new aws.dlm.LifecyclePolicy(
    `${name}-snapshots`,
    {
      // DLM takes letters, digits, blanks, _ and - alone (API_CreateLifecyclePolicy).
      description: `Data volume of the metrics-link host ${args.hostName}`,
      executionRoleArn: roleArn,
      state: "ENABLED",
      policyDetails: {
        resourceTypes: ["VOLUME"],
        targetTags: { Name: `${name}-data` },
        schedules: [
          {
            name: "data",
            createRule: { interval: everyHours, intervalUnit: "HOURS", times: at },
            retainRule: { count: keep },
            copyTags: true,
          },
        ],
      },
      tags: { ...args.tags, Name: `${name}-snapshots` },
    },
    own,
  );
}
