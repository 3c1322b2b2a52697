import { strict as assert } from "node:assert";
import dgram from "node:dgram";
import { Resolver } from "node:dns/promises";
import { once } from "node:events";
import type { Cloud } from "@metrics-link/sandbox/cloud/cloud.ts";
import type { DnsRule, Vpc } from "@metrics-link/sandbox/model/topology.ts";
import { serviceAddresses } from "@metrics-link/sandbox/realiser/names.ts";
import { lookUp, verdictOn } from "@metrics-link/sandbox/services/dns/firewall.ts";
import { answerQuery } from "@metrics-link/sandbox/services/dns/server.ts";
import { create, faultsOf, inputsOf, network, remove } from "../cloud/support/estate.ts";
import { account, FakeCloud, region } from "../cloud/support/fake-aws.ts";
import { topology, vpc } from "./sample.ts";

const bucket = "metrics-link-sender-111111111111-eu-west-1.s3.eu-west-1.amazonaws.com";
/** A name by which a thief on a host tells the owner of `outsider.example` a secret. */
const secretInName = "c2VjcmV0LWtleS0x.tunnel.outsider.example";
const blockAll: DnsRule = { domains: ["*."], answer: "NODATA", trustsRedirection: false };
const allow = (domains: string[], trustsRedirection = true): DnsRule => ({
  domains,
  answer: "pass",
  trustsRedirection,
});
const fenced = (...dnsRules: DnsRule[]): Vpc => ({ ...vpc, dnsRules });

describe("the sandbox's DNS firewall", () => {
  it("is needed: without it a name carries data out of the network", () => {
    assert.deepEqual(lookUp(topology, vpc, secretInName), ["192.0.2.66"]);
  });

  it("gives nothing for a name that no rule lets pass", () => {
    const closed = fenced(allow([`${bucket}.`]), blockAll);
    for (const name of [secretInName, "example.org", `x.${bucket}`, "ec2messages.eu-west-1.amazonaws.com"]) {
      assert.equal(lookUp(topology, closed, name), undefined, name);
      assert.equal(verdictOn(closed, name), "NODATA", name);
    }
    assert.deepEqual(lookUp(topology, closed, bucket.toUpperCase()), [serviceAddresses.s3]);
  });

  it("leaves a host without its bucket if the rule for that is missing: it does not boot", () => {
    assert.equal(lookUp(topology, fenced(allow(["ssm.eu-west-1.amazonaws.com."]), blockAll), bucket), undefined);
  });

  it("asks rules in their order, and answers what none has", () => {
    assert.equal(verdictOn(fenced(blockAll, allow([`${bucket}.`])), bucket), "NODATA");
    assert.equal(verdictOn(fenced(allow([`${bucket}.`])), "example.org"), "pass");
  });

  it("matches an asterisk as AWS does: any names below, not the domain itself", () => {
    const rules = fenced({ domains: ["*.outsider.example."], answer: "NXDOMAIN", trustsRedirection: false });
    assert.equal(verdictOn(rules, "a.b.outsider.example"), "NXDOMAIN");
    assert.equal(verdictOn(rules, "outsider.example"), "pass");
    assert.equal(verdictOn(rules, "notoutsider.example"), "pass");
  });

  it("inspects where a name leads unless the rule trusts it: a bucket's name leads to another", () => {
    assert.equal(verdictOn(fenced(allow([`${bucket}.`], false), blockAll), bucket), "NODATA");
    const both = [`${bucket}.`, "s3-r-w.eu-west-1.amazonaws.com."];
    assert.equal(verdictOn(fenced(allow(both, false), blockAll), bucket), "pass");
  });

  it("answers a real resolver with no data, and a bucket with its other name", async () => {
    const socket = dgram.createSocket("udp4").bind(0, "127.0.0.1");
    await once(socket, "listening");
    const closed = fenced(allow([`${bucket}.`]), blockAll);
    socket.on("message", (message, from) => {
      const answer = answerQuery(message, topology, closed);
      if (answer) socket.send(answer, from.port, from.address);
    });
    const resolver = new Resolver({ timeout: 2000, tries: 1 });
    resolver.setServers([`127.0.0.1:${socket.address().port}`]);
    try {
      await assert.rejects(resolver.resolve4(secretInName), { code: "ENODATA" });
      await assert.rejects(resolver.resolveTxt(secretInName), { code: "ENODATA" });
      await assert.rejects(resolver.reverse("10.0.1.10"), { code: "ENOTFOUND" });
      assert.deepEqual(await resolver.resolve4(bucket), [serviceAddresses.s3]);
      assert.deepEqual(await resolver.resolveCname(bucket), ["s3-r-w.eu-west-1.amazonaws.com"]);
    } finally {
      socket.close();
    }
  });
});

const LIST = "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList";
const RULES = "aws:route53/resolverFirewallRuleGroup:ResolverFirewallRuleGroup";
const RULE = "aws:route53/resolverFirewallRule:ResolverFirewallRule";
const AT_WORK = "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation";
const CONFIG = "aws:route53/resolverFirewallConfig:ResolverFirewallConfig";

