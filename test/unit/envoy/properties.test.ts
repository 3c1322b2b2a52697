import assert from "node:assert/strict";
import {
  type Bootstrap,
  envoyFlags,
  escapeRe2,
  type Rendering,
  renderReceiver,
  renderSender,
} from "@metrics-link/envoy";
import { find, inOnePiece, readFiles, twinOf } from "@metrics-link/envoy/read/index.ts";
import type { Extension } from "@metrics-link/envoy/render/messages.ts";
import fc from "fast-check";
import { lookupOf } from "./support/lookup-of.ts";

const label = fc.stringMatching(/^[a-z]([a-z0-9-]{0,8}[a-z0-9])?$/);
const dnsName = fc.array(label, { minLength: 2, maxLength: 4 }).map((labels) => labels.join("."));
const address = fc.ipV4();

/** Senders with different names and addresses, as the contract makes sure of. */
const senders = fc
  .uniqueArray(address, { minLength: 1, maxLength: 8 })
  .chain((addresses) =>
    fc.record({
      names: fc.uniqueArray(
        label.filter((name) => name !== "elsewhere"),
        { minLength: addresses.length, maxLength: addresses.length },
      ),
      dnsNames: fc.array(dnsName, { minLength: addresses.length, maxLength: addresses.length }),
      addresses: fc.constant(addresses),
    }),
  )
  .map(({ names, dnsNames, addresses }) =>
    names.flatMap((name, index) => {
      const [dns, from] = [dnsNames[index], addresses[index]];
      return dns === undefined || from === undefined ? [] : [{ name, dnsName: dns, addresses: [from] }];
    }),
  );

const ingestOf = ({ ingest }: Rendering) => ingest?.resources[0]?.filter_chains ?? [];

const wrong = (rendering: Rendering) => find(readFiles(lookupOf(rendering)), {});

/** What Envoy runs, as if it stood in one file like its twin. */
const whole = (rendering: Rendering) => {
  const { dynamic_resources: _, ...rest } = inOnePiece(lookupOf(rendering));
  return rest;
};

describe("for any set of senders, the receiver's Envoy", () => {
  it("has one chain per sender, which shares no address with another chain", () => {
    fc.assert(
      fc.property(senders, (all) => {
        const chains = ingestOf(renderReceiver({ nodeId: "r", senders: all }));
        const ranges = chains.flatMap((chain) => chain.filter_chain_match?.source_prefix_ranges ?? []);
        assert.deepEqual(
          ranges.map((range) => range.address_prefix),
          all.flatMap(({ addresses }) => addresses),
        );
        assert.ok(ranges.every((range) => range.prefix_len === 32));
        assert.equal(new Set(ranges.map((range) => range.address_prefix)).size, ranges.length);
      }),
    );
  });

  it("trusts each sender's root in that sender's chain and in no other forwarding chain", () => {
    fc.assert(
      fc.property(senders, (all) => {
        const chains = ingestOf(renderReceiver({ nodeId: "r", senders: all }));
        const roots = chains
          .filter((chain) => chain.filter_chain_match !== undefined)
          .map(
            (chain) =>
              chain.transport_socket?.typed_config.common_tls_context.combined_validation_context
                ?.validation_context_sds_secret_config.name,
          );
        assert.deepEqual(
          roots,
          all.map(({ name }) => `trusted-ca-${name}`),
        );
      }),
    );
  });

  it("has a chain for unknown source addresses only if there is a single root", () => {
    fc.assert(
      fc.property(senders, (all) => {
        const open = ingestOf(renderReceiver({ nodeId: "r", senders: all })).filter(
          (chain) => chain.filter_chain_match === undefined,
        );
        assert.equal(open.length, all.length === 1 ? 1 : 0);
      }),
    );
  });

  it("counts every outside connection against its sender's share, and the shares add up to the total limit", () => {
    fc.assert(
      fc.property(senders, fc.integer({ min: 1, max: 64 }), (all, connectionsPerSender) => {
        const rendering = renderReceiver({ nodeId: "r", senders: all, limits: { connectionsPerSender } });
        const { bootstrap } = rendering;
        const [ready] = bootstrap.static_resources.listeners;
        const shares = [rendering.ingest?.resources[0], ready].map((listener) => {
          assert.ok(listener && !("listener_filters" in listener) && !listener.ignore_global_conn_limit);
          return listener.filter_chains.map(({ filters: [first] }) => shareOf(first));
        });
        const names = shares.flat().map(({ stat_prefix }) => stat_prefix);
        assert.equal(new Set(names).size, names.length);
        const sum = shares.flat().reduce((total, { max_connections }) => total + max_connections, 0);
        assert.ok(mostConnections(bootstrap) >= sum + workers, `${mostConnections(bootstrap)} for shares of ${sum}`);
      }),
    );
  });

  it("passes every rule", () => {
    fc.assert(
      fc.property(senders, (all) => {
        assert.deepEqual(wrong(renderReceiver({ nodeId: "r", senders: all })), []);
      }),
    );
  });

  it("differs from its static twin only in the source of certificates", () => {
    fc.assert(
      fc.property(senders, (all) => {
        const rendering = renderReceiver({ nodeId: "r", senders: all });
        assert.deepEqual(withoutMaterial(whole(rendering)), withoutMaterial(twinOf(lookupOf(rendering))));
      }),
    );
  });
});

