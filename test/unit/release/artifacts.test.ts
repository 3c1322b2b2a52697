import assert from "node:assert/strict";
import {
  type Artifact,
  parseArtifactIndex,
  pinsFor,
  requireForArm,
  requirePinned,
  sha256,
  suffixOf,
} from "@metrics-link/release";
import { describe, it } from "mocha";

const envoy: Artifact = {
  name: "envoy",
  version: "1.40.0",
  platform: "linux-amd64",
  file: "envoy-1.40.0.tar.gz",
  sha256: sha256("upstream's own"),
  size: 10,
  source: "official",
  executables: { envoy: "envoy" },
};
const pins = { envoy: { version: "1.40.0", officialSha256: sha256("upstream's own") } };
const strict = { acceptUnpinned: false };

describe("artifacts", () => {
  it("accepts a tool with the pinned version and hash", () => {
    requirePinned([envoy], pins, strict);
  });

  for (const { what, artifact, pin, fault } of [
    {
      what: "an unknown hash",
      artifact: envoy,
      pin: { version: "1.40.0", officialSha256: null },
      fault: /envoy is null: a known official hash; `npm run pin`/,
    },
    {
      what: "a build from a registry",
      artifact: { ...envoy, source: "registry" as const },
      pin: pins.envoy,
      fault: /envoy is "registry": the official download/,
    },
    {
      what: "another hash",
      artifact: { ...envoy, sha256: sha256("a stranger's") },
      pin: pins.envoy,
      fault: /the pinned hash/,
    },
  ]) {
    it(`refuses ${what}, unless unpinned tools are accepted`, () => {
      assert.throws(() => requirePinned([artifact], { envoy: pin }, strict), fault);
      requirePinned([artifact], { envoy: pin }, { acceptUnpinned: true });
    });
  }

  it("always refuses another version and an unknown tool", () => {
    const accept = { acceptUnpinned: true };
    assert.throws(() => requirePinned([{ ...envoy, version: "1.39.0" }], pins, accept), /version 1.40.0/);
    assert.throws(() => requirePinned([{ ...envoy, name: "nginx" }], pins, accept), /nginx is "1.40.0": a tool of the/);
  });

  it("refuses the day of another version's pin, whatever else is accepted", () => {
    const accept = { acceptUnpinned: true };
    const of = (version: string) => ({ envoy: { ...pins.envoy, pinned: { version, on: "2026-11-22" } } });
    requirePinned([envoy], of("1.40.0"), accept);
    assert.throws(() => requirePinned([envoy], of("1.39.0"), accept), /pinned\.version 1\.40\.0/);
  });

  it("names every problem of an index", () => {
    assert.throws(
      () => parseArtifactIndex([{ ...envoy, sha256: "abc", size: 0 }]),
      /0\.sha256 is "abc"[\s\S]*0\.size is 0/,
    );
  });

  it("determines a file's type by its extension", () => {
    const suffixes = ["node.tar.gz", "node.tgz", "agent.deb", "envoy-1.40.0-linux-x86_64"].map(suffixOf);
    assert.deepEqual(suffixes, [".tar.gz", ".tgz", ".deb", ".bin"]);
  });
});

describe("tools for hosts of arm64", () => {
  const tool = { version: "1.0.0", onHosts: true, officialSha256: "aa".repeat(32) };
  const elsewhere = (officialSha256: string | null) => ({ "linux-arm64": { officialSha256 } });
  const pins = {
    agent: { ...tool, otherPlatforms: elsewhere(null) },
    envoy: { ...tool, otherPlatforms: elsewhere("bb".repeat(32)) },
    node: { ...tool, otherPlatforms: elsewhere(null) },
    pulumi: { ...tool, onHosts: false, otherPlatforms: elsewhere(null) },
  };
  const arm = pinsFor("arm64", pins);

  it("have pins of their own", () => {
    assert.deepEqual(
      Object.entries(arm).map(([name, { officialSha256 }]) => [name, officialSha256]),
      [
        ["agent", null],
        ["envoy", "bb".repeat(32)],
        ["node", null],
      ],
    );
    assert.deepEqual(pinsFor("x86_64", pins), pins);
  });

  it("are refused while one is not there, each with the command that brings it", () => {
    assert.throws(
      () => requireForArm([], arm, ["agent"]),
      /envoy is "b+": .*`npm run setup -- --deploy --arm64` brings it\n.*node is null: .*linux-arm64: `npm run pin`/,
    );
    const there = (name: string): Artifact => ({
      name,
      version: "1.0.0",
      platform: "linux-arm64",
      file: name,
      sha256: "bb".repeat(32),
      size: 1,
      source: "official",
      executables: {},
    });
    requireForArm([there("envoy"), there("node")], arm, ["agent"]);
  });
});
