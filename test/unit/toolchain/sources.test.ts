import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { findCommand } from "../../../scripts/toolchain/processes.mjs";
import { saysVersion, sourceOrder } from "../../../scripts/toolchain/sources.mjs";

const tool = {
  onHosts: false,
  onPath: true,
  officialUrl: "https://example.org/tool.tar.gz",
  officialSha256: "0".repeat(64),
  registry: {},
};

describe("order of sources", () => {
  it("is PATH, official download, registry", () => {
    assert.deepEqual(sourceOrder(tool), ["path", "official", "registry"]);
  });

  it("skips a download with an unknown hash", () => {
    assert.deepEqual(sourceOrder({ ...tool, officialSha256: null }), ["path", "registry"]);
  });

  it("never takes a host's tool from PATH", () => {
    assert.deepEqual(sourceOrder({ ...tool, onHosts: true }), ["official", "registry"]);
  });

  it("is empty if no source is usable", () => {
    assert.deepEqual(sourceOrder({ ...tool, onPath: false, officialSha256: null, registry: null }), []);
  });
});

describe("version of a program", () => {
  const right = [
    "v3.255.0\n",
    "prometheus, version 3.255.0 (branch: , revision: unknown)",
    "envoy  version: 9e55/3.255.0/Clean",
  ];
  for (const output of right) it(`is in ${JSON.stringify(output)}`, () => assert.ok(saysVersion(output, "3.255.0")));
  for (const output of ["v3.255.01", "3.255.0-dev", "13.255.0", ""]) {
    it(`is not in ${JSON.stringify(output)}`, () => assert.ok(!saysVersion(output, "3.255.0")));
  }
});

describe("commands on PATH", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "metrics-link-"));
  after(() => rmSync(folder, { recursive: true }));

  it("are executable files outside of excluded folders", () => {
    const file = path.join(folder, "some-tool");
    writeFileSync(file, "#!/bin/sh\n");
    chmodSync(file, 0o644);
    // Root may read everything, but executes only what somebody may execute.
    assert.equal(findCommand("some-tool", { search: folder }), null);
    chmodSync(file, 0o755);
    assert.equal(findCommand("some-tool", { search: `/nowhere:${folder}` }), file);
    assert.equal(findCommand("some-tool", { search: folder, skip: (searched) => searched === folder }), null);
  });
});
