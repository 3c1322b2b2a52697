import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fingerprintsOf } from "@metrics-link/contract";
import { releaseFiles, toJson } from "@metrics-link/envoy";
import { asFile, differencesFrom, find, readValue } from "@metrics-link/envoy/read/index.ts";
import { changed } from "../support/changed.ts";
import { Link } from "../support/link.ts";

describe("the configuration that a running Envoy reports", () => {
  let link: Link;
  before(async () => {
    link = await Link.up();
  });
  after(() => link?.down());

  const asked = (side: "sender" | "receiver") => link.running(side);
  type Files = Readonly<Record<string, string>>;
  const filesOf = (side: "sender" | "receiver"): Files =>
    Object.fromEntries(
      [releaseFiles.bootstrap, ...(side === "receiver" ? [releaseFiles.ingest] : [])].map((path) => [
        path,
        readFileSync(join(link[`${side}Host`].current, path), "utf8"),
      ]),
    );
  const lookup = (files: Files) => (path: string) => files[path];

  for (const side of ["sender", "receiver"] as const) {
    it(`equals the file that it was started with, field by field, at the ${side}`, async () => {
      assert.deepEqual(differencesFrom(lookup(filesOf(side)), await asked(side)), []);
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

  it("shows a filter chain, a listener and a route that are not in the files", async () => {
    const { [releaseFiles.bootstrap]: bootstrap = "", [releaseFiles.ingest]: ingest = "" } = filesOf("receiver");
    const files = {
      [releaseFiles.bootstrap]: toJson(changed(JSON.parse(bootstrap), "static_resources.listeners.0.name", "another")),
      [releaseFiles.ingest]: toJson(changed(JSON.parse(ingest), "resources.0.filter_chains.1.name", "another")),
    };
    const found = differencesFrom(lookup(files), await asked("receiver"));
    for (const where of ["listener ready", "listener ingest, filter chain elsewhere"])
      assert.deepEqual(
        found.find((one) => one.where === where),
        { where, message: "runs and is not in the release" },
      );
  });

  it("shows that the file has a listener which does not run, as after a start with a bad file", async () => {
    const running = await asked("receiver");
    const listeners = running.listeners.filter((one) => !JSON.stringify(one).includes('"ingest"'));
    assert.deepEqual(differencesFrom(lookup(filesOf("receiver")), { ...running, listeners }), [
      { where: "listener ingest", message: "is in the release and does not run" },
    ]);
  });

  it("shows a single field that differs from the file", async () => {
    const files = filesOf("receiver");
    const ingest = files[releaseFiles.ingest]?.replace('"prefix_len": 32', '"prefix_len": 24') ?? "";
    const [found, ...more] = differencesFrom(
      lookup({ ...files, [releaseFiles.ingest]: ingest }),
      await asked("receiver"),
    );
    assert.match(found?.where ?? "", /^listener ingest, filter chain a, filter_chain_match, .*prefix_len$/);
    assert.equal(found?.message, "runs with 32, the release says 24");
    assert.deepEqual(more, []);
  });
});
