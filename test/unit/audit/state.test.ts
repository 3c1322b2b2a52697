import assert from "node:assert/strict";
import { canonicalRelease, parseRelease, sha256 } from "@metrics-link/release";
import { deviationsIn } from "../../../scripts/audit/deviations.ts";
import { ruleText } from "../../../scripts/audit/rules.ts";
import { declaredBy } from "../../../scripts/audit/state.ts";
import { soundRelease } from "../host/agent/fake-host.ts";

const text = canonicalRelease(parseRelease(soundRelease()));
const id = sha256(text);
const resource = (type: string, name: string, id: string, inputs: object, outputs: object = inputs) => ({
  urn: `urn:pulumi:receiver::metrics-link::${type}::${name}`,
  type,
  id,
  inputs,
  outputs,
});

const resources = [
  resource("aws:ec2/securityGroup:SecurityGroup", "receiver-balancer", "sg-1", { tags: { Name: "receiver-balancer" } }),
  resource("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "from-a", "sgr-1", {
    securityGroupId: "sg-1",
    ipProtocol: "tcp",
    fromPort: 443,
    toPort: 443,
    cidrIpv4: "203.0.113.10/32",
  }),
  resource("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "to-host", "sgr-2", {
    securityGroupId: "sg-1",
    ipProtocol: "tcp",
    fromPort: 8443,
    toPort: 8443,
    referencedSecurityGroupId: "sg-2",
  }),
  resource("aws:ebs/volume:Volume", "receiver-data", "vol-1", {}),
  resource("aws:dlm/lifecyclePolicy:LifecyclePolicy", "receiver-snapshots", "policy-1", {}),
  resource("aws:ec2/eip:Eip", "address", "eipalloc-1", {}, { allocationId: "eipalloc-1", publicIp: "198.51.100.10" }),
  resource(
    "aws:lb/loadBalancer:LoadBalancer",
    "nlb",
    "arn",
    { name: "edge" },
    {
      securityGroups: ["sg-1"],
      subnetMappings: [{ allocationId: "eipalloc-1", subnetId: "subnet-1" }],
    },
  ),
  resource("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "default", "sg-0", {
    tags: { Name: "receiver-unused" },
  }),
  resource("aws:ec2/vpc:Vpc", "vpc", "vpc-1", {}),
  resource("aws:ec2/vpcEndpoint:VpcEndpoint", "ssm", "vpce-1", { serviceName: "com.amazonaws.eu-west-1.ssm" }),
  resource("aws:ec2/instance:Instance", "host", "i-1", {}),
  resource("aws:s3/bucketObjectv2:BucketObjectv2", "release", "o-1", {
    key: `releases/sender/${id}.json`,
    content: text,
  }),
  resource("aws:s3/bucketObjectv2:BucketObjectv2", "current", "o-2", {
    key: "releases/sender/current.json",
    content: JSON.stringify({ formatVersion: 1, releaseId: id }),
  }),
];
const exported = (list: readonly object[]) => JSON.stringify({ version: 3, deployment: { resources: list } });

describe("the facts that an audit reads from a stack's state", () => {
  it("are security groups with their rules, addresses, load balancer, host and release", () => {
    const { release, facts: _facts, places, ...found } = declaredBy(exported(resources));
    assert.deepEqual(found, {
      groups: [
        { id: "sg-1", name: "receiver-balancer", rules: ["ingress tcp 443 203.0.113.10/32", "egress tcp 8443 sg-2"] },
        { id: "sg-0", name: "receiver-unused", rules: [] },
      ],
      addresses: [{ name: "address", allocationId: "eipalloc-1", address: "198.51.100.10" }],
      natAllocations: [],
      balancer: { groups: ["sg-1"], allocations: ["eipalloc-1"] },
      endpoints: [{ id: "vpce-1", service: "com.amazonaws.eu-west-1.ssm" }],
      instanceId: "i-1",
    });
    const none = { roles: [], keys: [], buckets: [] };
    assert.deepEqual(places, { vpcId: "vpc-1", ...none, dataVolumes: ["vol-1"], snapshotPolicies: ["policy-1"] });
    assert.equal(release.id, id);
  });

  it("are refused without a host, or with a release that does not match its hash", () => {
    assert.throws(() => declaredBy(exported([])), /the state has no instance/);
    const [tampered] = resources.slice(-2);
    const inputs = {
      ...tampered?.inputs,
      content: text.replace("envoy one", "envoy two").replace('"sender"', '"sander"'),
    };
    const others = resources.filter((one) => one !== tampered);
    assert.throws(() => declaredBy(exported([...others, { ...tampered, inputs }])), /in the state has another hash/);
  });
});

describe("a rule of a security group", () => {
  it("has the same text from the state and from the EC2 API", () => {
    assert.equal(ruleText("egress", "-1", undefined, undefined, "0.0.0.0/0"), "egress any all 0.0.0.0/0");
    assert.equal(ruleText("ingress", "tcp", 1, 65_535, "::/0"), "ingress tcp 1-65535 ::/0");
  });
});

describe("deviations of a stack file", () => {
  it("are read with and without an end date, and are an empty list if absent", () => {
    const file = (deviations: string) => `config:\n  metrics-link:policy: { deviations: ${deviations} }\n`;
    assert.deepEqual(deviationsIn(file("[{ policy: a, reason: b, until: 2026-12-01 }, { policy: c }]")), [
      { policy: "a", reason: "b", until: "2026-12-01" },
      { policy: "c", reason: "no reason is given", until: undefined },
    ]);
    assert.deepEqual(deviationsIn("config: {}\n"), []);
    assert.throws(() => deviationsIn(file("[{ reason: b }]")));
  });
});
