import assert from "node:assert/strict";
import { readRelease } from "@metrics-link/policy/model/release.ts";
import { types } from "@metrics-link/policy/model/resources.ts";
import { type Deployed, deployOne } from "../policy/support/deployed.ts";
import { verdicts } from "../policy/support/verdicts.ts";
import { networkWithWays } from "../policy/support/ways.ts";

describe("a sender with ways to targets", function () {
  this.timeout(120_000);
  let sender: Deployed;
  before(async () => {
    sender = await deployOne("sender", { change: { sender: { "metrics-link:network": networkWithWays } } });
  });

  const named = (type: string, pattern: RegExp): readonly Readonly<Record<string, unknown>>[] =>
    sender.inputs
      .filter((one) => one.type === type && pattern.test(one.name))
      .map(({ name, props }) => ({ name, ...props }));

  it("has a rule of its group for each port, and no other", () => {
    const own = { securityGroupId: "sender-host-id", ipProtocol: "tcp" };
    const rule = (name: string, port: number, to: object) => ({
      name: `sender-to-target-${name}-${port}`,
      ...own,
      ...to,
      fromPort: port,
      toPort: port,
      description: `Target ${name}`,
    });
    assert.deepEqual(named(types.egressRule, /-target-/), [
      rule("shop", 9100, { cidrIpv4: "10.40.1.0/24" }),
      rule("shop", 9400, { cidrIpv4: "10.40.1.0/24" }),
      rule("stock", 9100, { cidrIpv4: "10.41.7.9/32" }),
      rule("near", 9187, { referencedSecurityGroupId: "sg-0123456789abcdef0" }),
    ]);
  });

  it("has routes to the targets' ranges in each zone, by their connections", () => {
    const routes = named(types.route, /-to-10/).map(
      ({ name, destinationCidrBlock, vpcPeeringConnectionId, transitGatewayId }) =>
        [name, destinationCidrBlock, vpcPeeringConnectionId ?? transitGatewayId].join(" "),
    );
    assert.deepEqual(routes.toSorted(), [
      "sender-to-10.40.1.0-24-a 10.40.1.0/24 pcx-0123456789abcdef0",
      "sender-to-10.40.1.0-24-b 10.40.1.0/24 pcx-0123456789abcdef0",
      "sender-to-10.41.7.9-32-a 10.41.7.9/32 tgw-0123456789abcdef0",
      "sender-to-10.41.7.9-32-b 10.41.7.9/32 tgw-0123456789abcdef0",
    ]);
  });

  it("lets Prometheus' unit, and no other, connect to the ranges", () => {
    const { release } = sender.outputs.flatMap((one) => readRelease(one) ?? [])[0] ?? assert.fail("no release");
    const allowed = release.files.flatMap(({ path, content }) => {
      const [, list = ""] = /^IPAddressAllow=(.*)$/m.exec(content) ?? [];
      return list.includes("10.") ? [`${path}: ${list}`] : [];
    });
    assert.deepEqual(allowed, [
      "systemd/metrics-link-prometheus.service: localhost 10.10.20.0/24 10.40.1.0/24 10.41.7.9/32",
    ]);
  });

  it("is what the policies expect, and without the declaration is not", () => {
    assert.deepEqual(verdicts(sender), []);
    const { configuration } = sender;
    const undeclared = { ...configuration, network: { ...configuration.network, targets: [], connections: [] } };
    const found = verdicts({ ...sender, configuration: undeclared }).map(({ policy }) => policy);
    assert.deepEqual([...new Set(found)].toSorted(), [
      "addresses-are-the-peers",
      "egress-is-declared",
      "units-are-known",
      "ways-are-declared",
    ]);
  });
});
