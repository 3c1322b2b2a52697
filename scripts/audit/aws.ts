import {
  DescribeInstancesCommand,
  DescribeSecurityGroupsCommand,
  DescribeVpcEndpointsCommand,
  EC2Client,
  type EC2ClientConfig,
  type IpPermission,
} from "@aws-sdk/client-ec2";
import type { Declared, Observed } from "@metrics-link/audit";
import type { Configuration, ExchangeConfiguration } from "@metrics-link/config";
import { LinkError } from "@metrics-link/contract";
import { assumed, roleToAssume } from "@metrics-link/host/converge/index.ts";
import { ruleText } from "./rules.ts";

/** Options of every AWS client of an audit: the account's role and, in the sandbox, its endpoint. */
export interface ClientConfiguration {
  readonly region: string;
  readonly endpoint?: string;
  readonly credentials?: NonNullable<EC2ClientConfig["credentials"]>;
}

/** @param environment with the deployer's keys and endpoint; default: this process' environment */
export function clientConfiguration(
  { account }: Pick<Configuration | ExchangeConfiguration, "account">,
  environment: NodeJS.ProcessEnv,
): ClientConfiguration {
  const { AWS_ENDPOINT_URL: endpoint, AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = environment;
  const common = { region: account.region, ...(endpoint === undefined ? {} : { endpoint }) };
  const sessionToken = environment.AWS_SESSION_TOKEN || undefined;
  const own =
    id && secret
      ? { credentials: { accessKeyId: id, secretAccessKey: secret, ...(sessionToken ? { sessionToken } : {}) } }
      : {};
  const role = roleToAssume(account);
  if (role === undefined) return { ...common, ...own };
  const credentials = assumed(role, "metrics-link-audit", {
    clientConfig: common,
    ...(own.credentials ? { masterCredentials: own.credentials } : {}),
  });
  return { ...common, credentials };
}

/** Options of a client of S3: an endpoint of the sandbox has no name for each bucket. */
export const withPaths = (clients: ClientConfiguration) => ({
  ...clients,
  forcePathStyle: clients.endpoint !== undefined,
});

/** Half an answer is none. @param more the mark of a page that follows @throws LinkError API_ERROR */
export function whole(what: string, more: string | boolean | undefined): void {
  if (more) throw new LinkError("API_ERROR", { what: `AWS has more ${what} than fit into one answer` });
}

/** Reads from EC2 what the VPC of the stack's host has now. Changes nothing. */
export async function observe(configuration: ClientConfiguration, { instanceId }: Declared): Promise<Observed> {
  const client = new EC2Client(configuration);
  const { Reservations: reservations = [] } = await client.send(
    new DescribeInstancesCommand({ InstanceIds: [instanceId] }),
  );
  const instance = reservations.flatMap(({ Instances }) => Instances ?? [])[0];
  if (instance?.VpcId === undefined) {
    throw new LinkError("API_ERROR", { what: `EC2 reports no VPC for instance ${instanceId}` });
  }
  const network = { Filters: [{ Name: "vpc-id", Values: [instance.VpcId] }] };
  const [groups, { VpcEndpoints: endpoints = [] }] = await Promise.all([
    client.send(new DescribeSecurityGroupsCommand(network)),
    client.send(new DescribeVpcEndpointsCommand(network)),
  ]);
  const { NetworkInterfaces: interfaces = [] } = instance;
  return {
    account: reservations[0]?.OwnerId ?? "",
    groups: (groups.SecurityGroups ?? []).map(
      ({
        GroupId = "",
        GroupName = "",
        Tags = [],
        IpPermissions = [],
        IpPermissionsEgress = [],
      }): Observed["groups"][number] => ({
        id: GroupId,
        groupName: GroupName,
        name: Tags.find(({ Key }) => Key === "Name")?.Value ?? GroupName,
        rules: [
          ...IpPermissions.flatMap((permission) => rulesOf("ingress", permission)),
          ...IpPermissionsEgress.flatMap((permission) => rulesOf("egress", permission)),
        ],
      }),
    ),
    // AWS lists a deleted endpoint for a while.
    endpoints: endpoints
      .filter(({ State = "" }) => !/^delet(ing|ed)$/i.test(State))
      .map(({ VpcEndpointId: id = "", ServiceName: service = "" }) => ({ id, service })),
    instance: {
      id: instanceId,
      state: instance.State?.Name ?? "not told",
      publicAddress: instance.PublicIpAddress,
      // Of every network interface: the instance's own list is that of the first one.
      groups: [...new Set(interfaces.flatMap(({ Groups }) => Groups ?? []).flatMap(({ GroupId }) => GroupId ?? []))],
      keyName: instance.KeyName,
      httpTokens: instance.MetadataOptions?.HttpTokens,
    },
  };
}

/** EC2 groups rules by port range; here each is one rule. */
function rulesOf(direction: "ingress" | "egress", permission: IpPermission): string[] {
  const { IpProtocol = "", FromPort, ToPort, IpRanges, Ipv6Ranges, UserIdGroupPairs, PrefixListIds } = permission;
  const ends = [
    ...(IpRanges ?? []).map(({ CidrIp }) => CidrIp),
    ...(Ipv6Ranges ?? []).map(({ CidrIpv6 }) => CidrIpv6),
    ...(UserIdGroupPairs ?? []).map(({ GroupId }) => GroupId),
    ...(PrefixListIds ?? []).map(({ PrefixListId }) => PrefixListId),
  ];
  return ends.map((end) => ruleText(direction, IpProtocol, FromPort, ToPort, end ?? "something unknown"));
}
