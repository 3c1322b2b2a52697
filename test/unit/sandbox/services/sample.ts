import type { Instance, Topology, Vpc } from "@metrics-link/sandbox/model/topology.ts";

/** An instance with everything that its services show. */
export const instance: Instance = {
  id: "i-0123456789abcdef0",
  name: "sender",
  imageId: "ami-0deb1a13000000001",
  instanceType: "t3.micro",
  subnetId: "subnet-1",
  privateAddress: "10.0.1.10",
  securityGroupIds: ["sg-1", "sg-2"],
  sourceDestinationCheck: true,
  power: "running",
  userData: Buffer.from("#cloud-config\n").toString("base64"),
  metadata: { tokensRequired: true, hopLimit: 1, tagsEnabled: false },
  roleArn: "arn:aws:iam::111111111111:role/hosts/host-role",
  instanceProfileArn: "arn:aws:iam::111111111111:instance-profile/host-profile",
  tags: { Name: "sender" },
  rootDiskGiB: 8,
  rootVolumeId: "vol-0123456789abcdef1",
  volumes: [],
};

export const vpc: Vpc = {
  id: "vpc-1",
  account: "111111111111",
  region: "eu-west-1",
  cidr: "10.0.0.0/16",
  internetGatewayId: "igw-1",
  subnets: [{ id: "subnet-1", cidr: "10.0.1.0/24", zone: "eu-west-1a", routes: [] }],
  securityGroups: [],
  natGateways: [],
  interfaceEndpoints: [
    {
      id: "vpce-0a",
      service: "ssm",
      addresses: [
        { subnetId: "subnet-1", address: "10.0.1.20" },
        { subnetId: "subnet-2", address: "10.0.2.20" },
      ],
      securityGroupIds: [],
      privateDnsNames: ["ssm.eu-west-1.amazonaws.com"],
      policy: "{}",
    },
  ],
  gatewayEndpoints: [{ id: "vpce-0b", service: "s3", prefixListId: "pl-6da54004", policy: "{}" }],
  loadBalancers: [
    {
      id: "nlb-1",
      name: "ingest",
      dnsName: "Ingest-0123.elb.eu-west-1.amazonaws.com",
      nodes: [
        { subnetId: "subnet-1", zone: "eu-west-1a", privateAddress: "10.0.1.30", publicAddress: "198.51.100.10" },
      ],
      crossZone: false,
      securityGroupIds: [],
      listeners: [],
    },
  ],
  instances: [instance],
};

/** Two VPCs with the same addresses: one with endpoints and an instance, one with nothing but an internal balancer. */
export const other: Vpc = {
  ...vpc,
  id: "vpc-2",
  account: "222222222222",
  interfaceEndpoints: [],
  gatewayEndpoints: [],
  loadBalancers: vpc.loadBalancers.map((balancer) => ({
    ...balancer,
    dnsName: "internal-x-1.elb.eu-west-1.amazonaws.com",
    nodes: [{ subnetId: "subnet-1", zone: "eu-west-1a", privateAddress: "10.0.1.31" }],
  })),
  instances: [{ ...instance, id: "i-0fedcba9876543210", publicAddress: "198.51.100.20" }],
};

export const topology: Topology = {
  vpcs: [vpc, other],
  internetHosts: [{ name: "outsider", address: "192.0.2.66" }],
  prefixLists: { "pl-6da54004": ["192.0.2.128/25"] },
};
