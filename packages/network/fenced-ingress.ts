import { ports } from "@metrics-link/release";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { elasticIp, type KeptAddress } from "./elastic-ip.ts";
import { type FencePlan, groupsOf } from "./fence-plan.ts";
import type { PrivateNetwork } from "./private-network.ts";
import { withoutStackTraces } from "./without-stack-traces.ts";

/** A sender that the security group lets in. */
interface AllowedSender {
  readonly name: string;
  readonly addresses: readonly string[];
}

export interface FencedIngressArgs {
  readonly network: PrivateNetwork;
  readonly hostSecurityGroup: aws.ec2.SecurityGroup;
  readonly senders: readonly AllowedSender[];
  /** By `planFence`, of all addresses of the senders. */
  readonly plan: FencePlan;
  /** The addresses to be reached at, in the order of the zones, if another stack has them. */
  readonly kept?: readonly KeptAddress[] | undefined;
  /** Allocations of the addresses to take over from an earlier stack, in the order of the zones. */
  readonly adopted?: readonly string[] | undefined;
}

/**
 * The receiver's public endpoint: a network load balancer with fixed addresses that passes TLS through unchanged, and
 * security groups that allow only the senders' addresses.
 */
export class FencedIngress extends pulumi.ComponentResource {
  readonly addresses: pulumi.Output<string>[];
  readonly targetGroupArn: pulumi.Output<string>;

  constructor(name: string, args: FencedIngressArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("metrics-link:network:FencedIngress", name, {}, options);
    const own = { parent: this };
    const tags = (suffix: string) => ({ Name: `${name}-${suffix}` });

    const groupOf = (suffix: string) =>
      new aws.ec2.SecurityGroup(
        `${name}-${suffix}`,
        {
          vpcId: args.network.vpcId,
          description: "The load balancer: HTTPS from the addresses of senders alone",
          tags: tags(suffix),
        },
        own,
      );
    // Each interface of the load balancer has all of them, so what the host and the load balancer say to each other needs one.
    const group = groupOf("balancer");
    const more = Array.from({ length: groupsOf(args.plan) - 1 }, (_, index) => groupOf(`balancer-${index + 2}`));
    const groups = [group, ...more];
    withoutStackTraces(() => {
      for (const sender of args.senders) {
        for (const address of sender.addresses) {
          // Named by the address: with the sender's name in it, another name would be a second rule with the same content,
          // which EC2 refuses while the first is there (InvalidPermission.Duplicate).
          new aws.vpc.SecurityGroupIngressRule(
            `${name}-from-${address}`,
            {
              securityGroupId: (groups[(args.plan[address] ?? 1) - 1] ?? group).id,
              cidrIpv4: `${address}/32`,
              ipProtocol: "tcp",
              fromPort: ports.https,
              toPort: ports.https,
              description: `Egress address of sender ${sender.name}`,
            },
            { ...own, aliases: [{ name: `${name}-from-${sender.name}-${address}` }] },
          );
        }
      }
    });
    const towardsHost = { ingest: ports.ingest, ready: ports.ready };
    for (const [purpose, port] of Object.entries(towardsHost)) {
      const rule = { ipProtocol: "tcp", fromPort: port, toPort: port };
      new aws.vpc.SecurityGroupEgressRule(
        `${name}-balancer-to-${purpose}`,
        { securityGroupId: group.id, referencedSecurityGroupId: args.hostSecurityGroup.id, ...rule },
        own,
      );
      new aws.vpc.SecurityGroupIngressRule(
        `${name}-host-from-balancer-${purpose}`,
        { securityGroupId: args.hostSecurityGroup.id, referencedSecurityGroupId: group.id, ...rule },
        own,
      );
    }

    const addresses =
      args.kept?.map(({ allocationId, address }) => ({ allocationId, publicIp: pulumi.output(address) })) ??
      args.network.zones.map(({ zone }, index) =>
        elasticIp(
          `${name}-address-${zone.slice(-1)}`,
          { ...own, dependsOn: [args.network.internetGateway] },
          args.adopted?.[index],
        ),
      );
    const balancer = new aws.lb.LoadBalancer(
      `${name}-nlb`,
      {
        loadBalancerType: "network",
        internal: false,
        // AWS accepts a network load balancer's first security group only at creation.
        securityGroups: groups.map(({ id }) => id),
        subnetMappings: args.network.zones.map(({ publicSubnet }, index) => ({
          subnetId: publicSubnet.id,
          allocationId: addresses[index]?.allocationId ?? "",
        })),
        // The single host is in one zone, and an address in another one must reach it, too. AWS bills traffic between zones.
        enableCrossZoneLoadBalancing: args.network.zones.length > 1,
        enableDeletionProtection: true,
        tags: tags("nlb"),
      },
      { ...own, dependsOn: [args.network.internetGateway] },
    );
    const targets = new aws.lb.TargetGroup(
      `${name}-ingest`,
      {
        vpcId: args.network.vpcId,
        protocol: "TCP",
        port: ports.ingest,
        targetType: "instance",
        // Envoy binds each sender's identity to its address, so it must see the client's address.
        preserveClientIp: "true",
        healthCheck: {
          protocol: "HTTP",
          port: String(ports.ready),
          path: "/ready",
          interval: 10,
          healthyThreshold: 2,
          unhealthyThreshold: 2,
        },
        deregistrationDelay: 30,
        tags: tags("ingest"),
      },
      own,
    );
    new aws.lb.Listener(
      `${name}-https`,
      {
        loadBalancerArn: balancer.arn,
        port: ports.https,
        protocol: "TCP",
        defaultActions: [{ type: "forward", targetGroupArn: targets.arn }],
      },
      own,
    );
    this.addresses = addresses.map(({ publicIp }) => publicIp);
    this.targetGroupArn = targets.arn;
    this.registerOutputs({ addresses: this.addresses });
  }

  /** Registers a host as target of the load balancer. */
  attach(name: string, instanceId: pulumi.Input<string>): aws.lb.TargetGroupAttachment {
    return new aws.lb.TargetGroupAttachment(
      `${name}-target`,
      { targetGroupArn: this.targetGroupArn, targetId: instanceId, port: ports.ingest },
      { parent: this },
    );
  }
}
