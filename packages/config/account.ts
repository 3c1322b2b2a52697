import { matching } from "@metrics-link/contract";
import { z } from "zod";
import { arn, key } from "./values.ts";

const region =
  "an AWS region, such as eu-west-1; not one in China, whose endpoints (amazonaws.com.cn) the first boot of a host does not know";

export const account = z.strictObject({
  id: key(matching(/^\d{12}$/, 'the 12 digits of the AWS account, in quotes: "111111111111"'), {
    description: "The AWS account. An update with credentials of another account fails before it begins.",
    range: "12 digits, in quotes",
    example: '"111111111111"',
  }),
  region: key(matching(/^(?!cn-)[a-z]{2}(-[a-z]{2,12}){1,3}-\d$/, region), {
    description: "The region of everything in this stack.",
    range: "an AWS region outside China",
    example: "eu-west-1",
    stricter:
      "AWS has regions in China (`cn-`). Their endpoints end in `amazonaws.com.cn`, which the first boot, the endpoint policies and the DNS firewall do not know: a host would never come up.",
  }),
  assumeRole: key(arn("role", "the role to assume for this update").optional(), {
    description:
      "The role that the update assumes; without it, your own credentials are used. With it, nobody else may read the secret, or change secret, key and releases.",
    range: "the ARN of a role of this account, without wildcards",
    example: "arn:aws:iam::111111111111:role/metrics-link-deploy",
  }),
  snapshotRole: key(arn("role", "the role by which AWS takes snapshots").optional(), {
    description:
      "The role by which AWS' Data Lifecycle Manager takes snapshots of the data volume. The account's administrators make it once: `aws dlm create-default-role --resource-type snapshot`.",
    range: "the ARN of a role of this account, without wildcards",
    fallback: "`arn:aws:iam::ACCOUNT:role/AWSDataLifecycleManagerDefaultRole`",
    example: "arn:aws:iam::111111111111:role/service-role/AWSDataLifecycleManagerDefaultRole",
    affects: "`host.snapshots`",
  }),
  permissionsBoundary: key(arn("policy", "the policy that bounds the roles of hosts").optional(), {
    description:
      "The policy beyond which the host's role has no rights, from [stacks/iam/host-boundary.json](../stacks/iam/host-boundary.json). The account's administrators make it once. Without it the policy `roles-are-bounded` complains.",
    range: "the ARN of a policy of this account, without wildcards",
    example: "arn:aws:iam::111111111111:policy/metrics-link-host-boundary",
  }),
});

/** The partition of a region (AWS General Reference, "Amazon Resource Names"). */
export const partitionOf = (region: string): string => (region.startsWith("us-gov-") ? "aws-us-gov" : "aws");

/**
 * The role by which AWS takes snapshots: the configured one, or the one that AWS' own command makes (Amazon EBS User Guide,
 * "Default IAM service roles for Amazon Data Lifecycle Manager").
 */
export const snapshotRoleOf = ({ id, region, snapshotRole }: z.output<typeof account>): string =>
  snapshotRole ?? `arn:${partitionOf(region)}:iam::${id}:role/AWSDataLifecycleManagerDefaultRole`;
