import assert from "node:assert/strict";
import { ALERTMANAGER_SERVICE } from "@metrics-link/sandbox/cloud/catalogue.ts";
import type { Cloud } from "@metrics-link/sandbox/cloud/cloud.ts";
import { FULL_ACCESS } from "@metrics-link/sandbox/cloud/ec2/vpc-endpoint.ts";
import type { Vpc } from "@metrics-link/sandbox/model/topology.ts";
import {
  ASSOCIATION,
  ATTACHMENT,
  create,
  EGRESS,
  EIP,
  ENDPOINT,
  hostInputs,
  INGRESS,
  INSTANCE,
  NAT,
  network,
  PEERING,
  PROFILE,
  ROLE,
  ROUTE,
  TABLE,
  VOLUME,
  VPC,
} from "./support/estate.ts";
import { account, FakeCloud } from "./support/fake-aws.ts";

describe("the topology of resources", () => {
  let fake: FakeCloud;
  let cloud: Cloud;
  beforeEach(async () => {
    fake = new FakeCloud();
    cloud = await fake.open();
  });
  afterEach(() => fake.remove());
  const only = (): Vpc => cloud.topology().vpcs[0] ?? assert.fail("no VPC");

  it("is only the internet at first", () => {
    assert.deepEqual(cloud.topology(), {
      vpcs: [],
      internetHosts: [{ name: "outsider", address: "192.0.2.66" }],
      prefixLists: { "pl-6da54004": ["192.0.2.128/25"] },
      snapshots: [],
    });
  });

  it("has routes of the subnet's own table, or else of the main one", async () => {
    const { vpc, gateway, open, closed } = await network(cloud);
    const table = await create(cloud, TABLE, { vpcId: vpc.id });
    await create(cloud, ASSOCIATION, { routeTableId: table.id, subnetId: closed.id });
    const address = await create(cloud, EIP, {});
    const nat = await create(cloud, NAT, { allocationId: address.id, subnetId: open.id });
    const everywhere = { destinationCidrBlock: "0.0.0.0/0" };
    await create(cloud, ROUTE, { ...everywhere, routeTableId: table.id, natGatewayId: nat.id });
    const main = String(vpc.outputs.mainRouteTableId);
    await create(cloud, ROUTE, { ...everywhere, routeTableId: main, gatewayId: gateway.id });
    const s3 = await create(cloud, ENDPOINT, {
      vpcId: vpc.id,
      serviceName: "com.amazonaws.eu-west-1.s3",
      routeTableIds: [table.id],
    });
    const local = { destination: "10.0.0.0/16", target: { kind: "local" } };
    const [first, second] = only().subnets;
    assert.deepEqual(first, {
      id: open.id,
      cidr: "10.0.0.0/24",
      zone: "eu-west-1a",
      routes: [local, { destination: "0.0.0.0/0", target: { kind: "internet-gateway", id: gateway.id } }],
    });
    assert.deepEqual(second?.routes, [
      local,
      { destination: "0.0.0.0/0", target: { kind: "nat-gateway", id: nat.id } },
      { destination: "pl-6da54004", target: { kind: "gateway-endpoint", id: s3.id } },
    ]);
    assert.deepEqual(only().natGateways, [
      { id: nat.id, subnetId: open.id, privateAddress: "10.0.0.4", publicAddress: "203.0.113.10" },
    ]);
    assert.deepEqual(only().gatewayEndpoints, [
      { id: s3.id, service: "s3", prefixListId: "pl-6da54004", policy: FULL_ACCESS },
    ]);
  });

  it("has peering connections at both ends, and routes to them", async () => {
    const { vpc } = await network(cloud);
    const other = await create(cloud, VPC, { cidrBlock: "10.40.0.0/16" });
    const { id } = await create(cloud, PEERING, { vpcId: vpc.id, peerVpcId: other.id, autoAccept: true });
    const routeTableId = String(vpc.outputs.mainRouteTableId);
    await create(cloud, ROUTE, { routeTableId, destinationCidrBlock: "10.40.1.0/24", vpcPeeringConnectionId: id });
    const { vpcs } = cloud.topology();
    assert.deepEqual(
      vpcs.map(({ peerings }) => peerings),
      [[{ id, end: "requester", peerVpcId: other.id }], [{ id, end: "accepter", peerVpcId: vpc.id }]],
    );
    assert.deepEqual(vpcs[0]?.subnets[0]?.routes[1], {
      destination: "10.40.1.0/24",
      target: { kind: "peering-connection", id },
    });
  });

  it("has security groups with their rules, the default one among them", async () => {
    const { vpc, group } = await network(cloud);
    const securityGroupId = group.id;
    await create(cloud, INGRESS, {
      securityGroupId,
      cidrIpv4: "203.0.113.10/32",
      ipProtocol: "tcp",
      fromPort: 443,
      toPort: 444,
    });
    await create(cloud, EGRESS, { securityGroupId, cidrIpv4: "10.0.0.0/16", ipProtocol: "-1" });
    assert.deepEqual(only().securityGroups, [
      { id: vpc.outputs.defaultSecurityGroupId, ingress: [], egress: [] },
      {
        id: group.id,
        ingress: [{ protocol: "tcp", ports: { from: 443, to: 444 }, peer: { kind: "cidr", cidr: "203.0.113.10/32" } }],
        egress: [{ protocol: "all", peer: { kind: "cidr", cidr: "10.0.0.0/16" } }],
      },
    ]);
  });

  it("has interface endpoints with an address in each subnet, and their private names", async () => {
    const { vpc, closed, group } = await network(cloud);
    const policy = '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"kms:Decrypt","Resource":"*"}]}';
    const made = await create(cloud, ENDPOINT, {
      vpcId: vpc.id,
      serviceName: "com.amazonaws.eu-west-1.kms",
      vpcEndpointType: "Interface",
      subnetIds: [closed.id],
      securityGroupIds: [group.id],
      privateDnsEnabled: true,
      policy,
    });
    assert.deepEqual(only().interfaceEndpoints, [
      {
        id: made.id,
        service: "kms",
        addresses: [{ subnetId: closed.id, address: "10.0.1.4" }],
        securityGroupIds: [group.id],
        privateDnsNames: ["kms.eu-west-1.amazonaws.com"],
        policy,
      },
    ]);
  });

  it("has a third-party service under its verified name", async () => {
    const { vpc, closed, group } = await network(cloud);
    const made = await create(cloud, ENDPOINT, {
      vpcId: vpc.id,
      serviceName: ALERTMANAGER_SERVICE.name,
      vpcEndpointType: "Interface",
      subnetIds: [closed.id],
      securityGroupIds: [group.id],
      privateDnsEnabled: true,
    });
    const [endpoint] = only().interfaceEndpoints;
    assert.equal(endpoint?.service, "vpce-svc-0a1e27a4a6e200001");
    assert.deepEqual(endpoint?.privateDnsNames, ["alertmanager.ops.example"]);
    assert.deepEqual(
      (made.outputs.dnsEntries as { dnsName: string }[]).map(({ dnsName }) => dnsName),
      [`${made.id}.vpce-svc-0a1e27a4a6e200001.eu-west-1.vpce.amazonaws.com`, "alertmanager.ops.example"],
    );
  });

  it("has instances with address, role, metadata options, tags and volumes", async () => {
    const { closed, group } = await network(cloud);
    const trust =
      '{"Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}';
    await create(cloud, ROLE, { name: "host", assumeRolePolicy: trust });
    await create(cloud, PROFILE, { name: "profile", role: "host" });
    const made = await create(cloud, INSTANCE, {
      ...hostInputs(closed, group),
      privateIp: "10.0.1.10",
      iamInstanceProfile: "profile",
      userDataBase64: "I2Nsb3VkLWNvbmZpZwo=",
      metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 2 },
      tags: { Name: "sender", team: "metrics" },
    });
    const disk = await create(cloud, VOLUME, { availabilityZone: "eu-west-1a", size: 5 });
    await create(cloud, ATTACHMENT, { deviceName: "/dev/sdf", instanceId: made.id, volumeId: disk.id });
    assert.deepEqual(only().instances, [
      {
        id: made.id,
        name: "sender",
        imageId: "ami-0deb1a13000000001",
        instanceType: "t3.small",
        subnetId: closed.id,
        privateAddress: "10.0.1.10",
        securityGroupIds: [group.id],
        sourceDestinationCheck: true,
        power: "running",
        userData: "I2Nsb3VkLWNvbmZpZwo=",
        metadata: { tokensRequired: true, hopLimit: 2, tagsEnabled: false },
        roleArn: `arn:aws:iam::${account}:role/host`,
        instanceProfileArn: `arn:aws:iam::${account}:instance-profile/profile`,
        rootDiskGiB: 8,
        rootVolumeId: (made.outputs.rootBlockDevice as { volumeId: string }).volumeId,
        tags: { Name: "sender", team: "metrics" },
        volumes: [{ volumeId: disk.id, deviceName: "/dev/sdf", sizeGiB: 5 }],
      },
    ]);
  });
});
