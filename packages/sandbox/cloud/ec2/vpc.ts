import { boolean, string } from "../../plugins/rpc/schema.ts";
import { networkFault } from "../addresses.ts";
import { atomically, awsResourceType, type Scope } from "../aws-resource-type.ts";
import { tagInput, tagOutput, tagSpecifications } from "../tags.ts";
import { retag } from "./retag.ts";

/** A VPC with the main route table, the default security group and the default network ACL that AWS adds to it. */
export const vpc = awsResourceType({
  type: "aws:ec2/vpc:Vpc",
  inputs: {
    cidrBlock: string({ required: true, replaceOnChange: true, validate: networkFault }),
    enableDnsHostnames: boolean(),
    enableDnsSupport: boolean({ default: true }),
    instanceTenancy: string({ assumed: "default", oneOf: ["default"] }),
    ...tagInput,
  },
  outputs: {
    arn: string({ required: true }),
    defaultNetworkAclId: string({ required: true }),
    defaultRouteTableId: string({ required: true }),
    defaultSecurityGroupId: string({ required: true }),
    enableDnsHostnames: boolean({ required: true }),
    mainRouteTableId: string({ required: true }),
    ownerId: string({ required: true }),
    ...tagOutput,
  },
  notFound: (id) => ({ code: "InvalidVpcID.NotFound", message: `The vpc ID '${id}' does not exist` }),
  // https://docs.aws.amazon.com/vpc/latest/userguide/delete-vpc.html
  blockedBy: {
    types: [
      "aws:ec2/subnet:Subnet",
      "aws:ec2/securityGroup:SecurityGroup",
      "aws:ec2/routeTable:RouteTable",
      "aws:ec2/internetGateway:InternetGateway",
      "aws:ec2/vpcEndpoint:VpcEndpoint",
    ],
    code: "DependencyViolation",
    message: (id, by) => `The vpc '${id}' has dependencies and cannot be deleted: ${by}`,
  },

  async create(scope, inputs) {
    const { ec2 } = scope.aws;
    return atomically(async (undo) => {
      const made = await ec2.createVpc({
        CidrBlock: inputs.cidrBlock,
        TagSpecifications: tagSpecifications("vpc", inputs.tags),
      });
      const id = made.Vpc?.VpcId ?? "";
      undo(() => ec2.deleteVpc({ VpcId: id }));
      await setDns(scope, id, inputs);
      const inVpc = [{ Name: "vpc-id", Values: [id] }];
      const groups = await ec2.describeSecurityGroups({
        Filters: [...inVpc, { Name: "group-name", Values: ["default"] }],
      });
      const tables = await ec2.describeRouteTables({
        Filters: [...inVpc, { Name: "association.main", Values: ["true"] }],
      });
      const acls = await ec2.describeNetworkAcls({ Filters: [...inVpc, { Name: "default", Values: ["true"] }] });
      const mainRouteTableId = tables.RouteTables?.[0]?.RouteTableId ?? "";
      return {
        id,
        outputs: {
          arn: scope.arn("ec2", `vpc/${id}`),
          defaultNetworkAclId: acls.NetworkAcls?.[0]?.NetworkAclId ?? "",
          defaultRouteTableId: mainRouteTableId,
          defaultSecurityGroupId: groups.SecurityGroups?.[0]?.GroupId ?? "",
          enableDnsHostnames: inputs.enableDnsHostnames ?? false,
          mainRouteTableId,
          ownerId: scope.account,
          tagsAll: inputs.tags ?? {},
        },
      };
    });
  },

  async update(scope, { id, inputs, outputs }, news) {
    await setDns(scope, id, news);
    await retag(scope, id, inputs.tags, news.tags);
    return {
      outputs: { ...outputs, enableDnsHostnames: news.enableDnsHostnames ?? false, tagsAll: news.tags ?? {} },
    };
  },

  async delete(scope, { id }) {
    await scope.aws.ec2.deleteVpc({ VpcId: id });
  },
});

/** One attribute a call: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcAttribute.html */
async function setDns(
  { aws: { ec2 } }: Scope,
  VpcId: string,
  inputs: { enableDnsHostnames?: boolean; enableDnsSupport: boolean },
): Promise<void> {
  await ec2.modifyVpcAttribute({ VpcId, EnableDnsSupport: { Value: inputs.enableDnsSupport } });
  await ec2.modifyVpcAttribute({ VpcId, EnableDnsHostnames: { Value: inputs.enableDnsHostnames ?? false } });
}
