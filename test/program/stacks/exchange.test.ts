import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fingerprintsOf, readContract } from "@metrics-link/contract";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { selfSigned } from "../../support/openssl.ts";
import { ofType, type Registration, record } from "../support/recording.ts";
import { build, exchangeStack, ownStack, type Role, receiverContract } from "./stacks.ts";

const repository = join(import.meta.dirname, "../../..");
const publicIps = ["8.8.4.4", "8.8.8.8"];
const allocations = ["eipalloc-01234567", "eipalloc-89abcdef"];
const kept = publicIps.map((address, index) => ({ allocationId: allocations[index] ?? "", address }));

interface Options {
  /** The output `contract` of the stack with the host; an error if it cannot be read. */
  readonly host?: unknown;
  readonly before?: Readonly<Record<string, unknown>>;
  readonly change?: Readonly<Record<string, unknown>>;
  /** How many Elastic IPs it has; two of a receiver unless given. */
  readonly addresses?: number;
}

describe("an exchange stack", () => {
  const [root, other] = [selfSigned("receiver"), selfSigned("other")];
  const folder = mkdtempSync(join(tmpdir(), "exchange-"));
  const named = relative(repository, folder);
  after(() => rmSync(folder, { recursive: true }));
  beforeEach(() => writeFileSync(join(folder, "root-g1.pem"), root.pem));

  /** Runs the program as an exchange of a role. */
  async function exchange(role: Role, { host, before = {}, change = {}, addresses }: Options = {}) {
    const file = join(repository, `stacks/examples/${role}-exchange.yaml`);
    const { config } = parse(readFileSync(file, "utf8")) as { config: Record<string, object> };
    const shows = { ...config["metrics-link:shows"], addresses: addresses ?? (role === "receiver" ? 2 : 1) };
    const pki = { ...config["metrics-link:pki"], artefacts: named };
    const sections = { ...config, "metrics-link:shows": shows, "metrics-link:pki": pki, ...change };
    let outputs: Record<string, unknown> = {};
    const registrations: Registration[] = [];
    const outputsOf = ({ name }: { readonly name: string }) => {
      if (name === ownStack) return { outputs: before };
      assert.equal(name, `organization/metrics-link/${role}`);
      if (host instanceof Error) throw host;
      return { outputs: host === undefined ? {} : { contract: host } };
    };
    await record(
      async () => {
        pulumi.runtime.setAllConfig(
          Object.fromEntries(
            Object.entries(sections).map(([key, value]) => [
              key,
              typeof value === "string" ? value : JSON.stringify(value),
            ]),
          ),
        );
        const { default: program } = await import("@metrics-link/stacks");
        const returned = await program();
        outputs = await new Promise<Record<string, unknown>>((resolve) => {
          pulumi.output(returned).apply((found) => resolve({ ...found }));
        });
      },
      {
        "aws:ec2/eip:Eip": ({ name }) => {
          const index = name.endsWith("-2") ? 1 : 0;
          return { allocationId: allocations[index], publicIp: publicIps[index] };
        },
      },
      registrations,
      { "pulumi:pulumi:readStackOutputs": outputsOf as (inputs: unknown) => object },
    );
    return { outputs, registrations };
  }

  for (const [role, count] of [
    ["sender", 1],
    ["receiver", 1],
    ["receiver", 2],
  ] as const) {
    it(`of a ${role} has ${count} protected address(es) and nothing else, and shows a contract that trusts nobody`, async () => {
      const { outputs, registrations } = await exchange(role, { addresses: count });
      const types = registrations.map(({ type }) => type).filter((type) => !type.startsWith("pulumi:"));
      assert.deepEqual(
        types,
        Array.from({ length: count }, () => "aws:ec2/eip:Eip"),
      );
      for (const { options } of ofType(registrations, "aws:ec2/eip:Eip", count)) {
        assert.ok(options?.protect && options.retainOnDelete);
        assert.match(options.provider, /::account::/);
      }
      const contract = readContract("a/b/c", outputs.contract) ?? assert.fail("no contract");
      assert.equal(contract.role, role);
      assert.deepEqual(contract.trusts, []);
      assert.deepEqual(fingerprintsOf(contract.rootBundle), [root.fingerprint]);
      assert.deepEqual(outputs.addresses, kept.slice(0, count));
    });
  }

  const inForce = (more: object = {}) => ({
    ...receiverContract(other.pem),
    endpointAddresses: publicIps,
    dnsName: "e2.metrics-ingest.account-b.internal",
    trusts: [{ stack: "a/b/sender", rootFingerprints: [root.fingerprint], dnsName: "a.internal" }],
    ...more,
  });

  it("shows what its host has put in force, and not what the folder has", async () => {
    const { outputs } = await exchange("receiver", { host: inForce({ later: "dropped" }) });
    assert.deepEqual(outputs.contract, inForce());
    assert.deepEqual(outputs.contractLabels, { admits: [] });
  });

  it("shows what its host says of labels beside the contract, which the last release reads", async () => {
    const admits = [{ stack: "a/b/sender", labels: { account: "1" } }];
    const { outputs } = await exchange("receiver", { host: inForce({ version: 2, readableFrom: 1, admits }) });
    assert.deepEqual(outputs.contract, inForce());
    assert.deepEqual(outputs.contractLabels, { admits });
  });

  it("comes back after a rotation of the root with the roots of pki.roots, until its host shows its own", async () => {
    const rotated = selfSigned("receiver-g2");
    writeFileSync(join(folder, "root-g2.pem"), rotated.pem);
    // Destroyed, with its host: neither has outputs.
    const shown = async (roots: readonly number[] | undefined, host?: unknown) => {
      const pki = { dnsName: "metrics-ingest.account-b.internal", artefacts: named, ...(roots && { roots }) };
      const { outputs } = await exchange("receiver", { host, change: { "metrics-link:pki": pki } });
      return fingerprintsOf(readContract("a/b/c", outputs.contract)?.rootBundle ?? "");
    };
    assert.deepEqual(await shown(undefined), [root.fingerprint]);
    assert.deepEqual(await shown([2]), [rotated.fingerprint]);
    assert.deepEqual(await shown(undefined, inForce({ rootBundle: rotated.pem })), [rotated.fingerprint]);
    rmSync(join(folder, "root-g2.pem"));
  });

  it("shows no contract before the ceremony, and has its addresses", async () => {
    rmSync(join(folder, "root-g1.pem"));
    const { outputs } = await exchange("receiver");
    assert.equal(outputs.contract, undefined);
    assert.deepEqual(outputs.addresses, kept);
  });

  it("has no second address for a sender", async () => {
    await assert.rejects(exchange("sender", { addresses: 2 }), /shows\.addresses is 2: 1 or no such key/);
  });

  it("is made before its host's stack", async () => {
    const { outputs } = await exchange("sender", { host: new Error("unknown stack organization/metrics-link/sender") });
    assert.ok(readContract("a/b/c", outputs.contract));
  });

  const refused: readonly (readonly [string, Options, RegExp])[] = [
    ["a host that cannot be read", { host: new Error("AccessDenied") }, /STACK_OUTPUTS_UNREADABLE: .*AccessDenied/],
    [
      "a host of another account",
      { host: inForce({ accountId: "333333333333" }) },
      /EXCHANGE_OF_ANOTHER: .*333333333333/,
    ],
    [
      "a host whose addresses were not moved here",
      { host: inForce({ endpointAddresses: ["9.9.9.9", "9.9.9.10"] }) },
      /EXCHANGE_ADDRESSES_NOT_MOVED: .*9\.9\.9\.9 and 9\.9\.9\.10/,
    ],
    ["a host whose contract is broken", { host: { version: 1 } }, /PEER_CONTRACT_MALFORMED/],
  ];
  for (const [what, options, message] of refused) {
    it(`refuses ${what}`, async () => {
      await assert.rejects(exchange("receiver", options), message);
    });
  }

  it("goes on with another address once it has shown one: the host follows", async () => {
    const host = inForce({ endpointAddresses: ["9.9.9.9", "9.9.9.10"] });
    const { outputs } = await exchange("receiver", { host, before: { addresses: kept } });
    assert.deepEqual(readContract("a/b/c", outputs.contract), inForce());
  });

  it("refuses a folder with anything else than a root", async () => {
    writeFileSync(join(folder, "root-g1.pem"), `${root.pem}${other.pem}`);
    await assert.rejects(exchange("receiver"), /CEREMONY_INVALID: .*root-g1\.pem is "2 certificates"/s);
  });

  describe("of a stack with a host", () => {
    const change = { "metrics-link:exchange": exchangeStack };
    const own = selfSigned("own");

    it("gives the sender its address: the stack has none to lose", async () => {
      let outputs: Record<string, unknown> = {};
      const exchange = { addresses: kept.slice(0, 1) };
      const onOutputs = (found: object) => (outputs = { ...found });
      const registrations = await build("sender", { root: own.pem, change, exchange, onOutputs });
      ofType(registrations, "aws:ec2/eip:Eip", 0);
      const [gateway] = ofType(registrations, "aws:ec2/natGateway:NatGateway", 1);
      assert.equal(gateway?.inputs.allocationId, allocations[0]);
      assert.deepEqual((outputs.contract as { egressAddresses: string[] }).egressAddresses, publicIps.slice(0, 1));
      // The name by which the peers know this side.
      assert.equal((outputs.pki as { stack: string }).stack, exchangeStack);
    });

    const zones = (...list: string[]) => ({ "metrics-link:network": { cidr: "10.20.0.0/16", zones: list } });
    const both = zones("eu-west-1a", "eu-west-1b");
    for (const [what, network, count] of [
      ["one zone, also of an exchange that has two addresses", zones("eu-west-1a"), 1],
      ["two zones", both, 2],
    ] as const) {
      it(`gives the receiver its addresses in ${what}`, async () => {
        let outputs: Record<string, unknown> = {};
        const onOutputs = (found: object) => (outputs = { ...found });
        const registrations = await build("receiver", {
          root: own.pem,
          change: { ...change, ...network },
          exchange: { addresses: kept },
          onOutputs,
        });
        ofType(registrations, "aws:ec2/eip:Eip", 0);
        const [balancer] = ofType(registrations, "aws:lb/loadBalancer:LoadBalancer", 1);
        assert.deepEqual(
          balancer?.inputs.subnetMappings.map((one: { allocationId: string }) => one.allocationId),
          allocations.slice(0, count),
        );
        assert.equal(balancer?.inputs.enableCrossZoneLoadBalancing, count === 2);
        const { endpointAddresses } = outputs.contract as { endpointAddresses: string[] };
        assert.deepEqual(endpointAddresses, publicIps.slice(0, count));
      });
    }

    for (const [what, exchange] of [
      ["was not updated", {}],
      ["has too few addresses", { addresses: kept.slice(0, 1) }],
      ["has something else", { addresses: [{ allocationId: "x", address: "10.0.0.1" }, kept[0]] }],
    ] as const) {
      it(`refuses, before any resource, an exchange that ${what}`, async () => {
        const seen: Registration[] = [];
        await assert.rejects(
          build("receiver", { root: own.pem, change: { ...change, ...both }, exchange, seen }),
          /EXCHANGE_NOT_READY: .*own-exchange.* run `pulumi up -s own-exchange` first/,
        );
        assert.deepEqual(seen, []);
      });
    }
  });
});