describe("the stand-ins for a DNS firewall", () => {
  let fake: FakeCloud;
  let cloud: Cloud;
  beforeEach(async () => {
    fake = new FakeCloud();
    cloud = await fake.open();
  });
  afterEach(() => fake.remove());

  const place = { account, region };
  async function firewall(domains = ["ssm.eu-west-1.amazonaws.com", "*"]) {
    const { vpc: home } = await network(cloud);
    const list = await create(cloud, LIST, { name: "all", domains });
    const group = await create(cloud, RULES, { name: "fence" });
    const rule = {
      action: "BLOCK",
      blockResponse: "NODATA",
      firewallDomainListId: list.id,
      firewallRuleGroupId: group.id,
    };
    await create(cloud, RULE, { name: "block", priority: 200, ...rule });
    const association = { firewallRuleGroupId: group.id, name: "fence", priority: 101, vpcId: home.id };
    return { home, list, group, rule, association };
  }

  it("filter in a VPC once a group is associated with it", async () => {
    const { association } = await firewall();
    assert.equal(cloud.topology().vpcs[0]?.dnsRules, undefined);
    await create(cloud, AT_WORK, association);
    assert.deepEqual(cloud.topology().vpcs[0]?.dnsRules, [
      { domains: ["ssm.eu-west-1.amazonaws.com.", "*."], answer: "NODATA", trustsRedirection: false },
    ]);
  });

  it("give domains back with their final dot, so that a program that leaves it out drifts for ever", async () => {
    const { list } = await firewall(["Ssm.eu-west-1.amazonaws.com"]);
    const found = await cloud.read({ ...place, type: LIST, id: list.id });
    assert.deepEqual(found?.inputs.domains, ["ssm.eu-west-1.amazonaws.com."]);
  });

  it("refuse what Route 53 Resolver refuses", async () => {
    const { home, list, group, rule, association } = await firewall();
    const conflict = { code: "ConflictException" };
    await assert.rejects(create(cloud, RULE, { name: "again", priority: 200, ...rule }), conflict);
    await assert.rejects(remove(cloud, LIST, list), conflict);
    await assert.rejects(remove(cloud, RULES, group), conflict);
    const at = await create(cloud, AT_WORK, { ...association, mutationProtection: "ENABLED" });
    await assert.rejects(create(cloud, AT_WORK, association), conflict);
    await assert.rejects(remove(cloud, AT_WORK, at), { code: "ValidationException" });
    const change = (inputs: object) =>
      cloud.update({ ...place, type: AT_WORK, id: at.id, inputs: inputsOf(AT_WORK, { ...association, ...inputs }) });
    await assert.rejects(change({ mutationProtection: "ENABLED", priority: 300 }), { code: "ValidationException" });
    await change({ mutationProtection: "DISABLED" });
    await remove(cloud, AT_WORK, at);
    assert.equal((await create(cloud, CONFIG, { resourceId: home.id })).outputs.ownerId, account);
  });

  it("refuse values that AWS does not take", () => {
    const known = { firewallRuleGroupId: "rslvr-frg-1", name: "fence", vpcId: "vpc-1" };
    assert.match(faultsOf(AT_WORK, { ...known, priority: 100 }).join(), /above 100/);
    assert.match(faultsOf(LIST, { name: "all", domains: ["a.*.example"] }).join(), /not a domain/);
    const rule = { firewallDomainListId: "rslvr-fdl-1", firewallRuleGroupId: "rslvr-frg-1", name: "one", priority: 1 };
    assert.match(faultsOf(RULE, { ...rule, action: "BLOCK" }).join(), /blockResponse: is required/);
    assert.match(faultsOf(RULE, { ...rule, action: "ALLOW", blockResponse: "NODATA" }).join(), /is not for ALLOW/);
  });

  it("tell an audit what there is, as the API does", async () => {
    const { home, list, group, association } = await firewall();
    const at = await create(cloud, AT_WORK, association);
    const ask = (action: string, parameters: Record<string, string>) =>
      cloud.describe(place, "route53resolver", { action, parameters });
    assert.deepEqual(await ask("ListFirewallRuleGroupAssociations", { VpcId: home.id }), {
      FirewallRuleGroupAssociations: [
        {
          Id: at.id,
          Name: "fence",
          FirewallRuleGroupId: group.id,
          VpcId: home.id,
          Priority: 101,
          MutationProtection: "DISABLED",
          Status: "COMPLETE",
        },
      ],
    });
    assert.deepEqual(await ask("ListFirewallDomains", { FirewallDomainListId: list.id }), {
      Domains: ["ssm.eu-west-1.amazonaws.com.", "*."],
    });
    assert.equal(cloud.answers("route53resolver", "CreateFirewallRule"), false);
  });

  it("let a person lift the protection by the API, and change nothing else there", async () => {
    const { association } = await firewall();
    const at = await create(cloud, AT_WORK, { ...association, mutationProtection: "ENABLED" });
    const update = (parameters: Record<string, string>) =>
      cloud.describe(place, "route53resolver", {
        action: "UpdateFirewallRuleGroupAssociation",
        parameters: { FirewallRuleGroupAssociationId: at.id, ...parameters },
      });
    await assert.rejects(update({ Priority: "300" }), { code: "NotModelled" });
    await assert.rejects(remove(cloud, AT_WORK, at), { code: "ValidationException" });
    const { FirewallRuleGroupAssociation: changed } = await update({ MutationProtection: "DISABLED" });
    assert.deepEqual(changed, { ...(changed as object), Id: at.id, MutationProtection: "DISABLED" });
    await remove(cloud, AT_WORK, at);
  });
});
