import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fillHash, loadPins, parsePins, pinsFile } from "../../../scripts/toolchain/pins.mjs";
import { lockFiles } from "../../../scripts/toolchain/registry.mjs";

const hash = "ab".repeat(32);

describe("pins", () => {
  const pins = loadPins();
  const entries = Object.entries({ ...pins.tools, ...pins.pulumiPlugins });

  for (const [name, pin] of entries) {
    it(`${name}: has the address and checksums of the pinned version`, () => {
      for (const url of [pin.officialUrl, pin.checksumsUrl]) {
        if (url) assert.ok(url.startsWith("https://") && url.includes(pin.version), url);
      }
    });
  }

  it("has a registry for each tool except the one that only hosts in AWS run", () => {
    const without = Object.entries(pins.tools).filter(([, tool]) => tool.registry === null);
    assert.deepEqual(
      without.map(([name]) => name),
      ["amazon-ssm-agent"],
    );
  });

  it("has Go modules locked at the versions that tools.json pins", () => {
    for (const { registry } of Object.values(pins.tools)) {
      if (registry?.kind !== "go") continue;
      const [goMod = "", goSum = ""] = lockFiles(registry).map((file) => readFileSync(file, "utf8"));
      assert.ok(goMod.includes(`${registry.module} ${registry.version}`), registry.module);
      assert.ok(goSum.includes(`${registry.module} ${registry.version} h1:`), registry.module);
    }
  });

  it("has moto's requirements locked at the version that tools.json pins", () => {
    const [requirements = ""] = lockFiles(pins.tools.moto?.registry ?? null).map((file) => readFileSync(file, "utf8"));
    assert.match(requirements, new RegExp(`^moto==${pins.tools.moto?.version} \\\\$`, "m"));
  });

  it("refuses a value that is no hash, and names it", () => {
    const text = readFileSync(pinsFile, "utf8").replace('"officialSha256": null', '"officialSha256": "latest"');
    assert.throws(() => parsePins(text), /officialSha256 of node is "latest".*npm run pin/);
  });

  it("sets one hash and keeps every other character", () => {
    const text = readFileSync(pinsFile, "utf8");
    const url = entries.find(([name]) => name === "tls")?.[1].officialUrl ?? "";
    const unknown = text.replace(/"officialSha256": "[0-9a-f]{64}"/g, '"officialSha256": null');
    const filled = fillHash(unknown, url, hash);
    assert.equal(parsePins(filled).pulumiPlugins.tls?.officialSha256, hash);
    assert.equal(filled.replace(`"${hash}"`, "null"), unknown);
    assert.throws(() => fillHash(filled, url, hash), /no unknown hash after https:.*tls/);
  });
});
