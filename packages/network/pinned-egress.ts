import { LinkError } from "@metrics-link/contract";
import { ports } from "@metrics-link/release";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { elasticIp, type KeptAddress } from "./elastic-ip.ts";
import type { PrivateNetwork } from "./private-network.ts";

export interface PinnedEgressArgs {
  readonly network: PrivateNetwork;
  /** Security group of the hosts that may connect out. */
  readonly hostSecurityGroup: aws.ec2.SecurityGroup;
  /** IPv4 addresses that they may reach on 443; empty until the receiver has a `contract` output. */
  readonly destinations: readonly string[];
  /** The address to leave by, if another stack has it. */
  readonly kept?: KeptAddress | undefined;
  /** The allocation of the address to take over from an earlier stack. */
  readonly adopted?: string | undefined;
}

/**
 * The sender's one egress address and the only destinations it may reach. The peer allow-lists the address, so it
 * survives replacement of the NAT gateway, removal of the stack and an accidental `destroy`.
 */
export class PinnedEgress extends pulumi.ComponentResource {
  readonly addresses: pulumi.Output<string>[];

  constructor(name: string, args: PinnedEgressArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("metrics-link:network:PinnedEgress", name, {}, options);
    const own = { parent: this };
    const [first] = args.network.zones;
    if (first === undefined)
      throw new LinkError("INTERNAL", { what: "the network has no zone; expected at least one" });

    const made =
      args.kept === undefined
        ? elasticIp(`${name}-address`, { ...own, dependsOn: [args.network.internetGateway] }, args.adopted)
        : undefined;
    const gateway = new aws.ec2.NatGateway(
      `${name}-nat`,
      {
        allocationId: made?.allocationId ?? args.kept?.allocationId ?? "",
        subnetId: first.publicSubnet.id,
        tags: { Name: `${name}-nat` },
      },
      { ...own, dependsOn: [args.network.internetGateway] },
    );
    for (const { zone, privateRoutes } of args.network.zones) {
      new aws.ec2.Route(
        `${name}-default-${zone.slice(-1)}`,
        { routeTableId: privateRoutes.id, destinationCidrBlock: "0.0.0.0/0", natGatewayId: gateway.id },
        own,
      );
    }
    for (const destination of args.destinations) {
      new aws.vpc.SecurityGroupEgressRule(
        `${name}-to-${destination}`,
        {
          securityGroupId: args.hostSecurityGroup.id,
          cidrIpv4: `${destination}/32`,
          ipProtocol: "tcp",
          fromPort: ports.https,
          toPort: ports.https,
          description: "Load balancer of the receiver",
        },
        own,
      );
    }
    this.addresses = [pulumi.output(made?.publicIp ?? args.kept?.address ?? "")];
    this.registerOutputs({ addresses: this.addresses });
  }
}
