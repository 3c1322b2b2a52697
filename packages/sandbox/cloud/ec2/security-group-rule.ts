import type { IpPermission } from "@aws-sdk/client-ec2";
import type { CheckFailure } from "../../plugins/rpc/check.ts";
import { integer, type Known, type Previewed, string } from "../../plugins/rpc/schema.ts";
import { cidrFault } from "../addresses.ts";
import { AwsError, hasCode } from "../aws-error.ts";
import { type AwsResourceType, awsResourceType, type Scope } from "../aws-resource-type.ts";
import { PREFIX_LISTS } from "../catalogue.ts";
import { tagInput, tagOutput, tagSpecifications } from "../tags.ts";
import { given, known } from "../values.ts";
import { observe } from "./observed-rules.ts";
import { retag } from "./retag.ts";
import { descriptionFault, vpcOfSecurityGroup } from "./security-group.ts";

function portFault(port: number): string | undefined {
  return port >= -1 && port <= 65535 ? undefined : `${port} is no port: 0 to 65535, or -1 for all ICMP types`;
}

const inputs = {
  securityGroupId: string({ required: true, replaceOnChange: true }),
  cidrIpv4: string({ validate: cidrFault }),
  description: string({ validate: descriptionFault }),
  fromPort: integer({ validate: portFault }),
  ipProtocol: string({ required: true, oneOf: ["tcp", "udp", "icmp", "-1"] }),
  // The real provider changes these two in place; moto cannot, so here a new rule takes the old one's place.
  prefixListId: string({ replaceOnChange: true }),
  referencedSecurityGroupId: string({ replaceOnChange: true }),
  toPort: integer({ validate: portFault }),
  ...tagInput,
};
const outputs = { arn: string({ required: true }), securityGroupRuleId: string({ required: true }), ...tagOutput };
type Inputs = Known<typeof inputs>;

export const ingressRule = ruleType("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", false);
export const egressRule = ruleType("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", true);

