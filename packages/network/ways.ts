import { rangeWith } from "@metrics-link/contract";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { PrivateNetwork } from "./private-network.ts";

/** A range and ports, of what is scraped or of who scrapes. */
interface Way {
  readonly name: string;
  readonly cidr: string;
  readonly ports: readonly number[];
  /** Then rules name this group instead of the range. */
  readonly securityGroup?: string | undefined;
}

/** Another network that this one is connected to. */
interface Connection {
  /** Of a VPC peering connection (`pcx-…`) or a transit gateway (`tgw-…`). */
  readonly id: string;
  readonly cidr: string;
}

export interface WaysArgs {
  readonly network: PrivateNetwork;
  /** The hosts' security group. */
  readonly hostSecurityGroup: aws.ec2.SecurityGroup;
  readonly targets: readonly Way[];
  readonly scrapedBy: readonly Way[];
  readonly connections: readonly Connection[];
}

/** A route to a range of another network. */
export interface PlannedRoute {
  readonly cidr: string;
  readonly connection: string;
}

/**
 * The routes that ways need, each range once. A route leads to the range of a target or a scraper, not to all that is behind its
 * connection: what is not declared has no route.
 */
export function planRoutes({ targets, scrapedBy, connections }: Omit<WaysArgs, "network" | "hostSecurityGroup">) {
  const found = new Map<string, PlannedRoute>();
  for (const { cidr } of [...targets, ...scrapedBy]) {
    const connection = rangeWith(connections, cidr);
    if (connection !== undefined) found.set(cidr, { cidr, connection: connection.id });
  }
  return [...found.values()];
}

/** What the host may connect to in order to scrape it, and who may connect to the host in order to scrape that. */
export class Ways extends pulumi.ComponentResource {
  constructor(name: string, args: WaysArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("metrics-link:network:Ways", name, {}, options);
    const own = { parent: this };
    const rule = ({ cidr, securityGroup }: Way, port: number) => ({
      securityGroupId: args.hostSecurityGroup.id,
      ...(securityGroup === undefined ? { cidrIpv4: cidr } : { referencedSecurityGroupId: securityGroup }),
      ipProtocol: "tcp",
      fromPort: port,
      toPort: port,
    });
    for (const target of args.targets) {
      for (const port of target.ports) {
        new aws.vpc.SecurityGroupEgressRule(
          `${name}-to-target-${target.name}-${port}`,
          { ...rule(target, port), description: `Target ${target.name}` },
          own,
        );
      }
    }
    for (const scraper of args.scrapedBy) {
      for (const port of scraper.ports) {
        new aws.vpc.SecurityGroupIngressRule(
          `${name}-from-scraper-${scraper.name}-${port}`,
          { ...rule(scraper, port), description: `Scraper ${scraper.name}` },
          own,
        );
      }
    }
    for (const { cidr, connection } of planRoutes(args)) {
      for (const { zone, privateRoutes } of args.network.zones) {
        new aws.ec2.Route(
          `${name}-to-${cidr.replace("/", "-")}-${zone.slice(-1)}`,
          {
            routeTableId: privateRoutes.id,
            destinationCidrBlock: cidr,
            ...(connection.startsWith("tgw-")
              ? { transitGatewayId: connection }
              : { vpcPeeringConnectionId: connection }),
          },
          own,
        );
      }
    }
    this.registerOutputs({});
  }
}
