import { ports } from "@metrics-link/release";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { awsNames, DnsFence } from "./dns-fence.ts";
import { endpointPolicy, type Reach } from "./endpoint-policies.ts";
import { planSubnets } from "./subnets.ts";

export interface PrivateNetworkArgs {
  readonly cidr: string;
  readonly zones: readonly string[];
  readonly reach: Reach;
  /** Service names of other parties' endpoint services (AWS PrivateLink). */
  readonly endpointServices: readonly string[];
  /** Whether hosts get answers for the names that they need and for no others. */
  readonly dnsFirewall: boolean;
  /** Names of other parties that hosts ask for. */
  readonly names?: readonly string[];
  /** Further tags of the VPC. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** One zone's pair of subnets. */
export interface ZoneSubnets {
  readonly zone: string;
  readonly publicSubnet: aws.ec2.Subnet;
  readonly privateSubnet: aws.ec2.Subnet;
  readonly privateRoutes: aws.ec2.RouteTable;
}

/**
 * The AWS services that a host reaches through interface endpoints. The SSM agent (3.3.40.0 and later) needs `ssm` and
 * `ssmmessages`; our agent needs Secrets Manager, which calls KMS itself, outside this network.
 */
const interfaceServices = ["ssm", "ssmmessages", "secretsmanager"] as const;

/**
 * A VPC over one zone or two whose private subnets have no route to the internet. Hosts reach AWS through endpoints, so
 * management survives the loss of egress, and only what they need (`endpointPolicy`). They reach declared endpoint
 * services of other parties in the same way.
 */
export class PrivateNetwork extends pulumi.ComponentResource {
  readonly vpcId: pulumi.Output<string>;
  readonly zones: readonly ZoneSubnets[];
  readonly internetGateway: aws.ec2.InternetGateway;
  /** Prefix list of S3 in this region, for egress rules. */
  readonly s3PrefixListId: pulumi.Output<string>;
  readonly endpointSecurityGroup: aws.ec2.SecurityGroup;
  /** All endpoints and what fences DNS. A host depends on them: its first boot fails without the ones, and is open without the others. */
  readonly beforeHosts: readonly pulumi.Resource[];

