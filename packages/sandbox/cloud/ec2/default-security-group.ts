import { list, object, string } from "../../plugins/rpc/schema.ts";
import type { Scope } from "../aws-resource-type.ts";
import { awsResourceType } from "../aws-resource-type.ts";
import { tagInput, tagOutput } from "../tags.ts";
import { observe } from "./observed-rules.ts";
import { retag } from "./retag.ts";
import { vpc } from "./vpc.ts";

/** Rules are modelled to show them when somebody adds one; a program can only ask for none. */
const rule = object({ id: string(), peer: string(), ports: string(), protocol: string() });
const noRules = (rules: unknown[]): string | undefined =>
  rules.length === 0 ? undefined : "must be empty: the sandbox models a default security group without rules";

/** Takes the VPC's default group over and removes its rules, as the real provider does. */
export const defaultSecurityGroup = awsResourceType({
  type: "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
  inputs: {
    egress: list(rule, { validate: noRules }),
    ingress: list(rule, { validate: noRules }),
    vpcId: string({ required: true, replaceOnChange: true }),
    ...tagInput,
  },
  outputs: {
    // Optional and computed, as in the official provider (vpc_default_security_group.go): rules that somebody adds are drift
    // only where the program says `[]`.
    egress: list(rule),
    ingress: list(rule),
    arn: string({ required: true }),
    description: string({ required: true }),
    name: string({ required: true }),
    ownerId: string({ required: true }),
    ...tagOutput,
  },

  async create(scope, inputs) {
    const id = scope.get(vpc, inputs.vpcId).outputs.defaultSecurityGroupId;
    await revokeAll(scope, id);
    await retag(scope, id, {}, inputs.tags);
    return {
      id,
      outputs: {
        arn: scope.arn("ec2", `security-group/${id}`),
        description: "default VPC security group",
        name: "default",
        ownerId: scope.account,
        tagsAll: inputs.tags ?? {},
      },
    };
  },

  async read(scope, { id, inputs, outputs }) {
    const rules = await observe(scope, [id]);
    const shown = (egress: boolean) =>
      rules
        .filter((item) => item.egress === egress)
        .map((item) => ({
          id: item.id,
          peer: item.cidrIpv4 ?? item.referencedSecurityGroupId ?? item.prefixListId ?? "",
          ports: `${item.fromPort}-${item.toPort}`,
          protocol: item.protocol,
        }));
    return { inputs: { ...inputs, ingress: shown(false), egress: shown(true) }, outputs };
  },

  async update(scope, { id, inputs, outputs }, news) {
    await revokeAll(scope, id);
    await retag(scope, id, inputs.tags, news.tags);
    return { outputs: { ...outputs, tagsAll: news.tags ?? {} } };
  },
});

async function revokeAll(scope: Scope, GroupId: string): Promise<void> {
  const rules = await observe(scope, [GroupId]);
  const ids = (egress: boolean) => rules.filter((item) => item.egress === egress).map((item) => item.id);
  const [ingress, egress] = [ids(false), ids(true)];
  if (ingress.length > 0) await scope.aws.ec2.revokeSecurityGroupIngress({ GroupId, SecurityGroupRuleIds: ingress });
  if (egress.length > 0) await scope.aws.ec2.revokeSecurityGroupEgress({ GroupId, SecurityGroupRuleIds: egress });
}
