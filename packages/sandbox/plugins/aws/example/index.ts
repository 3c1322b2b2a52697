/** A host behind a load balancer, in the first account, as its deployment role. */
import * as aws from "@pulumi/aws";
import { network } from "./network.ts";
import { storage } from "./storage.ts";

const account = {
  provider: new aws.Provider("account", {
    region: "eu-west-1",
    allowedAccountIds: ["111111111111"],
    assumeRoles: [{ roleArn: "arn:aws:iam::111111111111:role/metrics-link-deploy" }],
    defaultTags: { tags: { project: "example" } },
  }),
};
const { accountId } = aws.getCallerIdentityOutput({}, account);
const s3 = aws.ec2.getManagedPrefixListOutput({ name: "com.amazonaws.eu-west-1.s3" }, account);
const { bucket, versionId, profile } = storage(account);
const { vpcId, tags, gateway, publicSubnets, privateSubnets, egressAddress } = network(account);

const balancerGroup = new aws.ec2.SecurityGroup("balancer", { vpcId }, account);
const hostGroup = new aws.ec2.SecurityGroup("host", { vpcId, name: "host", description: "Hosts" }, account);
const tcp = (port: number) => ({ ipProtocol: "tcp", fromPort: port, toPort: port });
const fence = new aws.vpc.SecurityGroupIngressRule(
  "fence",
  { securityGroupId: balancerGroup.id, cidrIpv4: "203.0.113.99/32", description: "the sender", ...tcp(443) },
  account,
);
new aws.vpc.SecurityGroupEgressRule(
  "to-hosts",
  { securityGroupId: balancerGroup.id, referencedSecurityGroupId: hostGroup.id, ...tcp(8443) },
  account,
);
new aws.vpc.SecurityGroupEgressRule(
  "to-s3",
  { securityGroupId: hostGroup.id, prefixListId: s3.id, ...tcp(443) },
  account,
);

const [home = { id: "", availabilityZone: "" }] = privateSubnets;
const host = new aws.ec2.Instance(
  "host",
  {
    ami: "ami-0deb1a13000000001",
    instanceType: "t3.small",
    subnetId: home.id,
    vpcSecurityGroupIds: [hostGroup.id],
    iamInstanceProfile: profile.name,
    userDataBase64: Buffer.from("#cloud-config\n").toString("base64"),
    metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 },
    rootBlockDevice: { encrypted: true, volumeSize: 10, volumeType: "gp3" },
    tags: { Name: "host" },
  },
  account,
);
const data = new aws.ebs.Volume(
  "data",
  { availabilityZone: home.availabilityZone, size: 5, type: "gp3", encrypted: true },
  account,
);
new aws.ec2.VolumeAttachment("data", { deviceName: "/dev/sdf", instanceId: host.id, volumeId: data.id }, account);

const balancer = new aws.lb.LoadBalancer(
  "edge",
  {
    loadBalancerType: "network",
    securityGroups: [balancerGroup.id],
    subnetMappings: publicSubnets.map(({ id: subnetId }, index) => {
      const address = new aws.ec2.Eip(`edge-${index}`, { domain: "vpc" }, account);
      return { subnetId, allocationId: address.allocationId };
    }),
  },
  { ...account, dependsOn: [gateway] },
);
const targets = new aws.lb.TargetGroup(
  "edge",
  { port: 8443, protocol: "TCP", vpcId, healthCheck: { protocol: "HTTP", path: "/ready", port: "9901", interval: 10 } },
  account,
);
new aws.lb.TargetGroupAttachment("edge", { targetGroupArn: targets.arn, targetId: host.id }, account);
new aws.lb.Listener(
  "edge",
  {
    loadBalancerArn: balancer.arn,
    port: 443,
    protocol: "TCP",
    defaultActions: [{ type: "forward", targetGroupArn: targets.arn }],
  },
  account,
);

export const seen = {
  accountId,
  balancer: balancer.dnsName,
  bucket,
  egressAddress,
  fenceGroup: balancerGroup.id,
  fenceRule: fence.id,
  tags,
  versionId,
};
