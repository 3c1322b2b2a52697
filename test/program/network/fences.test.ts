import assert from "node:assert/strict";
import { FencedIngress, type FencePlan, PinnedEgress, PrivateNetwork } from "@metrics-link/network";
import { ofType, type Registration, record } from "../support/recording.ts";

const reach = {
  account: { id: "111111111111", region: "eu-west-1" },
  buckets: ["metrics-link-sender-111111111111-eu-west-1"],
  secrets: ["metrics-link/sender/release"],
};
const zones = ["eu-west-1a", "eu-west-1b"];
const answers = {
  "aws:ec2/eip:Eip": ({ name }: Registration) => ({ allocationId: `${name}-allocation`, publicIp: "203.0.113.10" }),
  "aws:ec2/vpcEndpoint:VpcEndpoint": () => ({ prefixListId: "pl-s3" }),
};

const ingressRules = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const egressRules = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";

describe("the network of a sender", () => {
  const build = (destinations: string[], endpointServices: string[] = []) =>
    record(() => {
      const network = new PrivateNetwork("sender", {
        cidr: "10.10.0.0/16",
        zones,
        reach,
        endpointServices,
        dnsFirewall: false,
      });
      const hostSecurityGroup = network.hostSecurityGroup("sender", network);
      new PinnedEgress("egress", { network, hostSecurityGroup, destinations });
    }, answers);

  it("connects out through one NAT gateway with one Elastic IP, from both zones", async () => {
    const registrations = await build([]);
    const [gateway] = ofType(registrations, "aws:ec2/natGateway:NatGateway", 1);
    assert.equal(gateway?.inputs.allocationId, "egress-address-allocation");
    const throughNat = ofType(registrations, "aws:ec2/route:Route", 3).filter(({ inputs }) => inputs.natGatewayId);
    assert.deepEqual(throughNat.map(({ inputs }) => inputs.natGatewayId).toSorted(), [
      "egress-nat-id",
      "egress-nat-id",
    ]);
  });

  it("allows the host only the receiver's addresses, the endpoints and S3, on 443", async () => {
    const rules = ofType(await build(["198.51.100.10", "198.51.100.11"]), egressRules, 4);
    for (const { inputs } of rules) {
      assert.equal(inputs.securityGroupId, "sender-host-id");
      assert.deepEqual([inputs.ipProtocol, inputs.fromPort, inputs.toPort], ["tcp", 443, 443]);
    }
    const destinations = rules.map(
      ({ inputs }) => inputs.cidrIpv4 ?? inputs.prefixListId ?? inputs.referencedSecurityGroupId,
    );
    assert.deepEqual(destinations.toSorted(), ["198.51.100.10/32", "198.51.100.11/32", "pl-s3", "sender-endpoints-id"]);
  });

  it("reaches an endpoint service in both zones by its private name, with no new security group rule", async () => {
    const service = "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0";
    const registrations = await build([], [service]);
    const endpoints = ofType(registrations, "aws:ec2/vpcEndpoint:VpcEndpoint", 5);
    const endpoint = endpoints.find(({ name }) => name === "sender-vpce-svc-0123456789abcdef0");
    const { vpcEndpointType, serviceName, privateDnsEnabled, subnetIds, securityGroupIds, policy } =
      endpoint?.inputs ?? {};
    assert.deepEqual([vpcEndpointType, serviceName, privateDnsEnabled], ["Interface", service, true]);
    assert.deepEqual(subnetIds, ["sender-private-a-id", "sender-private-b-id"]);
    assert.deepEqual(securityGroupIds, ["sender-endpoints-id"]);
    assert.equal(policy, undefined, "AWS refuses a policy on an endpoint for somebody else's service");
    const others = ({ type }: Registration) => type !== "aws:ec2/vpcEndpoint:VpcEndpoint";
    assert.deepEqual(registrations.filter(others), (await build([])).filter(others));
  });

  it("allows no inbound traffic to the host, and only the host to the endpoints", async () => {
    const rules = ofType(await build([]), ingressRules, 1);
    assert.equal(rules[0]?.inputs.securityGroupId, "sender-endpoints-id");
    assert.equal(rules[0]?.inputs.referencedSecurityGroupId, "sender-host-id");
  });

  it("assigns no public addresses by default, and empties the default security group", async () => {
    const registrations = await build([]);
    for (const { inputs } of ofType(registrations, "aws:ec2/subnet:Subnet", 4)) {
      assert.equal(inputs.mapPublicIpOnLaunch, false);
    }
    const [group] = ofType(registrations, "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", 1);
    // Without the lists a refresh would not see rules that somebody adds.
    assert.deepEqual([group?.inputs.ingress, group?.inputs.egress], [[], []]);
  });
});

