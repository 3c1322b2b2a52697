/**
 * What the described AWS resources amount to on the wire and on hosts: the plain data that the cloud derives from
 * its resources and the realiser turns into namespaces, nftables and booted hosts. Pure description, no behaviour.
 */

/** One security group rule as AWS evaluates it; exactly one kind of peer. */
export interface FirewallRule {
  readonly protocol: "tcp" | "udp" | "icmp" | "all";
  /** First and last port, inclusive; absent for "all" and "icmp". */
  readonly ports?: { readonly from: number; readonly to: number };
  readonly peer:
    | { readonly kind: "cidr"; readonly cidr: string }
    | { readonly kind: "security-group"; readonly id: string }
    | { readonly kind: "prefix-list"; readonly id: string };
}

export interface SecurityGroup {
  readonly id: string;
  readonly ingress: readonly FirewallRule[];
  readonly egress: readonly FirewallRule[];
}

type RouteTarget =
  | { readonly kind: "local" }
  | { readonly kind: "internet-gateway"; readonly id: string }
  | { readonly kind: "nat-gateway"; readonly id: string }
  | { readonly kind: "peering-connection"; readonly id: string }
  | { readonly kind: "gateway-endpoint"; readonly id: string };

export interface Route {
  /** A CIDR, or the id of a prefix list (`pl-...`). */
  readonly destination: string;
  readonly target: RouteTarget;
}

export interface Subnet {
  readonly id: string;
  readonly cidr: string;
  readonly zone: string;
  /** Routes of the subnet's own route table, or of the VPC's main one when none is associated. */
  readonly routes: readonly Route[];
}

export interface NatGateway {
  readonly id: string;
  readonly subnetId: string;
  readonly privateAddress: string;
  /** The associated Elastic IP. */
  readonly publicAddress: string;
}

/** An interface endpoint: names of a service that resolve to private addresses inside the VPC. */
export interface InterfaceEndpoint {
  readonly id: string;
  /** Short service name: "ssm", "secretsmanager", "kms", "sts", ..., or "vpce-svc-..." of somebody else's. */
  readonly service: string;
  readonly addresses: readonly { readonly subnetId: string; readonly address: string }[];
  readonly securityGroupIds: readonly string[];
  /** Host names which the VPC's resolver answers with the addresses above; empty without private DNS. */
  readonly privateDnsNames: readonly string[];
  /** JSON: what may pass; of no use to a service of somebody else. */
  readonly policy: string;
}

/** A gateway endpoint (S3): a route to a prefix list, no address of its own. */
interface GatewayEndpoint {
  readonly id: string;
  readonly service: string;
  readonly prefixListId: string;
  /** JSON: what may pass. */
  readonly policy: string;
}

export interface LoadBalancerNode {
  readonly subnetId: string;
  readonly zone: string;
  readonly privateAddress: string;
  /** The Elastic IP given by the subnet mapping; absent on an internal load balancer. */
  readonly publicAddress?: string;
}

export interface LoadBalancerListener {
  readonly port: number;
  readonly target: {
    readonly id: string;
    readonly port: number;
    readonly preserveClientAddress: boolean;
    readonly healthCheck: {
      readonly protocol: "TCP" | "HTTP";
      readonly port: number;
      readonly path?: string;
      readonly intervalSeconds: number;
      readonly healthyThreshold: number;
      readonly unhealthyThreshold: number;
    };
    readonly instanceIds: readonly string[];
  };
}

export interface LoadBalancer {
  readonly id: string;
  readonly name: string;
  readonly dnsName: string;
  readonly nodes: readonly LoadBalancerNode[];
  readonly crossZone: boolean;
  readonly securityGroupIds: readonly string[];
  readonly listeners: readonly LoadBalancerListener[];
}

/** An EC2 instance, as its network, metadata service and boot see it. */
export interface Instance {
  readonly id: string;
  /** The Name tag, which is also the host's name in the sandbox's command line ("sender", "receiver"). */
  readonly name: string;
  readonly imageId: string;
  readonly instanceType: string;
  readonly subnetId: string;
  readonly privateAddress: string;
  readonly publicAddress?: string;
  readonly securityGroupIds: readonly string[];
  readonly sourceDestinationCheck: boolean;
  readonly power: "running" | "stopped";
  /** Base64, as EC2 keeps it. */
  readonly userData?: string;
  readonly metadata: { readonly tokensRequired: boolean; readonly hopLimit: number; readonly tagsEnabled: boolean };
  /** The role of the instance profile; absent without a profile. */
  readonly roleArn?: string;
  readonly instanceProfileArn?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly rootDiskGiB: number;
  readonly rootVolumeId: string;
  readonly volumes: readonly {
    readonly volumeId: string;
    readonly deviceName: string;
    readonly sizeGiB: number;
    /** What a new one is made from; it is blank otherwise. */
    readonly snapshotId?: string;
  }[];
}

/** A rule of a VPC's DNS firewall. */
export interface DnsRule {
  /** In lower case, each with its final dot; an asterisk in front stands for any beginning. */
  readonly domains: readonly string[];
  readonly answer: "pass" | "NODATA" | "NXDOMAIN";
  /** Whether it decides by the name that was asked for alone, and not by the names that this one leads to as well. */
  readonly trustsRedirection: boolean;
}

/**
 * A machine in a VPC that is in no stack. It leaves as the instances of its subnet do, and no security group holds what it
 * sends.
 */
export interface Neighbour {
  readonly name: string;
  readonly subnetId: string;
  readonly privateAddress: string;
  /** Its owner lets everything in; nothing but answers otherwise. */
  readonly isOpen?: boolean;
}

/** A VPC peering connection as one of its two networks has it. */
export interface Peering {
  readonly id: string;
  readonly end: "requester" | "accepter";
  readonly peerVpcId: string;
}

export interface Vpc {
  readonly id: string;
  readonly account: string;
  readonly region: string;
  readonly cidr: string;
  readonly internetGatewayId?: string;
  readonly subnets: readonly Subnet[];
  readonly securityGroups: readonly SecurityGroup[];
  readonly natGateways: readonly NatGateway[];
  readonly interfaceEndpoints: readonly InterfaceEndpoint[];
  readonly gatewayEndpoints: readonly GatewayEndpoint[];
  readonly loadBalancers: readonly LoadBalancer[];
  readonly instances: readonly Instance[];
  readonly neighbours?: readonly Neighbour[];
  readonly peerings?: readonly Peering[];
  /** The rules of its DNS firewall, in the order in which they are asked; absent without one, and every name is answered. */
  readonly dnsRules?: readonly DnsRule[];
}

/** The data of a volume as it was when the snapshot was taken. */
export interface Snapshot {
  readonly id: string;
  readonly volumeId: string;
}

/** A host on the sandbox's internet, in no account: one public address and nothing else. */
export interface InternetHost {
  readonly name: string;
  readonly address: string;
}

export interface Topology {
  readonly vpcs: readonly Vpc[];
  readonly internetHosts: readonly InternetHost[];
  /** Prefix list id to its CIDRs (S3's is where gateway endpoints lead). */
  readonly prefixLists: Readonly<Record<string, readonly string[]>>;
  readonly snapshots?: readonly Snapshot[];
  /** Every EBS volume that exists, attached or not. With it, the data of volumes not listed is deleted; without, kept. */
  readonly volumeIds?: readonly string[];
}
