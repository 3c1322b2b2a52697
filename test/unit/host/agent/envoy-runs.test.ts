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

describe("agent: whether Envoy runs what the release says", () => {
  it("passes when every field is the same", async () => {
    assert.equal(await failure(dump({ listeners: ingest })), undefined);
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