  constructor(name: string, args: PrivateNetworkArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("metrics-link:network:PrivateNetwork", name, {}, options);
    const own = { parent: this };
    const { reach } = args;
    const { region } = reach.account;
    const tags = (suffix: string) => ({ Name: `${name}-${suffix}` });

    const vpc = new aws.ec2.Vpc(
      `${name}-vpc`,
      {
        cidrBlock: args.cidr,
        enableDnsSupport: true,
        enableDnsHostnames: true,
        tags: { ...args.tags, ...tags("vpc") },
      },
      own,
    );
    // The default group allows all traffic between its members. Adopted without rules, it allows none (CIS AWS 5.4). Only
    // explicit empty lists make a refresh see a rule that somebody adds (docs/decisions/0724).
    new aws.ec2.DefaultSecurityGroup(
      `${name}-default-group`,
      { vpcId: vpc.id, ingress: [], egress: [], tags: tags("unused") },
      own,
    );
    this.internetGateway = new aws.ec2.InternetGateway(
      `${name}-internet`,
      { vpcId: vpc.id, tags: tags("internet") },
      own,
    );

    const publicRoutes = new aws.ec2.RouteTable(`${name}-public`, { vpcId: vpc.id, tags: tags("public") }, own);
    new aws.ec2.Route(
      `${name}-public-default`,
      { routeTableId: publicRoutes.id, destinationCidrBlock: "0.0.0.0/0", gatewayId: this.internetGateway.id },
      own,
    );
    this.zones = planSubnets(args.cidr, args.zones).map(({ zone, ...ranges }) => {
      const letter = zone.slice(-1);
      const subnet = (kind: "public" | "private") =>
        new aws.ec2.Subnet(
          `${name}-${kind}-${letter}`,
          {
            vpcId: vpc.id,
            cidrBlock: ranges[kind],
            availabilityZone: zone,
            mapPublicIpOnLaunch: false,
            tags: tags(`${kind}-${letter}`),
          },
          own,
        );
      const publicSubnet = subnet("public");
      const privateSubnet = subnet("private");
      const privateRoutes = new aws.ec2.RouteTable(
        `${name}-private-${letter}`,
        { vpcId: vpc.id, tags: tags(`private-${letter}`) },
        own,
      );
      new aws.ec2.RouteTableAssociation(
        `${name}-public-${letter}`,
        { subnetId: publicSubnet.id, routeTableId: publicRoutes.id },
        own,
      );
      new aws.ec2.RouteTableAssociation(
        `${name}-private-${letter}`,
        { subnetId: privateSubnet.id, routeTableId: privateRoutes.id },
        own,
      );
      return { zone, publicSubnet, privateSubnet, privateRoutes };
    });

    this.endpointSecurityGroup = new aws.ec2.SecurityGroup(
      `${name}-endpoints`,
      { vpcId: vpc.id, description: "AWS endpoints: HTTPS from hosts of this VPC", tags: tags("endpoints") },
      own,
    );
    const s3 = new aws.ec2.VpcEndpoint(
      `${name}-s3`,
      {
        vpcId: vpc.id,
        vpcEndpointType: "Gateway",
        serviceName: `com.amazonaws.${region}.s3`,
        policy: JSON.stringify(endpointPolicy("s3", reach)),
        routeTableIds: this.zones.map(({ privateRoutes }) => privateRoutes.id),
        tags: tags("s3"),
      },
      own,
    );
    this.s3PrefixListId = s3.prefixListId;
    const interfaceEndpoint = (suffix: string, serviceName: string, policy: Pick<aws.ec2.VpcEndpointArgs, "policy">) =>
      new aws.ec2.VpcEndpoint(
        `${name}-${suffix}`,
        {
          vpcId: vpc.id,
          vpcEndpointType: "Interface",
          serviceName,
          ...policy,
          subnetIds: this.zones.map(({ privateSubnet }) => privateSubnet.id),
          securityGroupIds: [this.endpointSecurityGroup.id],
          privateDnsEnabled: true,
          tags: tags(suffix),
        },
        own,
      );
    const names = [...awsNames(reach, interfaceServices), ...(args.names ?? [])];
    const fence = args.dnsFirewall ? new DnsFence(name, { vpcId: vpc.id, names }, own) : undefined;
    this.beforeHosts = [
      ...(fence?.inForce ?? []),
      s3,
      ...interfaceServices.map((service) =>
        interfaceEndpoint(service, `com.amazonaws.${region}.${service}`, {
          policy: JSON.stringify(endpointPolicy(service, reach)),
        }),
      ),
      // An endpoint service is not an AWS API: its owner controls access with its own TLS and credentials.
      ...args.endpointServices.map((service) => interfaceEndpoint(service.split(".").at(-1) ?? service, service, {})),
    ];
    this.vpcId = vpc.id;
    this.registerOutputs({ vpcId: this.vpcId });
  }

  /**
   * Creates a security group for hosts that allows only the endpoints and S3. Callers that need more add their own
   * rules.
   */
  hostSecurityGroup(name: string, parent: pulumi.Resource): aws.ec2.SecurityGroup {
    const own = { parent };
    const https = { ipProtocol: "tcp", fromPort: ports.https, toPort: ports.https };
    const group = new aws.ec2.SecurityGroup(
      `${name}-host`,
      { vpcId: this.vpcId, description: "A metrics-link host", tags: { Name: `${name}-host` } },
      own,
    );
    new aws.vpc.SecurityGroupEgressRule(
      `${name}-host-to-endpoints`,
      {
        securityGroupId: group.id,
        referencedSecurityGroupId: this.endpointSecurityGroup.id,
        description: "AWS interface endpoints",
        ...https,
      },
      own,
    );
    new aws.vpc.SecurityGroupEgressRule(
      `${name}-host-to-s3`,
      { securityGroupId: group.id, prefixListId: this.s3PrefixListId, description: "S3 gateway endpoint", ...https },
      own,
    );
    new aws.vpc.SecurityGroupIngressRule(
      `${name}-endpoints-from-host`,
      {
        securityGroupId: this.endpointSecurityGroup.id,
        referencedSecurityGroupId: group.id,
        description: "Hosts",
        ...https,
      },
      own,
    );
    return group;
  }
}
