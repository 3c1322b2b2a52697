import assert from "node:assert/strict";
import { encodedFiles } from "@metrics-link/envoy/render/publish.ts";
import { failureOf } from "@metrics-link/host/agent/probes.ts";
import type { Run } from "@metrics-link/host/agent/run.ts";
import { receiverOfOne } from "../../envoy/support/examples.ts";
import { certificates } from "../../policy/support/certificates.ts";

const rendering = receiverOfOne();
const files = encodedFiles(rendering, { certificateChain: "", rootBundles: { a: certificates.sender.root } });

/** Envoy's `/config_dump` when it runs this. */
function dump({ listeners, refusal }: { listeners: readonly object[]; refusal?: string }): string {
  const { node: _, static_resources: resources, ...bootstrap } = rendering.bootstrap;
  return JSON.stringify({
    configs: [
      { bootstrap },
      { static_clusters: resources.clusters.map((cluster) => ({ cluster })) },
      {
        static_listeners: resources.listeners.map((listener) => ({ listener })),
        dynamic_listeners: [
          ...listeners.map((listener) => ({ active_state: { listener } })),
          ...(refusal === undefined ? [] : [{ error_state: { details: refusal } }]),
        ],
      },
    ],
  });
}

const failure = (body: string) =>
  failureOf({ release: { files }, effects: { ask: async () => ({ status: 200, body }) } } as unknown as Run, {
    kind: "envoyRuns",
    unit: "metrics-link-envoy.service",
    bootstrap: "envoy/bootstrap.json",
  });
const ingest = rendering.ingest?.resources ?? [];

type Holder = Record<string, unknown>;

/** Every value within the resources of a dump, however deep, with what holds it. */
function* valuesIn(configs: unknown): Generator<{ holder: Holder; key: string; path: string }> {
  const within = function* (holder: Holder, path: string): Generator<{ holder: Holder; key: string; path: string }> {
    for (const [key, value] of Object.entries(holder)) {
      yield { holder, key, path: `${path}.${key}` };
      if (typeof value === "object" && value !== null) yield* within(value as Holder, `${path}.${key}`);
    }
  };
  const [{ bootstrap }, { static_clusters: clusters }, { static_listeners: fixed, dynamic_listeners: dynamic }] =
    configs as [Holder, { static_clusters: Holder[] }, { static_listeners: Holder[]; dynamic_listeners: Holder[] }];
  yield* within(bootstrap as Holder, "bootstrap");
  for (const { cluster } of clusters) yield* within(cluster as Holder, "cluster");
  for (const { listener } of fixed) yield* within(listener as Holder, "listener");
  for (const { active_state } of dynamic) {
    yield* within((active_state as { listener: Holder }).listener, "listener");
  }
}

describe("agent: whether Envoy runs what the release says", () => {
  it("passes when every field is the same", async () => {
    assert.equal(await failure(dump({ listeners: ingest })), undefined);
  });

  it("passes whatever the order in which Envoy tells its clusters", async () => {
    const { clusters } = rendering.bootstrap.static_resources;
    assert.ok(clusters.length > 1);
    const told = JSON.parse(dump({ listeners: ingest }));
    told.configs[1].static_clusters.reverse();
    assert.equal(await failure(JSON.stringify(told)), undefined);
  });

  it("fails for each value that is another, each that is gone, and each that is there as well", async () => {
    const whole = JSON.parse(dump({ listeners: ingest }));
    const unseen: string[] = [];
    const tried = async (where: string) => {
      if ((await failure(JSON.stringify(whole))) === undefined) unseen.push(where);
    };
    for (const { holder, key, path } of valuesIn(whole.configs)) {
      const value = holder[key];
      holder[key] = "another";
      await tried(`${path} is another`);
      delete holder[key];
      if (!Array.isArray(holder)) await tried(`${path} is gone`);
      holder[key] = value;
      const more = `${key} again`;
      if (Array.isArray(holder)) continue;
      holder[more] = value;
      await tried(`${path} is there twice`);
      delete holder[more];
    }
    assert.equal(await failure(JSON.stringify(whole)), undefined);
    // What protobuf's JSON leaves out as a default, and the type of a listener, which the file has nowhere else either.
    const fine =
      /(cluster\.(type|lb_policy)|forward_client_cert_details|merge_slashes|comparison\.op|listener\.@type) is gone$/;
    const others = unseen.filter((one) => !fine.test(one) && one !== "listener.@type is another");
    assert.deepEqual(others, []);
  });

  it("fails for a chain that runs twice", async () => {
    const [listener] = ingest;
    const [chain] = listener?.filter_chains ?? [];
    const twice = { ...listener, filter_chains: [...(listener?.filter_chains ?? []), chain] };
    assert.equal(await failure(dump({ listeners: [twice] })), "listener ingest, filter chain a runs twice");
  });

  it("fails after a start with a listener file that Envoy refused, and says why it did", async () => {
    assert.equal(
      await failure(dump({ listeners: [], refusal: "no such field: maximum" })),
      "listener ingest is in the release and does not run. Envoy refused an update: no such field: maximum",
    );
  });

  it("fails while an earlier sender still has a chain, and escapes what Envoy says", async () => {
    const [listener] = ingest;
    const more = { ...listener, filter_chains: [...(listener?.filter_chains ?? []), { name: "gone" }] };
    assert.equal(
      await failure(dump({ listeners: [more], refusal: "\u001b[2Jred" })),
      "listener ingest, filter chain gone runs and is not in the release. Envoy refused an update: \\u{1b}[2Jred",
    );
  });

  it("fails when Envoy does not answer with its configuration", async () => {
    assert.match((await failure("not JSON")) ?? "", /^Envoy's \/config_dump is not/);
  });
});
