import {
  AuthorizeSecurityGroupIngressCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
  RevokeSecurityGroupIngressCommand,
} from "@aws-sdk/client-ec2";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { deployerEnvironment } from "@metrics-link/sandbox/world/environment.ts";
import { sandbox } from "./sandbox.ts";

/** EC2's API in an account, with the rights of the deployer: what a person with a console could do. */
async function ec2(account: string): Promise<EC2Client> {
  const environment = deployerEnvironment(sandbox.layout);
  const common = { region: environment.AWS_REGION ?? "", endpoint: environment.AWS_ENDPOINT_URL ?? "" };
  const { AWS_ACCESS_KEY_ID: accessKeyId = "", AWS_SECRET_ACCESS_KEY: secretAccessKey = "" } = environment;
  const sts = new STSClient({ ...common, credentials: { accessKeyId, secretAccessKey } });
  const { Credentials: session } = await sts.send(
    new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${account}:role/metrics-link-deploy`, RoleSessionName: "test" }),
  );
  if (!session?.AccessKeyId || !session.SecretAccessKey || !session.SessionToken) throw new Error("no session");
  const credentials = {
    accessKeyId: session.AccessKeyId,
    secretAccessKey: session.SecretAccessKey,
    sessionToken: session.SessionToken,
  };
  return new EC2Client({ ...common, credentials });
}

const receiverAccount = "222222222222";

/** Rules of the load balancer's security group, changed behind Pulumi's back. */
export class BalancerGroup {
  private readonly client: EC2Client;
  private readonly groupId: string;

  private constructor(client: EC2Client, groupId: string) {
    this.client = client;
    this.groupId = groupId;
  }

  static async find(): Promise<BalancerGroup> {
    const client = await ec2(receiverAccount);
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
