/** What AWS refuses for what there is already, by its error code. */
import assert from "node:assert/strict";
import type { Cloud } from "@metrics-link/sandbox/cloud/cloud.ts";
import type { Values } from "@metrics-link/sandbox/plugins/rpc/values.ts";
import {
  ASSOCIATION,
  ATTACHMENT,
  BALANCER,
  create,
  EGRESS,
  EIP,
  ENDPOINT,
  GATEWAY,
  GROUP,
  hostInputs,
  INGRESS,
  INSTANCE,
  inputsOf,
  LISTENER,
  type Made,
  NAT,
  network,
  PEERING,
  ROUTE,
  remove,
  SUBNET,
  TABLE,
  TARGET,
  TARGETS,
  VOLUME,
  VPC,
} from "./support/estate.ts";
import { account, FakeCloud, region } from "./support/fake-aws.ts";

describe("the checks of a request against existing resources", () => {
  let fake: FakeCloud;
  let cloud: Cloud;
  let estate: Awaited<ReturnType<typeof network>>;
  beforeEach(async () => {
    fake = new FakeCloud();
    cloud = await fake.open();
    estate = await network(cloud);
  });
  afterEach(() => fake.remove());

  const make = (type: string, inputs: Values): Promise<Made> => create(cloud, type, inputs);
  const refuses = (code: string, type: string, inputs: Values) => assert.rejects(make(type, inputs), { code });
  const inVpc = (more: Values = {}): Values => ({ vpcId: estate.vpc.id, ...more });

  it("refuse subnets outside their VPC or overlapping ones", async () => {
    await refuses("InvalidSubnet.Range", SUBNET, inVpc({ cidrBlock: "10.1.0.0/24" }));
    await refuses("InvalidSubnet.Conflict", SUBNET, inVpc({ cidrBlock: "10.0.0.128/25" }));
    await refuses("InvalidVpcID.NotFound", SUBNET, { vpcId: "vpc-0", cidrBlock: "10.0.0.0/24" });
  });

  it("refuse a second internet gateway", () => refuses("InvalidParameterValue", GATEWAY, inVpc()));

  it("refuse a NAT gateway without an internet gateway, or with an address in use", async () => {
    const address = await make(EIP, {});
    const other = await make(VPC, { cidrBlock: "10.0.0.0/16" });
    const cut = await make(SUBNET, { vpcId: other.id, cidrBlock: "10.0.0.0/24" });
    await refuses("Gateway.NotAttached", NAT, { allocationId: address.id, subnetId: cut.id });
    const nat = await make(NAT, { allocationId: address.id, subnetId: estate.open.id });
    await refuses("Resource.AlreadyAssociated", NAT, { allocationId: address.id, subnetId: estate.open.id });
    await assert.rejects(remove(cloud, EIP, address), { code: "InvalidIPAddress.InUse" });
    await remove(cloud, NAT, nat);
    await remove(cloud, EIP, address);
  });

  it("refuse a sixth Elastic IP", async () => {
    for (let index = 0; index < 5; index++) await make(EIP, {});
    await refuses("AddressLimitExceeded", EIP, {});
  });

  it("refuse a duplicate route, and one to another VPC's gateway or inside the VPC", async () => {
    const table = await make(TABLE, inVpc());
    const other = await make(VPC, { cidrBlock: "10.0.0.0/16" });
    const foreign = await make(GATEWAY, { vpcId: other.id });
    const route = { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", gatewayId: estate.gateway.id };
    await make(ROUTE, route);
    await refuses("RouteAlreadyExists", ROUTE, route);
    await refuses("RouteAlreadyExists", ROUTE, { ...route, destinationCidrBlock: "10.0.0.0/16" });
    await refuses("InvalidParameterValue", ROUTE, { ...route, destinationCidrBlock: "10.0.1.0/24" });
    await refuses("InvalidParameterValue", ROUTE, {
      ...route,
      destinationCidrBlock: "192.0.2.0/24",
      gatewayId: foreign.id,
    });
    await refuses("InvalidRouteTableID.NotFound", ROUTE, { ...route, routeTableId: "rtb-0" });
  });

  it("refuse a peering connection of ranges that overlap, and a route to that of other networks", async () => {
    const other = async (cidrBlock: string) => (await make(VPC, { cidrBlock })).id;
    const [same, one, two] = [await other("10.0.0.0/16"), await other("10.40.0.0/16"), await other("10.41.0.0/16")];
    await refuses("failed", PEERING, { ...inVpc(), peerVpcId: same, autoAccept: true });
    const foreign = await make(PEERING, { vpcId: one, peerVpcId: two, autoAccept: true });
    const table = await make(TABLE, inVpc());
    const route = { routeTableId: table.id, destinationCidrBlock: "10.40.0.0/16" };
    await refuses("InvalidParameterValue", ROUTE, { ...route, vpcPeeringConnectionId: foreign.id });
    await refuses("InvalidVpcPeeringConnectionID.NotFound", ROUTE, { ...route, vpcPeeringConnectionId: "pcx-0" });
  });

  it("refuse a second route table for a subnet, and deleting one in use", async () => {
    const table = await make(TABLE, inVpc());
    await make(ASSOCIATION, { routeTableId: table.id, subnetId: estate.closed.id });
    await refuses("Resource.AlreadyAssociated", ASSOCIATION, { routeTableId: table.id, subnetId: estate.closed.id });
    await assert.rejects(remove(cloud, TABLE, table), { code: "DependencyViolation" });
  });

  it("refuse rules that name groups of another VPC or unknown prefix lists", async () => {
    const other = await make(VPC, { cidrBlock: "10.0.0.0/16" });
    const foreign = await make(GROUP, { vpcId: other.id, name: "foreign" });
    const rule = { securityGroupId: estate.group.id, ipProtocol: "-1" };
    await refuses("InvalidGroup.NotFound", INGRESS, { ...rule, referencedSecurityGroupId: foreign.id });
    await refuses("InvalidPrefixListID.NotFound", INGRESS, { ...rule, prefixListId: "pl-0" });
  });

  it("refuse private DNS without the VPC's DNS or twice for a service, and two subnets of one zone", async () => {
    const endpoint = {
      serviceName: "com.amazonaws.eu-west-1.kms",
      vpcEndpointType: "Interface",
      privateDnsEnabled: true,
    };
    const mute = await make(VPC, { cidrBlock: "10.0.0.0/16" });
    await refuses("InvalidParameter", ENDPOINT, { ...endpoint, vpcId: mute.id });
    await refuses(
      "DuplicateSubnetsInSameZone",
      ENDPOINT,
      inVpc({ ...endpoint, subnetIds: [estate.open.id, estate.closed.id] }),
    );
    await make(ENDPOINT, inVpc(endpoint));
    await refuses("InvalidParameter", ENDPOINT, inVpc(endpoint));
  });

  it("refuse a second S3 endpoint in a route table", async () => {
    const table = await make(TABLE, inVpc());
    const endpoint = inVpc({ serviceName: "com.amazonaws.eu-west-1.s3", routeTableIds: [table.id] });
    await make(ENDPOINT, endpoint);
    await refuses("RouteAlreadyExists", ENDPOINT, endpoint);
  });

  it("refuse an unknown endpoint service", () =>
    refuses(
      "InvalidServiceName",
      ENDPOINT,
      inVpc({
        serviceName: "com.amazonaws.vpce.eu-west-1.vpce-svc-0fedcba9876543210",
        vpcEndpointType: "Interface",
        subnetIds: [estate.closed.id],
      }),
    ));

  it("refuse the private DNS name of a service whose owner has to accept the endpoint first", async () => {
    const endpoint = {
      serviceName: "com.amazonaws.vpce.eu-west-1.vpce-svc-0a1e27a4a6e200002",
      vpcEndpointType: "Interface",
      subnetIds: [estate.closed.id],
    };
    await refuses("InvalidParameter", ENDPOINT, inVpc({ ...endpoint, privateDnsEnabled: true }));
    await make(ENDPOINT, inVpc(endpoint));
  });

  it("refuse instances with an unknown image, another architecture or a taken address", async () => {
    const host = hostInputs(estate.closed, estate.group);
    await refuses("InvalidAMIID.NotFound", INSTANCE, { ...host, ami: "ami-0123456789abcdef0" });
    await refuses("InvalidParameterValue", INSTANCE, { ...host, instanceType: "t4g.small" });
    await refuses("InvalidParameterValue", INSTANCE, { ...host, privateIp: "10.0.0.10" });
    await refuses("InvalidParameterValue", INSTANCE, { ...host, privateIp: "10.0.1.3" });
    await refuses("InvalidParameterValue", INSTANCE, { ...host, availabilityZone: "eu-west-1b" });
    await refuses("InvalidBlockDeviceMapping", INSTANCE, { ...host, rootBlockDevice: { volumeSize: 7 } });
    await make(INSTANCE, { ...host, privateIp: "10.0.1.10" });
    await refuses("InvalidIPAddress.InUse", INSTANCE, { ...host, privateIp: "10.0.1.10" });
    assert.ok(!fake.calls.includes("terminateInstances"));
  });

  it("refuse to terminate a protected instance", async () => {
    const host = await make(INSTANCE, { ...hostInputs(estate.closed, estate.group), disableApiTermination: true });
    await assert.rejects(remove(cloud, INSTANCE, host), { code: "OperationNotPermitted" });
  });

  it("refuse to attach a volume from another zone, twice or on a device in use, and to shrink it or delete it in use", async () => {
    const host = await make(INSTANCE, hostInputs(estate.closed, estate.group));
    const near = await make(VOLUME, { availabilityZone: "eu-west-1a", size: 5 });
    const far = await make(VOLUME, { availabilityZone: "eu-west-1b", size: 5 });
    const spare = await make(VOLUME, { availabilityZone: "eu-west-1a", size: 5 });
    const attach = (volume: Made, deviceName: string) => ({ deviceName, instanceId: host.id, volumeId: volume.id });
    await refuses("InvalidVolume.ZoneMismatch", ATTACHMENT, attach(far, "/dev/sdf"));
    await make(ATTACHMENT, attach(near, "/dev/sdf"));
    await refuses("VolumeInUse", ATTACHMENT, attach(near, "/dev/sdg"));
    await refuses("InvalidParameterValue", ATTACHMENT, attach(spare, "/dev/sdf"));
    await assert.rejects(remove(cloud, VOLUME, near), { code: "VolumeInUse" });
    const inputs = inputsOf(VOLUME, { availabilityZone: "eu-west-1a", size: 4 });
    const smaller = cloud.update({ account, region, type: VOLUME, id: near.id, inputs: inputs as never });
    await assert.rejects(smaller, { code: "InvalidParameterValue" });
  });

  it("refuse a 61st inbound rule of a group, and still take an outbound one", async () => {
    const rule = (address: string): Values => ({
      securityGroupId: estate.group.id,
      cidrIpv4: `${address}/32`,
      ipProtocol: "tcp",
      fromPort: 443,
      toPort: 443,
    });
    for (let index = 0; index < 60; index += 1) await make(INGRESS, rule(`203.0.113.${index}`));
    await refuses("RulesPerSecurityGroupLimitExceeded", INGRESS, rule("203.0.113.60"));
    await make(EGRESS, rule("203.0.113.60"));
  });

  describe("refuse a load balancer", () => {
    const balancerOf = (address: Made, more: Values = {}): Values => ({
      name: "edge",
      loadBalancerType: "network",
      securityGroups: [estate.group.id],
      subnetMappings: [{ subnetId: estate.open.id, allocationId: address.id }],
      ...more,
    });
    const targetsOf = (name: string): Values => ({ name, port: 8443, protocol: "TCP", vpcId: estate.vpc.id });
    const listenerOf = (balancer: Made, targets: Made): Values => ({
      loadBalancerArn: balancer.id,
      port: 443,
      protocol: "TCP",
      defaultActions: [{ type: "forward", targetGroupArn: targets.id }],
    });

    it("with a taken name, address or zone", async () => {
      const [first, second] = [await make(EIP, {}), await make(EIP, {})];
      await make(BALANCER, balancerOf(first));
      await refuses("DuplicateLoadBalancerName", BALANCER, balancerOf(second));
      await refuses("Resource.AlreadyAssociated", BALANCER, balancerOf(first, { name: "other" }));
      const subnetMappings = [
        { subnetId: estate.open.id, allocationId: second.id },
        { subnetId: estate.closed.id, allocationId: first.id },
      ];
      await refuses("InvalidConfigurationRequest", BALANCER, balancerOf(second, { name: "other", subnetMappings }));
    });

    it("that gets its first security group late", async () => {
      const balancer = await make(BALANCER, balancerOf(await make(EIP, {}), { securityGroups: [] }));
      const [mapping] = [{ subnetId: estate.open.id, allocationId: "eipalloc-1" }];
      const inputs = inputsOf(BALANCER, {
        name: "edge",
        loadBalancerType: "network",
        securityGroups: [estate.group.id],
        subnetMappings: [mapping],
      });
      const late = cloud.update({ account, region, type: BALANCER, id: balancer.id, inputs: inputs as never });
      await assert.rejects(late, { code: "InvalidConfigurationRequest" });
    });

    it("with a taken port or target group, and its deletion while protected or in use", async () => {
      const address = await make(EIP, {});
      const balancer = await make(BALANCER, balancerOf(address, { enableDeletionProtection: true }));
      const targets = await make(TARGETS, targetsOf("hosts"));
      await refuses("DuplicateTargetGroupName", TARGETS, targetsOf("hosts"));
      await make(LISTENER, listenerOf(balancer, targets));
      await refuses("DuplicateListener", LISTENER, listenerOf(balancer, targets));
      await assert.rejects(remove(cloud, TARGETS, targets), { code: "ResourceInUse" });
      await assert.rejects(remove(cloud, BALANCER, balancer), { code: "OperationNotPermitted" });
      await assert.rejects(remove(cloud, GROUP, estate.group), { code: "DependencyViolation" });
      const second = await make(BALANCER, balancerOf(await make(EIP, {}), { name: "other" }));
      await refuses("TargetGroupAssociationLimit", LISTENER, listenerOf(second, targets));
    });

    it("with unknown targets, or targets on another port", async () => {
      const targets = await make(TARGETS, targetsOf("hosts"));
      const host = await make(INSTANCE, hostInputs(estate.closed, estate.group));
      await refuses("InvalidTarget", TARGET, { targetGroupArn: targets.id, targetId: "i-0" });
      await refuses("ValidationError", TARGET, { targetGroupArn: targets.id, targetId: host.id, port: 9 });
    });
  });

  it("refuse a key policy that locks everybody out", async () => {
    const statement = {
      Effect: "Allow",
      Principal: { AWS: `arn:aws:iam::${account}:root` },
      Action: "kms:Decrypt",
      Resource: "*",
    };
    await refuses("MalformedPolicyDocumentException", "aws:kms/key:Key", {
      policy: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }),
    });
  });

  it("refuse bucket policies for other buckets, or for everybody", async () => {
    const bucket = "releases";
    await make("aws:s3/bucket:Bucket", { bucket });
    await make("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", { bucket, blockPublicPolicy: true });
    const policy = (Resource: string) =>
      JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource }],
      });
    const type = "aws:s3/bucketPolicy:BucketPolicy";
    await refuses("MalformedPolicy", type, { bucket, policy: policy("arn:aws:s3:::other/*") });
    await refuses("AccessDenied", type, { bucket, policy: policy("arn:aws:s3:::releases/*") });
    await refuses("NoSuchBucket", type, { bucket: "other", policy: policy("arn:aws:s3:::other/*") });
  });
});
