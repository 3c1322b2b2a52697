import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { wantedFor } from "../../../scripts/toolchain/deployment.mjs";
import { downloads, fillHash, fillIntegrity, loadPins, parsePins, pinsFile } from "../../../scripts/toolchain/pins.mjs";
import { lockFiles } from "../../../scripts/toolchain/registry.mjs";

const hash = "ab".repeat(32);

describe("pins", () => {
  const pins = loadPins();
  const entries = Object.entries({ ...pins.tools, ...pins.pulumiPlugins });

  for (const [name, pin] of downloads(pins)) {
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

  it("says of each tool of hosts on which day its version was pinned", () => {
    for (const [name, { onHosts, version, pinned }] of Object.entries(pins.tools)) {
      if (!onHosts) continue;
      assert.equal(
        pinned?.version,
        version,
        `${name}: another version has another day: change pinned.version and pinned.on`,
      );
      assert.match(pinned.on, /^20\d\d-\d\d-\d\d$/);
    }
  });

  it("has the requirements of each Python tool locked at the version that tools.json pins", () => {
    const venvs = Object.entries(pins.tools).filter(([, { registry }]) => registry?.kind === "venv");
    assert.ok(venvs.length > 0);
    for (const [name, { registry, version }] of venvs) {
      const [requirements = ""] = lockFiles(registry).map((file) => readFileSync(file, "utf8"));
      assert.match(requirements, new RegExp(`^${name}==${version} \\\\$`, "m"));
    }
  });

  for (const platform of ["linux-amd64", "linux-arm64", "darwin-arm64", "darwin-amd64"]) {
    it(`has everything that a deployment from ${platform} needs`, () => {
      const wanted = wantedFor(pins, platform);
      assert.deepEqual(wanted?.tools.map(([name]) => name).sort(), ["node", "pnpm", "prometheus", "pulumi"]);
      assert.deepEqual(wanted?.plugins.map(([name]) => name).sort(), ["aws", "command", "tls"]);
      for (const [name, { officialUrl, registry }] of wanted.tools) {
        assert.ok(officialUrl ?? registry, `${name} comes from nowhere`);
      }
      const urls = [...wanted.tools, ...wanted.plugins].flatMap(([, { officialUrl }]) => officialUrl ?? []);
      const [system = "", processor = ""] = platform.split("-");
      const words = new RegExp(`${system}-(${processor}${processor === "amd64" ? "|x64" : ""})`);
      for (const url of urls) assert.match(url.replace(".linux", "-linux").replace(".darwin", "-darwin"), words);
    });
  }

  it("has every tool of hosts for arm64 as well, and only where they are asked for", () => {
    const hostsOf = (arm: boolean, platform: string) =>
      wantedFor(pins, "darwin-arm64", arm)?.hosts.filter(([, , on]) => on === platform) ?? [];
    const namesOf = (hosts: ReturnType<typeof hostsOf>) => hosts.map(([name]) => name);
    assert.deepEqual(namesOf(hostsOf(true, "linux-arm64")), namesOf(hostsOf(true, "linux-amd64")));
    assert.deepEqual(hostsOf(false, "linux-arm64"), []);
    for (const [, { officialUrl }] of hostsOf(true, "linux-arm64")) {
      assert.match(officialUrl ?? "", /^https:.*[-._](linux-|linux_|debian_)?(arm64|aarch_64)/);
    }
  });

  it("has Pulumi's plugins in the versions that the program's packages have", () => {
    const manifest: { dependencies: Record<string, string> } = JSON.parse(readFileSync("stacks/package.json", "utf8"));
    for (const [name, { version }] of Object.entries(pins.pulumiPlugins)) {
      assert.equal(version, manifest.dependencies[`@pulumi/${name}`], name);
    }
  });

  it("sets one npm integrity and keeps every other character", () => {
    const text = readFileSync(pinsFile, "utf8");
    const way = pins.tools.pnpm?.otherPlatforms?.["darwin-arm64"]?.registry;
    assert.ok(way);
    const unknown = text.replace(/"integrity": "sha512-[^"]*"/g, '"integrity": null');
    const filled = fillIntegrity(unknown, way, "sha512-x");
    assert.equal(filled.replace('"sha512-x"', "null"), unknown);
    assert.equal(parsePins(filled).tools.pnpm?.otherPlatforms?.["darwin-arm64"]?.registry?.integrity, "sha512-x");
    assert.throws(() => fillIntegrity(filled, way, "sha512-y"), /no unknown integrity/);
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
