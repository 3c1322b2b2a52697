import {
  AuthorizeSecurityGroupIngressCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
  RevokeSecurityGroupIngressCommand,
} from "@aws-sdk/client-ec2";
import { IAM } from "@metrics-link/sandbox/testing/clients.ts";
import * as sessions from "@metrics-link/sandbox/testing/sessions.ts";
import { accounts, deployRole } from "@metrics-link/sandbox/world/accounts.ts";
import { everything } from "./refused.ts";
import { sandbox } from "./sandbox.ts";

export { assume, type Session } from "@metrics-link/sandbox/testing/sessions.ts";

/** What every client of the sandbox's API is made with. */
export const clientOptions = (credentials: Parameters<typeof sessions.clientOptions>[1]) =>
  sessions.clientOptions(sandbox.layout, credentials);

/** The role of the updates of an account, which may do what they need and nothing else. */
export const deployer = (account: string) => sessions.deployer(sandbox.layout, account);

/** What a person with a console could do. Some policies of resources let nobody but the deployer change them. */
export const administrator = (account: string) => sessions.administrator(sandbox.layout, account);

/**
 * Takes the boundary off the role of updates and allows it everything, as an administrator can: what is refused to somebody else
 * is then seen not to fail by itself.
 * @returns puts the limits back
 */
export async function freeDeployer(account: string): Promise<() => Promise<void>> {
  const iam = new IAM(clientOptions(administrator(account)));
  const [role, free] = [{ RoleName: deployRole }, { RoleName: deployRole, PolicyName: "free" }];
  const { Role } = await iam.getRole(role);
  await iam.deleteRolePermissionsBoundary(role);
  await iam.putRolePolicy({ ...free, PolicyDocument: everything });
  return async () => {
    await iam.putRolePermissionsBoundary({
      ...role,
      PermissionsBoundary: Role?.PermissionsBoundary?.PermissionsBoundaryArn,
    });
    await iam.deleteRolePolicy(free);
  };
}

/** Rules of the load balancer's security group, changed behind Pulumi's back. */
export class BalancerGroup {
  private readonly client: EC2Client;
  private readonly groupId: string;

  private constructor(client: EC2Client, groupId: string) {
    this.client = client;
    this.groupId = groupId;
  }

  static async find(): Promise<BalancerGroup> {
    const client = new EC2Client(clientOptions(administrator(accounts.receiver)));
    const { SecurityGroups: groups = [] } = await client.send(new DescribeSecurityGroupsCommand({}));
    const found = groups.find(({ Tags }) =>
      Tags?.some(({ Key, Value }) => Key === "Name" && Value === "receiver-balancer"),
    );
    if (found?.GroupId === undefined) throw new Error("the load balancer's group is not there");
    return new BalancerGroup(client, found.GroupId);
  }

  async allow(address: string): Promise<void> {
    await this.client.send(new AuthorizeSecurityGroupIngressCommand(this.rule(address)));
  }

  async refuse(address: string): Promise<void> {
    await this.client.send(new RevokeSecurityGroupIngressCommand(this.rule(address)));
  }

  private rule(address: string) {
    const IpRanges = [{ CidrIp: `${address}/32` }];
    return { GroupId: this.groupId, IpPermissions: [{ IpProtocol: "tcp", FromPort: 443, ToPort: 443, IpRanges }] };
  }
}
