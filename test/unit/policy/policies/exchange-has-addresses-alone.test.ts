import assert from "node:assert/strict";
import { parseExchange } from "@metrics-link/config";
import { exchangePolicies, findingsOf, type Seen } from "@metrics-link/policy";
import { types } from "@metrics-link/policy/model/resources.ts";
import { today } from "../support/certificates.ts";
import { resource } from "../support/example.ts";
import { find, reading, unknown } from "../support/specification.ts";

const account = { id: "111111111111", region: "eu-west-1" };
const configuration = parseExchange({
  role: "exchange",
  account,
  shows: { role: "sender", stack: "organization/metrics-link/sender" },
  pki: { dnsName: "a.internal", artefacts: "pki/account-a" },
  policy: { addressAllocations: ["eipalloc-01234567"] },
});

/** What the policies of an exchange stack find together. */
function found(resources: readonly Seen[]): string[] {
  const seen = resources.map((one) => ({ ...one, props: reading(one.props) }));
  const context = { configuration, now: today };
  return exchangePolicies.flatMap((policy) =>
    (policy.kind === "stack"
      ? findingsOf(policy, seen, context)
      : seen.flatMap((one) => findingsOf(policy, one, context))
    ).map(({ kind, message }) => `${policy.name}: ${kind}: ${message}`),
  );
}

const provider = {
  type: types.awsProvider,
  name: "account",
  urn: "urn",
  props: { allowedAccountIds: JSON.stringify([account.id]), region: account.region },
} as const;
const address = (props: object, protect = true): Seen => ({
  ...resource(types.address, { domain: "vpc", allocationId: "eipalloc-01234567", ...props }, { protect }),
  provider,
});
const stack = (outputs: object) => resource(types.stack, outputs);

describe("the policies of an exchange stack", () => {
  it("pass its one address, protected and pinned", () => {
    const engine = resource("pulumi:providers:pulumi", { version: "3.255.0" });
    assert.deepEqual(found([stack({ contract: { dnsName: "a.internal" } }), engine, address({})]), []);
  });

  const wrong: Readonly<Record<string, readonly [Seen[], RegExp]>> = {
    "another resource": [
      [address({}), resource(types.bucket, {})],
      /exchange-has-addresses-alone: violation: an exchange stack has aws:s3\/bucket:Bucket/,
    ],
    "a private key": [[address({}), resource(types.privateKey, {})], /exchange-has-addresses-alone: violation/],
    "an address on a host": [[address({ instance: "i-1" })], /the address has instance/],
    "an address that may be deleted": [[address({}, false)], /addresses-are-kept: violation/],
    "another address": [[address({ allocationId: "eipalloc-89abcdef" })], /addresses-are-pinned: violation/],
    "a key among its outputs": [
      [address({}), stack({ contract: "-----BEGIN PRIVATE KEY-----" })],
      /outputs-are-public: violation/,
    ],
    "a resource of another account's provider": [
      [{ ...address({}), provider: { ...provider, props: { ...provider.props, allowedAccountIds: '["2"]' } } }],
      /account-is-bound: violation/,
    ],
  };
  for (const [what, [resources, message]] of Object.entries(wrong)) {
    it(`fail ${what}`, () => {
      assert.ok(
        found(resources).some((one) => message.test(one)),
        found(resources).join("\n"),
      );
    });
  }

  it("do not decide what is not known yet", () => {
    assert.deepEqual(
      found([stack({ contract: unknown }), address({})]).map((one) => one.split(": ").slice(0, 2)),
      [["outputs-are-public", "undecidable"]],
    );
  });
});

describe("the policies of a stack with an exchange", () => {
  const change = { exchange: "organization/metrics-link/account-a" };
  const pinned = { ...change, policy: { addressAllocations: ["eipalloc-01234567"] } };
  const gateway = (allocationId: string) => resource(types.natGateway, { allocationId });
  const said = (name: string, resources: readonly Seen[], configuration: object) =>
    find(name, resources, "sender", { ...configuration }).map(({ message }) => message);

  it("pass a gateway with the exchange's address, and no address of its own", () => {
    assert.deepEqual(said("one-egress-address", [gateway("eipalloc-01234567")], change), []);
    assert.deepEqual(said("addresses-are-pinned", [gateway("eipalloc-01234567")], pinned), []);
  });

  it("fail an address of its own, and a gateway with another than the pinned one", () => {
    const own = resource(types.address, { allocationId: "eipalloc-01234567" });
    assert.match(
      said("one-egress-address", [own, gateway("eipalloc-01234567")], change).join(),
      /1 Elastic IPs of its own/,
    );
    assert.match(said("addresses-are-pinned", [gateway("eipalloc-9")], pinned).join(), /eipalloc-9 instead of/);
  });

  it("fail a load balancer with another address", () => {
    const balancer = resource(types.loadBalancer, { subnetMappings: [{ allocationId: "eipalloc-9" }] });
    assert.match(said("addresses-are-pinned", [balancer], pinned).join(), /eipalloc-9 instead of eipalloc-01234567/);
  });
});
