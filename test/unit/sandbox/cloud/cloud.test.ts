import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import type { Cloud } from "@metrics-link/sandbox/cloud/cloud.ts";
import {
  create,
  EGRESS,
  EIP,
  GATEWAY,
  GROUP,
  hostInputs,
  INGRESS,
  INSTANCE,
  NAT,
  network,
  remove,
  VPC,
} from "./support/estate.ts";
import { account, FakeCloud, region } from "./support/fake-aws.ts";

describe("Cloud", () => {
  let fake: FakeCloud;
  let cloud: Cloud;
  beforeEach(async () => {
    fake = new FakeCloud();
    cloud = await fake.open();
  });
  afterEach(() => fake.remove());

  it("keeps its record in a file that only its owner may read, and reads it again", async () => {
    const { vpc } = await network(cloud);
    assert.equal(statSync(fake.file).mode & 0o777, 0o600);
    const again = await fake.open();
    assert.deepEqual(again.topology(), cloud.topology());
    assert.deepEqual(again.topology().vpcs[0]?.id, vpc.id);
  });

  it("writes its record only when something in it is another", async () => {
    const { vpc } = await network(cloud);
    const written = () => statSync(fake.file).ino;
    const before = written();
    assert.ok(await cloud.read({ account, region, type: VPC, id: vpc.id }));
    await cloud.syncSecurityGroups();
    assert.equal(written(), before);
    await create(cloud, EIP, {});
    assert.notEqual(written(), before);
  });

  it("refuses a record in another format", async () => {
    await network(cloud);
    const { writeFileSync } = await import("node:fs");
    writeFileSync(fake.file, readFileSync(fake.file, "utf8").replace('"format": 1', '"format": 2'));
    await assert.rejects(fake.open(), /has format 2/);
  });

  it("assigns the lowest free address of the account's own range", async () => {
    const first = await create(cloud, EIP, {});
    await create(cloud, EIP, {});
    await remove(cloud, EIP, first);
    const third = await create(cloud, EIP, {});
    assert.equal(third.outputs.publicIp, "203.0.113.10");
    assert.equal((await create(cloud, EIP, {}, "222222222222")).outputs.publicIp, "198.51.100.10");
  });

  it("shows addresses to whoever looks for them by a tag, as the API does", async () => {
    const name = { tags: { Name: "sender-address-1" } };
    const { id, outputs } = await create(cloud, EIP, name);
    await create(cloud, EIP, {});
    await create(cloud, EIP, name, "222222222222");
    const ask = (parameters: Record<string, string>) =>
      cloud.describe({ account, region }, "ec2", { action: "DescribeAddresses", parameters });
    const filter = { "Filter.1.Name": "tag:Name", "Filter.1.Value.1": "sender-address*" };
    const found = {
      publicIp: outputs.publicIp,
      allocationId: id,
      domain: "vpc",
      tagSet: [{ key: "Name", value: "sender-address-1" }],
    };
    assert.deepEqual(await ask({ Action: "DescribeAddresses", ...filter }), { addressesSet: [found] });
    assert.equal(((await ask({})).addressesSet as unknown[]).length, 2);
    await assert.rejects(ask({ "Filter.1.Name": "domain", "Filter.1.Value.1": "vpc" }), { code: "NotModelled" });
  });

  it("does not see other accounts' resources", async () => {
    const { vpc } = await network(cloud);
    const other = create(cloud, GATEWAY, { vpcId: vpc.id }, "222222222222");
    await assert.rejects(other, { code: "InvalidVpcID.NotFound" });
  });

  it("undoes the finished steps of a failed request", async () => {
    const { vpc } = await network(cloud);
    fake.calls.length = 0;
    fake.overrides.revokeSecurityGroupEgress = () => {
      throw new Error("no");
    };
    await assert.rejects(create(cloud, GROUP, { vpcId: vpc.id, name: "other" }), /no/);
    assert.deepEqual(fake.calls, ["createSecurityGroup", "revokeSecurityGroupEgress", "deleteSecurityGroup"]);
    assert.equal(cloud.topology().vpcs[0]?.securityGroups.length, 2);
  });

  it("deletes a missing resource without an error", async () => {
    await cloud.delete({ account, region, type: VPC, id: "vpc-0" });
  });

  it("waits for its listeners, which get a burst of changes in few runs", async () => {
    const { vpc, group } = await network(cloud);
    let runs = 0;
    let rules = 0;
    cloud.onChange(async (topology) => {
      runs++;
      await new Promise((resolve) => setImmediate(resolve));
      rules = topology.vpcs[0]?.securityGroups.find(({ id }) => id === group.id)?.egress.length ?? 0;
    });
    const ports = Array.from({ length: 20 }, (_, index) => 8000 + index);
    const rule = (port: number) =>
      create(cloud, EGRESS, {
        securityGroupId: group.id,
        cidrIpv4: "0.0.0.0/0",
        ipProtocol: "tcp",
        fromPort: port,
        toPort: port,
      });
    await Promise.all(ports.map(rule));
    assert.equal(rules, 20);
    assert.ok(runs < 20, `${runs} runs`);
    // A change that the topology does not show needs no listener.
    const before = runs;
    await cloud.update({
      account,
      region,
      type: VPC,
      id: vpc.id,
      inputs: { ...vpc.outputs, cidrBlock: "10.0.0.0/16", tags: { a: "b" } },
    });
    assert.equal(runs, before);
  });

  it("does not delay resources outside the topology during a realisation", async () => {
    const { vpc } = await network(cloud);
    let follow = () => {};
    const followed = new Promise<void>((resolve) => {
      follow = resolve;
    });
    cloud.onChange(() => followed);
    const slow = create(cloud, GROUP, { vpcId: vpc.id, name: "slow" });
    // An address that nobody uses yet changes nothing on the wire.
    await create(cloud, EIP, {});
    follow();
    await slow;
  });

  it("retries a failed realisation with the next change", async () => {
    const { vpc } = await network(cloud);
    let broken = true;
    cloud.onChange(async () => {
      if (broken) throw new Error("no such namespace");
    });
    assert.match((await create(cloud, GROUP, { vpcId: vpc.id, name: "first" })).unrealised ?? "", /no such namespace/);
    assert.match((await create(cloud, EIP, {})).unrealised ?? "", /no such namespace/);
    broken = false;
    assert.equal((await create(cloud, EIP, {})).unrealised, undefined);
  });

  it("reports why the realisation failed, and allows a retry", async () => {
    const { closed, group } = await network(cloud);
    let broken = true;
    cloud.onChange(async () => {
      if (broken) throw new Error("no such namespace");
    });
    const host = await create(cloud, INSTANCE, hostInputs(closed, group));
    assert.match(host.unrealised ?? "", /no such namespace/);
    broken = false;
    await cloud.settle();
    await assert.rejects(
      async () => {
        broken = true;
        await remove(cloud, INSTANCE, host);
      },
      { code: "RealisationFailed" },
    );
  });

  it("applies rules that somebody changed through the API", async () => {
    const { group } = await network(cloud);
    const made = await create(cloud, INGRESS, {
      securityGroupId: group.id,
      cidrIpv4: "203.0.113.10/32",
      ipProtocol: "tcp",
      fromPort: 443,
      toPort: 443,
    });
    const stray = {
      GroupId: group.id,
      IsEgress: false,
      IpProtocol: "tcp",
      FromPort: 22,
      ToPort: 22,
      CidrIpv4: "0.0.0.0/0",
    };
    fake.rules = [
      ...fake.rules.map((rule) => ({ ...rule, CidrIpv4: "0.0.0.0/0" })),
      { ...stray, SecurityGroupRuleId: "sgr-stray" },
    ];
    await cloud.syncSecurityGroups();
    const peers = cloud.topology().vpcs[0]?.securityGroups.find(({ id }) => id === group.id)?.ingress;
    assert.deepEqual(
      peers?.map(({ ports, peer }) => [ports?.from, peer]),
      [
        [443, { kind: "cidr", cidr: "0.0.0.0/0" }],
        [22, { kind: "cidr", cidr: "0.0.0.0/0" }],
      ],
    );
    const found = await cloud.read({ account, region, type: INGRESS, id: made.id });
    assert.equal(found?.inputs.cidrIpv4, "0.0.0.0/0");
    fake.rules = [];
    assert.equal(await cloud.read({ account, region, type: INGRESS, id: made.id }), undefined);
  });

  it("starts and stops instances, which the topology shows", async () => {
    const { closed, group } = await network(cloud);
    const host = await create(cloud, INSTANCE, hostInputs(closed, group));
    await cloud.setPower(host.id, "stopped");
    assert.equal(cloud.topology().vpcs[0]?.instances[0]?.power, "stopped");
    assert.ok(fake.calls.includes("stopInstances"));
    await assert.rejects(cloud.setPower("i-0", "stopped"), { code: "InvalidInstanceID.NotFound" });
  });

  it("refuses to delete what others depend on", async () => {
    const { vpc, open, closed, group, gateway } = await network(cloud);
    const address = await create(cloud, EIP, {});
    const nat = await create(cloud, NAT, { allocationId: address.id, subnetId: open.id });
    const host = await create(cloud, INSTANCE, hostInputs(closed, group));
    await assert.rejects(remove(cloud, VPC, vpc), { code: "DependencyViolation" });
    await assert.rejects(remove(cloud, "aws:ec2/subnet:Subnet", open), { code: "DependencyViolation" });
    await assert.rejects(remove(cloud, GROUP, group), { code: "DependencyViolation" });
    await assert.rejects(remove(cloud, GATEWAY, gateway), { code: "DependencyViolation" });
    await assert.rejects(remove(cloud, EIP, address), { code: "InvalidIPAddress.InUse" });
    await remove(cloud, INSTANCE, host);
    await remove(cloud, GROUP, group);
    await remove(cloud, NAT, nat);
    await remove(cloud, EIP, address);
    await remove(cloud, GATEWAY, gateway);
  });
});
