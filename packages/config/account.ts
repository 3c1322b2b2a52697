import { matching } from "@metrics-link/contract";
import { z } from "zod";
import { arn, duration, key } from "./values.ts";

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
      "The role by which AWS' Data Lifecycle Manager takes snapshots of the data volume. The account's administrators make it once, with the rights of [stacks/iam/snapshot-role.json](../stacks/iam/snapshot-role.json). AWS' own default role, which is the fallback, may also share snapshots with other accounts.",
    range: "the ARN of a role of this account, without wildcards",
    fallback: "`arn:aws:iam::ACCOUNT:role/AWSDataLifecycleManagerDefaultRole`",
    example: "arn:aws:iam::111111111111:role/metrics-link-snapshots",
    affects: "`host.snapshots`",
  }),
  externalId: key(
    matching(
      /^[\w+=,.@:/-]{2,1224}$/,
      "the id that the role's owner gave out: 2 to 1224 of A-Z a-z 0-9 _ + = , . @ : / -",
    ).optional(),
    {
      description:
        "The external id that the role's trust policy asks for. It is no secret: the state and logs of AWS CloudTrail show it.",
      range: "2 to 1224 of `A-Z a-z 0-9 _ + = , . @ : / -` (STS, AssumeRole)",
      fallback: "none is sent",
      example: "metrics-link-7f3a",
    },
  ),
  sessionName: key(
    matching(
      /^[\w+=,.@-]{2,64}$/,
      "a name for the sessions of the role: 2 to 64 of A-Z a-z 0-9 _ + = , . @ -",
    ).optional(),
    {
      description: "The name of every session of the role, by which AWS CloudTrail shows who called.",
      range: "2 to 64 of `A-Z a-z 0-9 _ + = , . @ -` (STS, AssumeRole)",
      fallback: "`metrics-link-converge` and `metrics-link-audit`; the AWS provider makes up its own",
      example: "metrics-link-ci",
    },
  ),
  sessionDuration: key(duration("15m", "12h", "how long a session of the role lasts").optional(), {
    description:
      "How long a session of the role lasts. At most what the role's `MaxSessionDuration` allows, and one hour if the identity that assumes it is itself an assumed role (role chaining): a preflight tries it.",
    fallback: "one hour; the AWS provider: 15 minutes, after which it assumes the role anew",
    example: "1h",
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