describe("for any receiver, the sender's Envoy", () => {
  it("passes every rule, and equals its twin", () => {
    fc.assert(
      fc.property(dnsName, fc.uniqueArray(address, { minLength: 1, maxLength: 4 }), (name, addresses) => {
        const rendering = renderSender({ nodeId: "s", receiver: { name: "b", dnsName: name, addresses } });
        assert.deepEqual(wrong(rendering), []);
        assert.deepEqual(withoutMaterial(whole(rendering)), withoutMaterial(twinOf(lookupOf(rendering))));
      }),
    );
  });
});

describe("the regular expression for one DNS name", () => {
  it("matches that name and no other string", () => {
    fc.assert(
      fc.property(dnsName, fc.oneof(dnsName, fc.string()), (name, other) => {
        const whole = new RegExp(`^(?:${escapeRe2(name)})$`);
        assert.ok(whole.test(name));
        assert.equal(whole.test(other), other === name);
      }),
    );
  });

  it("does not match a name with one character changed, nor a wildcard", () => {
    fc.assert(
      fc.property(dnsName, fc.nat(), fc.constantFrom(..."abz09-.*"), (name, at, character) => {
        const index = at % name.length;
        const near = name.slice(0, index) + character + name.slice(index + 1);
        const whole = new RegExp(`^(?:${escapeRe2(name)})$`);
        assert.equal(whole.test(near), near === name);
        assert.ok(!whole.test(`*.${name.split(".").slice(1).join(".")}`));
      }),
    );
  });
});

/** Each of them may have one connection more in its hands, which it is about to close. */
const workers = Number(envoyFlags("bootstrap.json")[envoyFlags("bootstrap.json").indexOf("--concurrency") + 1]);

interface Share {
  readonly stat_prefix: string;
  readonly max_connections: number;
}

/** What a network filter limits its chain to; it has to be a limit. */
function shareOf(filter: Extension | undefined): Share {
  assert.match(filter?.typed_config["@type"] ?? "", /\.connection_limit\.v3\.ConnectionLimit$/);
  return filter?.typed_config as unknown as Share;
}

/** What Envoy takes as a whole, from everybody. */
function mostConnections({ overload_manager }: Bootstrap): number {
  const monitors = overload_manager.resource_monitors.map(({ typed_config }) => typed_config);
  const found = monitors.find((config) => "max_active_downstream_connections" in config);
  return (found as unknown as { max_active_downstream_connections: number }).max_active_downstream_connections;
}

/** The same with every TLS context reduced to what does not depend on where the material comes from. */
function withoutMaterial(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutMaterial);
  if (typeof value !== "object" || value === null) return value;
  const {
    tls_certificates: _files,
    tls_certificate_sds_secret_configs: _secrets,
    combined_validation_context: combined,
    trusted_ca: _anchor,
    ...rest
  } = value as Record<string, unknown>;
  const context = (combined as { default_validation_context?: unknown } | undefined)?.default_validation_context;
  return Object.fromEntries(
    Object.entries({ ...rest, ...(context === undefined ? {} : { validation_context: context }) }).map(
      ([key, item]) => [key, withoutMaterial(item)],
    ),
  );
}
