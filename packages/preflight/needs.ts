import type { Configuration } from "@metrics-link/config";

/** What a stack takes of quotas, and pays for. */
export interface Needs {
  /** Elastic IP addresses. */
  readonly addresses: number;
  readonly natGateways: number;
  readonly balancers: number;
  /** Interface endpoints, each counted once for each zone that it stands in. */
  readonly endpointZones: number;
  /** GiB of gp3, root and data volume together. */
  readonly volumeGiB: number;
  /** The most rules of one direction that a security group of it has. */
  readonly rules: number;
  readonly keys: number;
  readonly secrets: number;
}

/** Secrets Manager, Systems Manager and its messages: packages/network/private-network.ts. */
const ownEndpoints = 3;
/** packages/host/cloud/instance.ts */
const rootVolumeGiB = 10;

/** What the program makes for a configuration. A test compares it with the program. */
export function needsOf(configuration: Configuration): Needs {
  const { network, host } = configuration;
  const zones = network.zones.length;
  const endpoints = ownEndpoints + network.endpointServices.length;
  const common = {
    endpointZones: endpoints * zones,
    volumeGiB: rootVolumeGiB + host.dataVolumeGiB,
    keys: 1,
    secrets: 1,
  };
  const rulesFor = (ways: typeof network.targets) => ways.reduce((sum, { ports }) => sum + ports.length, 0);
  const [toTargets, fromScrapers] = [rulesFor(network.targets), rulesFor(network.scrapedBy)];
  if (configuration.role === "sender") {
    // Out of the host: the endpoints, S3, each address of the receiver, and each port of a target. The prefix list of S3 counts as one rule (VPC user
    // guide, "AWS-managed prefix lists", weight).
    const { addresses = [] } = configuration.peer;
    return {
      ...common,
      addresses: 1,
      natGateways: 1,
      balancers: 0,
      rules: Math.max(2 + addresses.length + toTargets, fromScrapers),
    };
  }
  // Into the load balancer: each address of each sender, spread over as many groups as they need. The host has two rules of
  // each direction besides those of ways.
  const addresses = configuration.senders.flatMap((sender) => sender.addresses ?? []);
  const { rules } = network.securityGroupQuotas;
  return {
    ...common,
    addresses: zones,
    natGateways: 0,
    balancers: 1,
    rules: Math.max(2 + toTargets, 2 + fromScrapers, Math.min(rules, addresses.length)),
  };
}
