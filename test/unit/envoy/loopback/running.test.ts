import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fingerprintsOf } from "@metrics-link/contract";
import { releaseFiles } from "@metrics-link/envoy";
import { asFile, differencesFrom, find, parseJson, readValue } from "@metrics-link/envoy/read/index.ts";
import { runningEnvoy } from "@metrics-link/host/agent/evidence/envoy.ts";
import { ask } from "@metrics-link/host/common/http.ts";
import { Link } from "../support/link.ts";

describe("the configuration that a running Envoy reports", () => {
  let link: Link;
  before(async () => {
    link = await Link.up();
  });
  after(() => link?.down());

  const asked = (side: "sender" | "receiver") =>
    runningEnvoy({ ask: (request) => ask({ ...request, socketPath: link[`${side}Host`].adminSocket }) });
  const fileOf = (side: "sender" | "receiver") =>
    parseJson(readFileSync(join(link[`${side}Host`].current, releaseFiles.bootstrap), "utf8"));

  for (const side of ["sender", "receiver"] as const) {
    it(`equals the file that it was started with, field by field, at the ${side}`, async () => {
      assert.deepEqual(differencesFrom(fileOf(side), await asked(side)), []);
    });

    it(`is known to the schema and passes every rule, at the ${side}`, async () => {
      const found = link[`${side}Host`].published(asFile(await asked(side)));
      assert.deepEqual(find(readValue(found, "running"), { role: side }), []);
    });
  }

  it("has the peer's root and this side's leaf as loaded in memory, and no key", async () => {
    const found = await asked("receiver");
    const byName = Object.fromEntries(found.secrets.map(({ name, fingerprints }) => [name, fingerprints]));
    assert.deepEqual(byName["trusted-ca-a"], fingerprintsOf(link.accountA.root));
    assert.deepEqual(byName.leaf, fingerprintsOf(link.receiverLeaf.certificateChain));
    assert.doesNotMatch(JSON.stringify(found), /PRIVATE KEY|UFJJVkFURSBLRV/);
  });

  it("shows a filter chain, a listener and a route that are not in the file", async () => {
    const file = structuredClone(fileOf("receiver")) as { static_resources: { listeners: Listener[] } };
    const [ingest] = file.static_resources.listeners;
    const [chain] = ingest?.filter_chains.splice(1, 1) ?? [];
    assert.equal(chain?.name, "elsewhere");
    file.static_resources.listeners.splice(1, 1);
    assert.deepEqual(differencesFrom(file, await asked("receiver")), [
      { where: "listener ingest, filter chain elsewhere", message: "runs and is not in the release" },
      { where: "listener ready", message: "runs and is not in the release" },
    ]);
  });

  it("shows a single field that differs from the file", async () => {
    const file = fileOf("receiver");
    const text = JSON.stringify(file).replace('"prefix_len":32', '"prefix_len":24');
    const [found, ...more] = differencesFrom(JSON.parse(text), await asked("receiver"));
    assert.match(found?.where ?? "", /^listener ingest, filter chain a, filter_chain_match, .*prefix_len$/);
    assert.equal(found?.message, "runs with 32, the release says 24");
    assert.deepEqual(more, []);
  });
});

interface Listener {
  readonly filter_chains: { readonly name: string }[];
}