function ruleType(type: string, egress: boolean): AwsResourceType<typeof inputs, typeof outputs> {
  return awsResourceType({
    type,
    onPluginFramework: true,
    inputs,
    outputs,
    check,

    async create(scope, news) {
      refusePeer(scope, news);
      await refuseMany(scope, news.securityGroupId, egress);
      const { ec2 } = scope.aws;
      const request = {
        GroupId: news.securityGroupId,
        IpPermissions: [permission(news)],
        TagSpecifications: tagSpecifications("security-group-rule", news.tags),
      };
      const made = await (egress
        ? ec2.authorizeSecurityGroupEgress(request)
        : ec2.authorizeSecurityGroupIngress(request));
      const id = made.SecurityGroupRules?.[0]?.SecurityGroupRuleId ?? "";
      return {
        id,
        outputs: {
          arn: scope.arn("ec2", `security-group-rule/${id}`),
          securityGroupRuleId: id,
          tagsAll: news.tags ?? {},
        },
      };
    },

    async read(scope, { id, inputs: olds, outputs: state }) {
      const rule = (await observe(scope, [olds.securityGroupId])).find((item) => item.id === id);
      if (rule === undefined) return undefined;
      const ports = rule.protocol === "-1" ? {} : { fromPort: rule.fromPort, toPort: rule.toPort };
      // moto keeps the description of a rule for a CIDR only; of the others ours is all there is.
      const description = rule.cidrIpv4 === undefined ? olds.description : rule.description;
      return {
        inputs: {
          securityGroupId: olds.securityGroupId,
          ipProtocol: rule.protocol,
          ...ports,
          ...(rule.cidrIpv4 === undefined ? {} : { cidrIpv4: rule.cidrIpv4 }),
          ...(rule.referencedSecurityGroupId === undefined
            ? {}
            : { referencedSecurityGroupId: rule.referencedSecurityGroupId }),
          ...(rule.prefixListId === undefined ? {} : { prefixListId: rule.prefixListId }),
          ...(description === undefined ? {} : { description }),
          tags: rule.tags,
        },
        outputs: { ...state, tagsAll: rule.tags },
      };
    },

    async update(scope, { id, inputs: olds, outputs: state }, news) {
      refusePeer(scope, news);
      await scope.aws.ec2.modifySecurityGroupRules({
        GroupId: news.securityGroupId,
        SecurityGroupRules: [
          {
            SecurityGroupRuleId: id,
            SecurityGroupRule: {
              IpProtocol: news.ipProtocol,
              FromPort: news.fromPort ?? -1,
              ToPort: news.toPort ?? -1,
              Description: news.description ?? "",
              CidrIpv4: news.cidrIpv4,
              PrefixListId: news.prefixListId,
              ReferencedGroupId: news.referencedSecurityGroupId,
            },
          },
        ],
      });
      await retag(scope, id, olds.tags, news.tags);
      return { outputs: { ...state, tagsAll: news.tags ?? {} } };
    },

    async delete(scope, { id, inputs: olds }) {
      const { ec2 } = scope.aws;
      const request = { GroupId: olds.securityGroupId, SecurityGroupRuleIds: [id] };
      try {
        await (egress ? ec2.revokeSecurityGroupEgress(request) : ec2.revokeSecurityGroupIngress(request));
      } catch (thrown) {
        if (!hasCode(thrown, "InvalidSecurityGroupRuleId.NotFound", "InvalidPermission.NotFound")) throw thrown;
      }
    },
  });
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html */
function check(news: Previewed<typeof inputs>): CheckFailure[] {
  const failures: CheckFailure[] = [];
  if ([news.cidrIpv4, news.prefixListId, news.referencedSecurityGroupId].filter(given).length !== 1) {
    failures.push({ property: "", reason: "needs exactly one of cidrIpv4, prefixListId, referencedSecurityGroupId" });
  }
  const protocol = known(news.ipProtocol);
  const [from, to] = [known(news.fromPort), known(news.toPort)];
  if (protocol === "-1" && (given(news.fromPort) || given(news.toPort))) {
    failures.push({
      property: "ipProtocol",
      reason: 'is "-1", all protocols; then fromPort and toPort must not be given',
    });
  }
  if (protocol !== undefined && protocol !== "-1" && !(given(news.fromPort) && given(news.toPort))) {
    failures.push({ property: "fromPort", reason: `fromPort and toPort must be given for ${protocol}` });
  }
  if ((protocol === "tcp" || protocol === "udp") && (from === -1 || to === -1)) {
    failures.push({ property: "fromPort", reason: `-1 is no port of ${protocol}; all ports are 0 to 65535` });
  }
  if (protocol !== "icmp" && from !== undefined && to !== undefined && from > to) {
    failures.push({ property: "fromPort", reason: `${from} is greater than toPort ${to}` });
  }
  return failures;
}

function refusePeer(scope: Scope, news: Inputs): void {
  const own = vpcOfSecurityGroup(scope, news.securityGroupId);
  if (news.referencedSecurityGroupId !== undefined) {
    const peer = vpcOfSecurityGroup(scope, news.referencedSecurityGroupId);
    if (peer !== own) {
      throw new AwsError(
        "InvalidGroup.NotFound",
        `You have specified two resources that belong to different networks: ${news.securityGroupId}, ${news.referencedSecurityGroupId}`,
      );
    }
  }
  if (news.prefixListId !== undefined && !PREFIX_LISTS.some((item) => item.id === news.prefixListId)) {
    throw new AwsError("InvalidPrefixListID.NotFound", `The prefix list ID '${news.prefixListId}' does not exist`);
  }
}

/**
 * https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html: 60 inbound and 60 outbound rules a security group.
 * A prefix list counts by its weight there, which is 1 for S3's, the one that is modelled.
 */
const mostRules = 60;

async function refuseMany(scope: Scope, groupId: string, egress: boolean): Promise<void> {
  const rules = (await observe(scope, [groupId])).filter((rule) => rule.egress === egress);
  if (rules.length < mostRules) return;
  throw new AwsError(
    "RulesPerSecurityGroupLimitExceeded",
    `The maximum number of rules per security group has been reached: ${groupId} has ${rules.length}`,
  );
}

function permission(news: Inputs): IpPermission {
  const Description = news.description;
  return {
    IpProtocol: news.ipProtocol,
    FromPort: news.fromPort,
    ToPort: news.toPort,
    ...(news.cidrIpv4 === undefined ? {} : { IpRanges: [{ CidrIp: news.cidrIpv4, Description }] }),
    ...(news.prefixListId === undefined ? {} : { PrefixListIds: [{ PrefixListId: news.prefixListId, Description }] }),
    ...(news.referencedSecurityGroupId === undefined
      ? {}
      : { UserIdGroupPairs: [{ GroupId: news.referencedSecurityGroupId, Description }] }),
  };
}
