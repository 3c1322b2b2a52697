import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pluginsOf, toolProblems } from "../../../scripts/preflight/machine.ts";
import manifest from "../../../stacks/package.json" with { type: "json" };
import pins from "../../../tools.json" with { type: "json" };
import { example } from "./support/ready.ts";

const hashes = { aws: "a1".repeat(32), command: "c0".repeat(32), tls: "75".repeat(32) };

describe("what a preflight sees of this machine", () => {
  let cache = "";
  beforeEach(() => {
    cache = mkdtempSync(join(tmpdir(), "metrics-link-machine-"));
  });
  afterEach(() => rmSync(cache, { recursive: true }));

  const put = (file: string, text = "#!/bin/sh\n") => {
    mkdirSync(dirname(join(cache, file)), { recursive: true });
    writeFileSync(join(cache, file), text, { mode: 0o755 });
    return join(cache, file);
  };

  /** A cache after a set-up for deployments, whose record of `tls` is otherwise in something. */
  function setUp(tls: Readonly<Record<string, unknown>> = {}): void {
    const plugins = Object.fromEntries(
      (["aws", "command", "tls"] as const).map((name) => {
        const path = join(cache, "pulumi-plugins", `pulumi-resource-${name}`);
        mkdirSync(dirname(path), { recursive: true });
        symlinkSync(put(`tools/pulumi-${name}/pulumi-resource-${name}`), path);
        const version = manifest.dependencies[`@pulumi/${name}`];
        const made = { version, source: "official", sha256: hashes[name], path };
        return [name, name === "tls" ? { ...made, ...tls } : made];
      }),
    );
    put("deployment.json", JSON.stringify({ plugins }));
  }

  const tls = (path: string) => pluginsOf(path, cache, hashes).find(({ name }) => name === "tls");

  it("finds no plugin where there is none", () => {
    const found = pluginsOf("/nowhere", cache, hashes);
    assert.deepEqual(
      found.map(({ name, version, path, pinned }) => [name, version, path, pinned]),
      Object.entries(pins.pulumiPlugins)
        .map(([name, { version }]) => [name, version, undefined, false])
        .toSorted(),
    );
  });

  it("finds those that the set-up compared with their pins", () => {
    setUp();
    const found = pluginsOf(join(cache, "pulumi-plugins"), cache, hashes);
    assert.deepEqual(
      found.map(({ name, pinned }) => [name, pinned]),
      ["aws", "command", "tls"].map((name) => [name, true]),
    );
  });

  it("believes none while tools.json has no hash", () => {
    setUp();
    const found = pluginsOf(join(cache, "pulumi-plugins"), cache, { aws: null, command: null, tls: null });
    for (const { name, pinned } of found) assert.equal(pinned, false, name);
  });

  it("knows the sandbox's own plugins for what they are, whatever they are called", () => {
    const bin = join(process.cwd(), "packages/sandbox/plugins/bin");
    setUp();
    const found = pluginsOf(`${bin}:${join(cache, "pulumi-plugins")}`, cache, hashes);
    for (const { path, pinned } of found) assert.deepEqual([dirname(path ?? ""), pinned], [bin, false]);
  });

  it("does not believe a plugin in the set-up's folder whose record says another version or hash", () => {
    for (const [other, record] of Object.entries({
      version: { version: "5.0.0" },
      hash: { sha256: "ab".repeat(32) },
    })) {
      rmSync(cache, { recursive: true });
      setUp(record);
      assert.equal(tls(join(cache, "pulumi-plugins"))?.pinned, false, other);
    }
  });

  it("does not believe another file under the name of a plugin of the set-up", () => {
    setUp();
    const stranger = dirname(put("elsewhere/pulumi-resource-tls"));
    assert.equal(tls(`${stranger}:${join(cache, "pulumi-plugins")}`)?.pinned, false);
  });

  it("names every tool that is not there for the host", () => {
    const problems = toolProblems(example("sender"), cache);
    for (const name of ["amazon-ssm-agent", "envoy", "node", "node_exporter", "prometheus"]) {
      assert.ok(problems.includes(`${name} is not there`), problems.join("\n"));
    }
  });

  it("takes no tool of another processor for a host of arm64", () => {
    const hashes = { sha256: "ab".repeat(32), size: 1, source: "official", executables: {} };
    const tool = { name: "envoy", version: pins.tools.envoy.version, file: "envoy.bin", ...hashes };
    put("artifacts/index.json", JSON.stringify([{ ...tool, platform: "linux-amd64" }]));
    const arm = example("sender", [], (text) =>
      text.replace("    instanceType: t3.small", "    instanceType: t4g.small\n    architecture: arm64"),
    );
    assert.ok(toolProblems(arm, cache).includes("envoy is not there"));
  });

  it("names a tool that is not the upstream's own", () => {
    const envoy = { name: "envoy", version: pins.tools.envoy.version, platform: "linux-amd64", file: "envoy.tar.gz" };
    const made = { ...envoy, sha256: "ab".repeat(32), size: 1, source: "registry", executables: { envoy: "envoy" } };
    put("artifacts/index.json", JSON.stringify([made]));
    const problems = toolProblems(example("sender"), cache).filter((one) => one.startsWith("envoy"));
    assert.equal(problems.length, 1);
    assert.match(problems[0] ?? "", /known official hash|official download/);
  });
});
