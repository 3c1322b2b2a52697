import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { patchesOf, patchMetrics } from "@metrics-link/host/agent/patching.ts";
import { parseRelease } from "@metrics-link/release";
import { soundRelease } from "./fake-host.ts";

describe("agent: the age of what runs", () => {
  let root: string;
  const installed = (name: string, at: number) => {
    const file = join(root, "var/lib/dpkg/info", `${name}.list`);
    writeFileSync(file, "");
    utimesSync(file, at, at);
  };
  const paragraph = (name: string, version: string) =>
    `Package: ${name}\nStatus: install ok installed\nVersion: ${version}\n`;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "patching-"));
    mkdirSync(join(root, "var/lib/dpkg/info"), { recursive: true });
    writeFileSync(join(root, "var/lib/dpkg/status"), `${paragraph("apt", "3.0.3")}\n${paragraph("zlib1g", "1:1.3")}`);
    installed("apt", 1_760_000_000);
    installed("zlib1g:amd64", 1_750_000_000);
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it("is that of the image's newest package, whenever the management agent was installed", async () => {
    installed("amazon-ssm-agent", 1_795_000_000);
    assert.deepEqual(await patchesOf(root), { image: 1_760_000_000, managementAgent: undefined });
  });

  it("is unknown without dpkg's database, and has no series then", async () => {
    rmSync(join(root, "var/lib/dpkg"), { recursive: true });
    const patches = await patchesOf(root);
    assert.deepEqual(patches, {});
    assert.deepEqual(patchMetrics(patches, undefined).join(""), "");
  });

  const pinnedOn = "2026-11-22";
  const release = (version: string) => {
    const sound = soundRelease();
    return parseRelease({
      ...sound,
      tools: sound.tools.map((tool) => ({ ...tool, pinnedOn })),
      managementAgent: { name: "amazon-ssm-agent", version, pinnedOn },
    });
  };

  for (const [version, matches] of [
    ["3.3.4624.0-1", 1],
    ["3.3.4624.0", 1],
    ["3.3.4624.01-1", 0],
    ["3.3.1-1", 0],
  ] as const) {
    it(`${matches === 1 ? "accepts" : "shows"} an installed management agent ${version}`, async () => {
      const file = join(root, "var/lib/dpkg/status");
      writeFileSync(file, `${paragraph("apt", "3.0.3")}\n${paragraph("amazon-ssm-agent", version)}`);
      const page = patchMetrics(await patchesOf(root), release("3.3.4624.0")).join("");
      const labels = `installed="${version}",wanted="3.3.4624.0"`;
      assert.ok(page.includes(`\nmetrics_link_management_agent_matches{${labels}} ${matches}\n`), page);
      assert.match(page, /^metrics_link_tool_pinned_timestamp_seconds\{tool="node",version="[^"]+"\} 1795305600$/m);
      assert.match(page, /^metrics_link_tool_pinned_timestamp_seconds\{tool="amazon-ssm-agent",.*\} 1795305600$/m);
    });
  }

  it("shows a management agent that is not there", async () => {
    const page = patchMetrics(await patchesOf(root), release("3.3.4624.0")).join("");
    assert.match(page, /^metrics_link_management_agent_matches\{installed="none",wanted="3\.3\.4624\.0"\} 0$/m);
  });
});
