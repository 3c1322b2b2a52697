import {
  AuthorizeSecurityGroupIngressCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
  RevokeSecurityGroupIngressCommand,
} from "@aws-sdk/client-ec2";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { deployerEnvironment } from "@metrics-link/sandbox/world/environment.ts";
import { sandbox } from "./sandbox.ts";

/** Keys of a session, as SDKs take them. */
export interface Session {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** What every client of the sandbox's API is made with. */
export function clientOptions(credentials: Session) {
  const { AWS_REGION: region = "", AWS_ENDPOINT_URL: endpoint = "" } = deployerEnvironment(sandbox.layout);
  return { region, endpoint, credentials, forcePathStyle: true, maxAttempts: 1 };
}

/** The deployer of an account: what a person with a console could do. */
export async function deployer(account: string): Promise<Session> {
  const { AWS_ACCESS_KEY_ID: accessKeyId = "", AWS_SECRET_ACCESS_KEY: secretAccessKey = "" } = deployerEnvironment(
    sandbox.layout,
  );
  const { region, endpoint } = clientOptions({ accessKeyId, secretAccessKey, sessionToken: "" });
  const sts = new STSClient({ region, endpoint, credentials: { accessKeyId, secretAccessKey } });
  return assume(sts, `arn:aws:iam::${account}:role/metrics-link-deploy`);
}

/** A session of a role, by whoever `sts` is. */
export async function assume(sts: STSClient, roleArn: string): Promise<Session> {
  const { Credentials: session } = await sts.send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: "test" }));
  if (!session?.AccessKeyId || !session.SecretAccessKey || !session.SessionToken) throw new Error("no session");
  return {
    accessKeyId: session.AccessKeyId,
    secretAccessKey: session.SecretAccessKey,
    sessionToken: session.SessionToken,
  };
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
    const client = new EC2Client(clientOptions(await deployer(receiverAccount)));
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
