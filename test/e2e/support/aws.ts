import {
  AuthorizeSecurityGroupIngressCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
  RevokeSecurityGroupIngressCommand,
} from "@aws-sdk/client-ec2";
import * as sessions from "@metrics-link/sandbox/testing/sessions.ts";
import { accounts } from "@metrics-link/sandbox/world/accounts.ts";
import { sandbox } from "./sandbox.ts";

export { assume, type Session } from "@metrics-link/sandbox/testing/sessions.ts";

/** What every client of the sandbox's API is made with. */
export const clientOptions = (credentials: sessions.Session) => sessions.clientOptions(sandbox.layout, credentials);

/** The deployer of an account: what a person with a console could do. */
export const deployer = (account: string) => sessions.deployer(sandbox.layout, account);

/** Rules of the load balancer's security group, changed behind Pulumi's back. */
export class BalancerGroup {
  private readonly client: EC2Client;
  private readonly groupId: string;

  private constructor(client: EC2Client, groupId: string) {
    this.client = client;
    this.groupId = groupId;
  }

  static async find(): Promise<BalancerGroup> {
    const client = new EC2Client(clientOptions(await deployer(accounts.receiver)));
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
