/** A small world: two VPCs with the same addresses, a NAT gateway here, a load balancer there, a machine outside. */

import type { FirewallRule, Instance, SecurityGroup, Topology, Vpc } from "@metrics-link/sandbox/model/topology.ts";

export const addresses = {
  senderNat: "203.0.113.10",
  balancerA: "198.51.100.10",
  balancerB: "198.51.100.11",
  outsider: "192.0.2.66",
} as const;

/** A TCP rule for one port. */
export function tcp(port: number, peer: string): FirewallRule {
  return {
    protocol: "tcp",
    ports: { from: port, to: port },
    peer: peer.startsWith("sg-")
      ? { kind: "security-group", id: peer }
      : peer.startsWith("pl-")
        ? { kind: "prefix-list", id: peer }
        : { kind: "cidr", cidr: peer },
  };
}

export function instance(
  id: string,
  more: Partial<Instance> & Pick<Instance, "subnetId" | "privateAddress">,
): Instance {
  return {
    id,
    name: id,
    imageId: "ami-1",
    instanceType: "t3.small",
    securityGroupIds: [],
    sourceDestinationCheck: true,
    power: "running",
    metadata: { tokensRequired: true, hopLimit: 1, tagsEnabled: false },
    tags: {},
    rootDiskGiB: 8,
    rootVolumeId: "vol-0123456789abcdef1",
    volumes: [],
    ...more,
  };
}

export function group(id: string, rules: Partial<SecurityGroup> = {}): SecurityGroup {
  return { id, ingress: [], egress: [], ...rules };
}

const internet = (id: string) => ({ destination: "0.0.0.0/0", target: { kind: "internet-gateway" as const, id } });
const local = { destination: "10.0.0.0/16", target: { kind: "local" as const } };

/** A private host behind a NAT gateway, and one without any way out. */
export const sender: Vpc = {
  id: "vpc-a",
  account: "111111111111",
  region: "eu-west-1",
  cidr: "10.0.0.0/16",
  internetGatewayId: "igw-a",
  subnets: [
    { id: "subnet-a-public", cidr: "10.0.0.0/24", zone: "eu-west-1a", routes: [local, internet("igw-a")] },
    {
      id: "subnet-a-private",
      cidr: "10.0.1.0/24",
      zone: "eu-west-1a",
      routes: [
        local,
        { destination: "0.0.0.0/0", target: { kind: "nat-gateway", id: "nat-a" } },
        { destination: "pl-s3", target: { kind: "gateway-endpoint", id: "vpce-s3" } },
      ],
    },
    { id: "subnet-a-isolated", cidr: "10.0.2.0/24", zone: "eu-west-1a", routes: [local] },
  ],
  securityGroups: [
    group("sg-sender", {
      egress: [tcp(443, `${addresses.balancerA}/32`), tcp(443, `${addresses.balancerB}/32`), tcp(443, "pl-s3")],
    }),
    group("sg-open", { egress: [{ protocol: "all", peer: { kind: "cidr", cidr: "0.0.0.0/0" } }] }),
  ],
  natGateways: [
    { id: "nat-a", subnetId: "subnet-a-public", privateAddress: "10.0.0.5", publicAddress: addresses.senderNat },
  ],
  interfaceEndpoints: [],
  gatewayEndpoints: [{ id: "vpce-s3", service: "s3", prefixListId: "pl-s3", policy: "{}" }],
  loadBalancers: [],
  instances: [
    instance("i-sender", {
      subnetId: "subnet-a-private",
      privateAddress: "10.0.1.10",
      securityGroupIds: ["sg-sender"],
    }),
    instance("i-isolated", {
      subnetId: "subnet-a-isolated",
      privateAddress: "10.0.2.10",
      securityGroupIds: ["sg-open"],
    }),
  ],
};

/** Two private targets behind a load balancer that admits one address. */
export const receiver: Vpc = {
  id: "vpc-b",
  account: "222222222222",
  region: "eu-west-1",
  cidr: "10.0.0.0/16",
  internetGatewayId: "igw-b",
  subnets: [
    { id: "subnet-b-public-a", cidr: "10.0.0.0/24", zone: "eu-west-1a", routes: [local, internet("igw-b")] },
    { id: "subnet-b-public-b", cidr: "10.0.8.0/24", zone: "eu-west-1b", routes: [local, internet("igw-b")] },
    { id: "subnet-b-private-a", cidr: "10.0.1.0/24", zone: "eu-west-1a", routes: [local] },
    { id: "subnet-b-private-b", cidr: "10.0.9.0/24", zone: "eu-west-1b", routes: [local] },
  ],
  securityGroups: [
    group("sg-edge", {
      ingress: [tcp(443, `${addresses.senderNat}/32`)],
      egress: [tcp(8443, "sg-receiver"), tcp(8444, "sg-receiver")],
    }),
    group("sg-receiver", { ingress: [tcp(8443, "sg-edge"), tcp(8444, "sg-edge")] }),
    group("sg-endpoint", { ingress: [tcp(443, "sg-receiver")] }),
  ],
  natGateways: [],
  interfaceEndpoints: [
    {
      id: "vpce-kms",
      service: "kms",
      addresses: [{ subnetId: "subnet-b-private-a", address: "10.0.1.50" }],
      securityGroupIds: ["sg-endpoint"],
      privateDnsNames: ["kms.eu-west-1.amazonaws.com"],
      policy: "{}",
    },
  ],
  gatewayEndpoints: [],
  loadBalancers: [
    {
      id: "arn:aws:elasticloadbalancing:eu-west-1:222222222222:loadbalancer/net/edge/1",
      name: "edge",
      dnsName: "edge.elb.eu-west-1.amazonaws.com",
      crossZone: true,
      securityGroupIds: ["sg-edge"],
      nodes: [
        {
          subnetId: "subnet-b-public-a",
          zone: "eu-west-1a",
          privateAddress: "10.0.0.20",
          publicAddress: addresses.balancerA,
        },
        {
          subnetId: "subnet-b-public-b",
          zone: "eu-west-1b",
          privateAddress: "10.0.8.20",
          publicAddress: addresses.balancerB,
        },
      ],
      listeners: [
        {
          port: 443,
          target: {
            id: "tg-edge",
            port: 8443,
            preserveClientAddress: true,
            healthCheck: {
              protocol: "HTTP",
              port: 8444,
              path: "/ready",
              intervalSeconds: 5,
              healthyThreshold: 2,
              unhealthyThreshold: 2,
            },
            instanceIds: ["i-receiver-a", "i-receiver-b"],
          },
        },
      ],
    },
  ],
  instances: [
    instance("i-receiver-a", {
      subnetId: "subnet-b-private-a",
      privateAddress: "10.0.1.10",
      securityGroupIds: ["sg-receiver"],
    }),
    instance("i-receiver-b", {
      subnetId: "subnet-b-private-b",
      privateAddress: "10.0.9.10",
      securityGroupIds: ["sg-receiver"],
    }),
  ],
};

export const topology: Topology = {
  vpcs: [sender, receiver],
  internetHosts: [{ name: "outsider", address: addresses.outsider }],
  prefixLists: { "pl-s3": ["192.0.2.128/25"] },
};
