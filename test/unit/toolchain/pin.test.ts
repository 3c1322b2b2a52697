import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadPins, type Pins } from "../../../scripts/toolchain/pins.mjs";
import { checkout } from "./support/checkout.ts";

describe("npm run pin", () => {
  const folder = mkdtempSync(join(tmpdir(), "metrics-link-pin-"));
  after(() => rmSync(folder, { recursive: true }));

  const { tools, ...rest } = loadPins();
  const { node, "amazon-ssm-agent": agent } = tools;
  assert.ok(node && agent);
  const known = { officialSha256: "0".repeat(64), otherPlatforms: {} };

  function pin(name: string, pinned: Pins["tools"]) {
    const repository = checkout(join(folder, name), { ...rest, tools: pinned, pulumiPlugins: {} });
    return spawnSync("node", ["scripts/pin.mjs"], { cwd: repository, encoding: "utf8" });
  }

  // What comes behind it, as in docs/deploy.md, would not run otherwise.
  it("names what only a person can pin, and ends well", () => {
    const { status, stdout } = pin("by-hand", { node: { ...node, ...known }, "amazon-ssm-agent": agent });
    assert.equal(status, 0, stdout);
    assert.match(stdout, /for a person to pin \(docs\/deploy\.md\):\n {2}- amazon-ssm-agent .* GPG signature/);
  });

  it("fails when a checksum is not to be had", () => {
    const nowhere = { ...node, otherPlatforms: {}, checksumsUrl: "http://127.0.0.1:1/SHASUMS256.txt" };
    const { status, stderr } = pin("nowhere", { node: nowhere });
    assert.equal(status, 1);
    assert.match(stderr, /not pinned, left as null in tools\.json:\n {2}- node /);
  });
});