describe("the DNS of a network", () => {
  const build = (dnsFirewall: boolean) =>
    record(() => {
      const names = ["alertmanager.ops.example"];
      return new PrivateNetwork("sender", {
        cidr: "10.10.0.0/16",
        zones,
        reach,
        endpointServices: [],
        dnsFirewall,
        names,
      });
    }, answers);
  const kind = (name: string) => `aws:route53/resolverFirewall${name}:ResolverFirewall${name}`;

  it("answers for the endpoints, the bucket and the given names, and for nothing else", async () => {
    const registrations = await build(true);
    const lists = ofType(registrations, kind("DomainList"), 2);
    const domainsOf = (id: unknown) => lists.find(({ name }) => `${name}-id` === id)?.inputs.domains;
    const rules = ofType(registrations, kind("Rule"), 2).map(({ inputs }) => ({
      ...inputs,
      domains: domainsOf(inputs.firewallDomainListId),
    }));
    const [allow, block] = rules.toSorted((one, other) => one.priority - other.priority);
    assert.deepEqual([allow?.action, allow?.firewallDomainRedirectionAction], ["ALLOW", "TRUST_REDIRECTION_DOMAIN"]);
    assert.deepEqual(allow?.domains, [
      "ssm.eu-west-1.amazonaws.com.",
      "ssmmessages.eu-west-1.amazonaws.com.",
      "secretsmanager.eu-west-1.amazonaws.com.",
      "metrics-link-sender-111111111111-eu-west-1.s3.eu-west-1.amazonaws.com.",
      "alertmanager.ops.example.",
    ]);
    assert.deepEqual([block?.action, block?.blockResponse, block?.domains], ["BLOCK", "NODATA", ["*."]]);
    const [association] = ofType(registrations, kind("RuleGroupAssociation"), 1);
    const { vpcId, priority, mutationProtection } = association?.inputs ?? {};
    assert.deepEqual([vpcId, priority, mutationProtection], ["sender-vpc-id", 101, "ENABLED"]);
    const [config] = ofType(registrations, kind("Config"), 1);
    assert.deepEqual(config?.inputs, { resourceId: "sender-vpc-id", firewallFailOpen: "DISABLED" });
  });

  it("is as AWS has it where the configuration says so", async () => {
    assert.deepEqual(
      (await build(false)).filter(({ type }) => type.startsWith("aws:route53/")),
      [],
    );
  });
});

describe("the network of a receiver", () => {
  const build = (plan: FencePlan = {}) =>
    record(() => {
      const network = new PrivateNetwork("receiver", {
        cidr: "10.20.0.0/16",
        zones,
        reach,
        endpointServices: [],
        dnsFirewall: false,
      });
      const hostSecurityGroup = network.hostSecurityGroup("receiver", network);
      const senders = [
        { name: "account-a", addresses: ["203.0.113.10"] },
        { name: "account-c", addresses: ["203.0.113.77"] },
      ];
      const ingress = new FencedIngress("ingress", { network, hostSecurityGroup, senders, plan });
      ingress.attach("receiver", "i-1");
    }, answers);

  it("opens 443 only to the senders' addresses, each as a /32", async () => {
    const rules = ofType(await build(), ingressRules, 5).filter(
      ({ inputs }) => inputs.securityGroupId === "ingress-balancer-id",
    );
    assert.deepEqual(rules.map(({ inputs }) => inputs.cidrIpv4).toSorted(), ["203.0.113.10/32", "203.0.113.77/32"]);
    for (const { inputs } of rules) assert.deepEqual([inputs.fromPort, inputs.toPort], [443, 443]);
  });

  it("has as many groups as the plan, all of them at the load balancer, and each rule in its own", async () => {
    const registrations = await build({ "203.0.113.10": 1, "203.0.113.77": 3 });
    const rules = ofType(registrations, ingressRules, 5).filter(({ inputs }) => inputs.cidrIpv4);
    assert.deepEqual(
      rules.map(({ inputs }) => [inputs.cidrIpv4, inputs.securityGroupId]),
      [
        ["203.0.113.10/32", "ingress-balancer-id"],
        ["203.0.113.77/32", "ingress-balancer-3-id"],
      ],
    );
    const [balancer] = ofType(registrations, "aws:lb/loadBalancer:LoadBalancer", 1);
    assert.deepEqual(balancer?.inputs.securityGroups, [
      "ingress-balancer-id",
      "ingress-balancer-2-id",
      "ingress-balancer-3-id",
    ]);
    const names = (some: readonly Registration[]) => some.map(({ name }) => name).filter((name) => /-from-/.test(name));
    assert.deepEqual(names(registrations), names(await build()));
  });

  it("allows only the load balancer to reach the host, on the ingest and ready ports", async () => {
    const rules = ofType(await build(), ingressRules, 5).filter(
      ({ inputs }) => inputs.securityGroupId === "receiver-host-id",
    );
    assert.deepEqual(rules.map(({ inputs }) => [inputs.referencedSecurityGroupId, inputs.fromPort]).toSorted(), [
      ["ingress-balancer-id", 8443],
      ["ingress-balancer-id", 8444],
    ]);
  });

  it("has a network load balancer with a security group and fixed addresses, which passes TLS through and preserves client addresses", async () => {
    const registrations = await build();
    const [balancer] = ofType(registrations, "aws:lb/loadBalancer:LoadBalancer", 1);
    assert.equal(balancer?.inputs.loadBalancerType, "network");
    assert.deepEqual(balancer?.inputs.securityGroups, ["ingress-balancer-id"]);
    assert.deepEqual(
      balancer?.inputs.subnetMappings.map(({ allocationId }: { allocationId: string }) => allocationId),
      ["ingress-address-a-allocation", "ingress-address-b-allocation"],
    );
    const [listener] = ofType(registrations, "aws:lb/listener:Listener", 1);
    assert.deepEqual([listener?.inputs.protocol, listener?.inputs.port], ["TCP", 443]);
    const [targets] = ofType(registrations, "aws:lb/targetGroup:TargetGroup", 1);
    assert.equal(targets?.inputs.preserveClientIp, "true");
    assert.deepEqual([targets?.inputs.port, targets?.inputs.healthCheck.port], [8443, "8444"]);
  });

  it("has no NAT gateway, because its host needs no internet access", async () => {
    ofType(await build(), "aws:ec2/natGateway:NatGateway", 0);
  });
});
