/** What AWS refuses for what a request says by itself, each with one sound request in which one thing is broken. */
import assert from "node:assert/strict";
import type { Values } from "@metrics-link/sandbox/plugins/rpc/values.ts";
import {
  ATTACHMENT,
  BALANCER,
  EGRESS,
  EIP,
  ENDPOINT,
  faultsOf,
  GROUP,
  INGRESS,
  INSTANCE,
  LISTENER,
  NAT,
  PROFILE,
  ROLE,
  ROUTE,
  SUBNET,
  TARGETS,
  VOLUME,
  VPC,
} from "./support/estate.ts";

const BUCKET = "aws:s3/bucket:Bucket";
const OBJECT = "aws:s3/bucketObjectv2:BucketObjectv2";
const KEY = "aws:kms/key:Key";
const ALIAS = "aws:kms/alias:Alias";
const SECRET = "aws:secretsmanager/secret:Secret";
const SECRET_VERSION = "aws:secretsmanager/secretVersion:SecretVersion";
const ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy";

const policy = (statement: object, more = {}) =>
  JSON.stringify({ Version: "2012-10-17", Statement: [statement], ...more });
const trust = policy({ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" });
const read = { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::b/*" };

const sound: Record<string, Values> = {
  [VPC]: { cidrBlock: "10.0.0.0/16" },
  [SUBNET]: { vpcId: "vpc-1", cidrBlock: "10.0.0.0/24", availabilityZone: "eu-west-1a" },
  [EIP]: { domain: "vpc" },
  [NAT]: { allocationId: "eipalloc-1", subnetId: "subnet-1" },
  [ROUTE]: { routeTableId: "rtb-1", destinationCidrBlock: "0.0.0.0/0", gatewayId: "igw-1" },
  [GROUP]: { vpcId: "vpc-1", name: "hosts", description: "Hosts" },
  [INGRESS]: { securityGroupId: "sg-1", cidrIpv4: "203.0.113.1/32", ipProtocol: "tcp", fromPort: 443, toPort: 443 },
  [EGRESS]: { securityGroupId: "sg-1", cidrIpv4: "0.0.0.0/0", ipProtocol: "-1" },
  [ENDPOINT]: { vpcId: "vpc-1", serviceName: "com.amazonaws.eu-west-1.s3", routeTableIds: ["rtb-1"] },
  [INSTANCE]: { ami: "ami-0deb1a13000000001", instanceType: "t3.small", subnetId: "subnet-1" },
  [VOLUME]: { availabilityZone: "eu-west-1a", size: 5, type: "gp3" },
  [ATTACHMENT]: { deviceName: "/dev/sdf", instanceId: "i-1", volumeId: "vol-1" },
  [BALANCER]: { loadBalancerType: "network", name: "edge", subnetMappings: [{ subnetId: "s", allocationId: "e" }] },
  [TARGETS]: { name: "edge", port: 8443, protocol: "TCP", vpcId: "vpc-1", healthCheck: { path: "/ready" } },
  [LISTENER]: {
    loadBalancerArn: "arn",
    port: 443,
    protocol: "TCP",
    defaultActions: [{ type: "forward", targetGroupArn: "arn" }],
  },
  [ROLE]: { name: "host", assumeRolePolicy: trust },
  [PROFILE]: { name: "host", role: "host" },
  [ROLE_POLICY]: { name: "host", role: "host", policy: policy(read) },
  [BUCKET]: { bucket: "releases.example" },
  [OBJECT]: { bucket: "b", key: "a/b", content: "" },
  [KEY]: { deletionWindowInDays: 7, rotationPeriodInDays: 90 },
  [ALIAS]: { name: "alias/example", targetKeyId: "key" },
  [SECRET]: { name: "link/leaf-sender", recoveryWindowInDays: 0 },
  [SECRET_VERSION]: { secretId: "arn", secretString: "value" },
};

const broken: [string, Values, RegExp][] = [
  [VPC, { cidrBlock: "10.0.0.0/8" }, /cidrBlock: .*between \/16 and \/28/],
  [VPC, { cidrBlock: "10.0.1.0/16" }, /the block is 10\.0\.0\.0\/16/],
  [VPC, { tags: { "aws:x": "y" } }, /tags: .*reserved/],
  [VPC, { tags: { a: "x".repeat(257) } }, /more than 256/],
  [VPC, { ipv6CidrBlock: "::/56" }, /ipv6CidrBlock: .*has no property "ipv6CidrBlock"/],
  [SUBNET, { cidrBlock: "10.0.0.0/29" }, /between \/16 and \/28/],
  [SUBNET, { availabilityZone: "eu-west-2a" }, /availabilityZone: .*eu-west-1a, eu-west-1b, eu-west-1c/],
  [SUBNET, { mapPublicIpOnLaunch: true }, /mapPublicIpOnLaunch: is true/],
  [EIP, { domain: "standard" }, /domain: is "standard"/],
  [NAT, { connectivityType: "private" }, /connectivityType: is "private"/],
  [ROUTE, { natGatewayId: "nat-1" }, /exactly one of gatewayId, natGatewayId, vpcPeeringConnectionId/],
  [ROUTE, { destinationPrefixListId: "pl-1" }, /exactly one of destinationCidrBlock/],
  [ROUTE, { destinationCidrBlock: "10.0.0.1/8" }, /the block is 10\.0\.0\.0\/8/],
  [GROUP, { name: "sg-hosts" }, /must not begin with "sg-"/],
  [GROUP, { name: "x".repeat(256) }, /at most 255/],
  [GROUP, { description: "hôtes" }, /description: .*may only have/],
  [GROUP, { ingress: [] }, /has no property "ingress"/],
  [INGRESS, { toPort: 65536 }, /toPort: 65536 is no port/],
  [INGRESS, { fromPort: 444 }, /444 is greater than toPort 443/],
  [INGRESS, { fromPort: -1 }, /-1 is no port of tcp/],
  [INGRESS, { cidrIpv4: "203.0.113.1" }, /no IPv4 CIDR block/],
  [INGRESS, { referencedSecurityGroupId: "sg-2" }, /exactly one of cidrIpv4/],
  [INGRESS, { ipProtocol: "-1" }, /fromPort and toPort must not be given/],
  [INGRESS, { ipProtocol: "sctp" }, /ipProtocol: is "sctp"/],
  [EGRESS, { ipProtocol: "udp" }, /must be given for udp/],
  [ENDPOINT, { serviceName: "com.amazonaws.eu-west-1.sqs" }, /"sqs" has no Gateway endpoint/],
  [ENDPOINT, { privateDnsEnabled: true }, /not for endpoints of type Gateway/],
  [ENDPOINT, { subnetIds: ["subnet-1"] }, /subnetIds: is not for endpoints of type Gateway/],
  [ENDPOINT, { policy: "{}" }, /policy: MalformedPolicyDocument/],
  [ENDPOINT, { serviceName: "com.amazonaws.vpce.eu-west-1.vpce-svc-0" }, /has no Gateway endpoint/],
  [INSTANCE, { instanceType: "t3.huge" }, /InvalidInstanceType/],
  [INSTANCE, { userDataBase64: "#cloud-config" }, /InvalidUserData\.Malformed/],
  [
    INSTANCE,
    { userDataBase64: Buffer.alloc(16385).toString("base64") },
    /16384 bytes before base64, and this has 16385/,
  ],
  [INSTANCE, { associatePublicIpAddress: true }, /associatePublicIpAddress: is true/],
  [INSTANCE, { metadataOptions: { httpPutResponseHopLimit: 65 } }, /65 is not within 1 to 64/],
  [INSTANCE, { rootBlockDevice: { volumeType: "io2" } }, /volumeType: is "io2"/],
  [INSTANCE, { rootBlockDevice: { kmsKeyId: "key" } }, /encrypted must be true/],
  [INSTANCE, { keyName: "laptop" }, /has no property "keyName"/],
  [VOLUME, { size: 0 }, /0 is not within 1 to 65536/],
  [VOLUME, { iops: 100 }, /100 is not within 3000 to 80000/],
  [VOLUME, { type: "gp2", throughput: 125 }, /throughput: is not for volumes of type gp2/],
  [VOLUME, { kmsKeyId: "key" }, /encrypted must be true/],
  [ATTACHMENT, { deviceName: "sdf" }, /not a valid EBS device name/],
  [ATTACHMENT, { deviceName: "/dev/xvda" }, /root volume's device/],
  [BALANCER, { name: "x".repeat(33) }, /has 33 characters; at most 32/],
  [BALANCER, { name: "my_edge" }, /letters, digits and hyphens/],
  [BALANCER, { name: "-edge" }, /must not begin or end with a hyphen/],
  [BALANCER, { name: "internal-edge" }, /must not begin with "internal-"/],
  [BALANCER, { loadBalancerType: "application" }, /loadBalancerType: is "application"/],
  [BALANCER, { internal: true }, /not for an internal load balancer/],
  [BALANCER, { subnetMappings: [{ subnetId: "s" }] }, /needs an allocationId/],
  [BALANCER, { subnetMappings: [] }, /at least one subnet/],
  [TARGETS, { port: 0 }, /0 is not within 1 to 65535/],
  [TARGETS, { protocol: "UDP" }, /protocol: is "UDP"/],
  [TARGETS, { preserveClientIp: "yes" }, /preserveClientIp: is "yes"/],
  [TARGETS, { healthCheck: { path: "ready" } }, /must begin with "\/"/],
  [TARGETS, { healthCheck: { interval: 4 } }, /4 is not within 5 to 300 s/],
  [TARGETS, { healthCheck: { interval: 10, timeout: 10 } }, /must be smaller than the interval/],
  [TARGETS, { healthCheck: { healthyThreshold: 1 } }, /1 is not within 2 to 10/],
  [TARGETS, { healthCheck: { protocol: "TCP", path: "/" } }, /TCP health checks do not have/],
  [TARGETS, { healthCheck: { port: "99999" } }, /nor a port/],
  [LISTENER, { protocol: "TLS" }, /protocol: is "TLS"/],
  [LISTENER, { tcpIdleTimeoutSeconds: 59 }, /59 is not within 60 to 6000/],
  [LISTENER, { defaultActions: [] }, /exactly one/],
  [ROLE, { name: "x".repeat(65) }, /at most 64/],
  [ROLE, { name: "my role" }, /may only have letters/],
  [ROLE, { maxSessionDuration: 60 }, /60 s is not within 3600 to 43200/],
  [ROLE, { assumeRolePolicy: policy(read) }, /has a Resource, which is prohibited/],
  [
    ROLE,
    { assumeRolePolicy: policy({ Effect: "Allow", Principal: "*", Action: "s3:GetObject" }) },
    /trust policy is for sts/,
  ],
  [PROFILE, { name: "x".repeat(129) }, /at most 128/],
  [PROFILE, { path: "hosts" }, /must begin and end with "\/"/],
  [ROLE_POLICY, { policy: policy({ ...read, Principal: "*" }) }, /must not have a Principal/],
  [ROLE_POLICY, { policy: policy({ ...read, Effect: "allow" }) }, /Effect of "Allow" or "Deny"/],
  [ROLE_POLICY, { policy: policy({ ...read, Action: "GetObject" }) }, /"service:Action" is wanted/],
  [ROLE_POLICY, { policy: policy({ ...read, Resource: "b/*" }) }, /an ARN or "\*" is wanted/],
  [ROLE_POLICY, { policy: policy({ ...read, Conditon: {} }) }, /unknown element "Conditon"/],
  [
    ROLE_POLICY,
    { policy: policy({ ...read, Condition: { Equals: { a: "b" } } }) },
    /unknown condition operator "Equals"/,
  ],
  [ROLE_POLICY, { policy: policy(read, { Version: "2024-01-01" }) }, /Version must be "2012-10-17"/],
  [ROLE_POLICY, { policy: policy({ ...read, Resource: `arn:aws:s3:::${"b".repeat(10_240)}` }) }, /at most 10240/],
  [BUCKET, { bucket: "Releases" }, /lower-case letters/],
  [BUCKET, { bucket: "ab" }, /3 to 63 characters/],
  [BUCKET, { bucket: "10.0.0.1" }, /formatted as an IP address/],
  [BUCKET, { bucket: "a..b" }, /two dots/],
  [BUCKET, { bucket: "xn--a" }, /must not begin with "xn--"/],
  [OBJECT, { contentBase64: "" }, /exactly one of content/],
  [OBJECT, { key: "x".repeat(1025) }, /1025 bytes/],
  [OBJECT, { key: "a/../b" }, /segment/],
  [OBJECT, { metadata: { Sha: "1" } }, /lower case/],
  [OBJECT, { kmsKeyId: "key", serverSideEncryption: "AES256" }, /is for serverSideEncryption aws:kms/],
  [KEY, { deletionWindowInDays: 6 }, /6 is not within 7 to 30/],
  [KEY, { rotationPeriodInDays: 89 }, /89 is not within 90 to 2560/],
  [ALIAS, { name: "example" }, /must be "alias\/"/],
  [ALIAS, { name: "alias/aws/s3" }, /reserved/],
  [SECRET, { name: "a b" }, /may only have/],
  [SECRET, { recoveryWindowInDays: 3 }, /neither 0 nor within 7 to 30/],
  [SECRET_VERSION, { secretBinary: "" }, /exactly one of secretString/],
  [SECRET_VERSION, { secretString: "x".repeat(65_537) }, /65537 bytes; at most 65536/],
];

describe("the checks of a single request", () => {
  for (const [type, inputs] of Object.entries(sound)) {
    it(`accept a valid ${type}`, () => assert.deepEqual(faultsOf(type, inputs), []));
  }
  for (const [type, change, reason] of broken) {
    const text = JSON.stringify(change);
    it(`refuse ${type} with ${text.slice(0, 80)}`, () => {
      const faults = faultsOf(type, { ...sound[type], ...change });
      assert.equal(faults.length, 1, faults.join("\n"));
      assert.match(faults[0] ?? "", reason);
    });
  }

  it("accept a policy on an endpoint of AWS's own services, but not of a third party's", () => {
    const policy = '{"Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Resource":"*"}}';
    const endpoint = (serviceName: string) =>
      faultsOf(ENDPOINT, { vpcId: "vpc-1", vpcEndpointType: "Interface", serviceName, policy });
    assert.deepEqual(endpoint("com.amazonaws.eu-west-1.sts"), []);
    assert.deepEqual(endpoint("com.amazonaws.vpce.eu-west-1.vpce-svc-0a1e27a4a6e200001"), [
      "policy: is not for endpoint services of others",
    ]);
  });
});
