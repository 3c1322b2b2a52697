import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArtifactIndex, requirePinned, suffixOf } from "@metrics-link/release";
import { acquire } from "../../../scripts/toolchain/acquire.mjs";
import { NotReachable } from "../../../scripts/toolchain/downloads.mjs";
import { layout as layoutOf } from "../../../scripts/toolchain/paths.mjs";
import type { Tool } from "../../../scripts/toolchain/pins.mjs";
import { acquirePlugin } from "../../../scripts/toolchain/plugins.mjs";
import { Processes } from "../../../scripts/toolchain/processes.mjs";

describe("official downloads", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "metrics-link-"));
  const upstream = path.join(folder, "upstream");
  const server = createServer((request, response) => {
    const file = path.join(upstream, path.basename(request.url ?? ""));
    if (existsSync(file)) response.end(readFileSync(file));
    else response.writeHead(404).end();
  });
  let base = "";
  let layout = layoutOf(folder);
  const said: string[] = [];

  before(async () => {
    mkdirSync(path.join(upstream, "tool-1.2.3"), { recursive: true });
    writeFileSync(path.join(upstream, "tool-1.2.3/tool"), "#!/bin/sh\necho tool v1.2.3\n", { mode: 0o755 });
    writeFileSync(path.join(upstream, "tool-1.2.3-raw"), "#!/bin/sh\necho tool v1.2.3\n");
    writeFileSync(path.join(upstream, "agent.deb"), "!<arch>\nof 1.2.3");
    execFileSync("tar", ["-C", upstream, "-czf", path.join(upstream, "tool-1.2.3.tar.gz"), "tool-1.2.3"]);
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    layout = layoutOf(mkdtempSync(path.join(folder, "cache-")));
    said.length = 0;
  });
  after(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  const hashOf = (file: string) => createHash("sha256").update(readFileSync(file)).digest("hex");
  function context() {
    const processes = new Processes();
    const logFile = path.join(layout.cache, "log");
    const run = (command: string[], options = {}) => processes.run(logFile, command, options);
    return { logFile, run, detail: () => {}, say: (line: string) => void said.push(line) };
  }
  function tool(file: string, executable: string, changes: Partial<Tool> = {}): Tool {
    return {
      version: "1.2.3",
      license: "MIT",
      onHosts: true,
      officialUrl: `${base}/${file}`,
      officialSha256: existsSync(path.join(upstream, file)) ? hashOf(path.join(upstream, file)) : "0".repeat(64),
      checksumsUrl: null,
      officialExecutables: { tool: executable },
      registry: null,
      ...changes,
    };
  }

  async function acquired(...args: Parameters<typeof acquire>) {
    const tool = await acquire(...args);
    assert.ok(tool);
    return tool;
  }

  it("are used if their hash is the pinned one, and reach the hosts byte for byte", async () => {
    const pinned = tool("tool-1.2.3.tar.gz", "tool-1.2.3/tool");
    const { source, artifact } = await acquired("tool", pinned, layout, context());
    assert.equal(source, "official");
    assert.equal(artifact?.sha256, hashOf(path.join(upstream, "tool-1.2.3.tar.gz")));
    assert.equal(artifact?.sha256, hashOf(artifact?.file ?? ""));
    assert.deepEqual(artifact?.executables, { tool: "tool-1.2.3/tool" });
    assert.equal(execFileSync(path.join(layout.bin, "tool"), { encoding: "utf8" }), "tool v1.2.3\n");
  });

  it("reach the hosts byte for byte if they are the executable itself, too", async () => {
    const { artifact } = await acquired("tool", tool("tool-1.2.3-raw", "tool"), layout, context());
    assert.ok(artifact);
    assert.deepEqual(artifact.executables, { tool: "tool" });
    assert.equal(artifact.sha256, hashOf(path.join(upstream, "tool-1.2.3-raw")));
    assert.equal(suffixOf(artifact.file), ".bin");
    assert.equal(execFileSync(path.join(layout.bin, "tool"), { encoding: "utf8" }), "tool v1.2.3\n");
  });

  it("stop set-up if their hash differs, and leave nothing usable", async () => {
    const wrong = tool("tool-1.2.3.tar.gz", "tool-1.2.3/tool", { officialSha256: "0".repeat(64) });
    await assert.rejects(acquire("tool", wrong, layout, context()), /has SHA-256 [0-9a-f]{64}, tools\.json pins 0{64}/);
    assert.deepEqual(existsSync(layout.tools) ? readdirSync(layout.tools) : [], []);
    assert.ok(!existsSync(path.join(layout.bin, "tool")));
  });

  it("are not used if their version differs", async () => {
    const other = tool("tool-1.2.3.tar.gz", "tool-1.2.3/tool", { version: "1.2.4" });
    await assert.rejects(acquire("tool", other, layout, context()), /tool says "tool v1\.2\.3", pinned is 1\.2\.4/);
  });

  it("are named if unavailable, and the next source is tried", async () => {
    await assert.rejects(acquire("tool", tool("gone.tar.gz", "tool"), layout, context()), /no source has tool 1\.2\.3/);
    assert.match(said[0] ?? "", /official download not to be had, and nothing else has it: http:.*gone\.tar\.gz/);
  });

  describe("of a Debian package for hosts in AWS only", () => {
    const agent = (changes: Partial<Tool> = {}) => tool("agent.deb", "", { officialExecutables: {}, ...changes });

    it("reach the hosts byte for byte", async () => {
      const found = await acquired("agent", agent(), layout, context());
      const { artifact } = found;
      assert.ok(artifact);
      assert.ok(artifact.file.endsWith(".deb"), artifact.file);
      assert.deepEqual(readFileSync(artifact.file), readFileSync(path.join(upstream, "agent.deb")));
      assert.equal(artifact.sha256, agent().officialSha256);
      assert.equal(artifact.source, "official");
      assert.deepEqual([artifact.executables, found.executables, found.path], [{}, {}, artifact.file]);
      assert.ok(!existsSync(layout.bin));
    });

    it("are entries of the index that a deployment accepts and stores as packages", async () => {
      const { artifact } = await acquired("agent", agent(), layout, context());
      const index = parseArtifactIndex([artifact]);
      requirePinned(index, { agent: agent() }, { acceptUnpinned: false });
      assert.equal(suffixOf(index[0]?.file ?? ""), ".deb");
    });

    it("are fetched again if somebody removed the package", async () => {
      const { artifact } = await acquired("agent", agent(), layout, context());
      rmSync(artifact?.file ?? "");
      const again = await acquired("agent", agent(), layout, context());
      assert.equal(again.artifact?.sha256, agent().officialSha256);
    });

    it("stop set-up if their hash differs", async () => {
      const wrong = agent({ officialSha256: "0".repeat(64) });
      await assert.rejects(acquire("agent", wrong, layout, context()), /tools\.json pins 0{64}/);
    });

    it("are skipped while their hash is unknown", async () => {
      assert.equal(await acquire("agent", agent({ officialSha256: null }), layout, context()), null);
      assert.deepEqual(said, []);
    });

    it("are skipped, and reported, if unavailable", async () => {
      const gone = agent({ officialUrl: `${base}/gone.deb` });
      assert.equal(await acquire("agent", gone, layout, context()), null);
      assert.match(said[0] ?? "", /official download not to be had, and nothing else has it: http:.*gone\.deb/);
    });
  });

  it("put a Pulumi plugin on PATH, and take it away when its pin is no longer to be had", async () => {
    const had = await acquirePlugin("tls", tool("tool-1.2.3.tar.gz", "tool-1.2.3/tool"), layout, context());
    assert.equal(had.source, "official");
    assert.equal(execFileSync(had.path, { encoding: "utf8" }), "tool v1.2.3\n");
    assert.deepEqual(readdirSync(layout.plugins), ["tool"]);
    await assert.rejects(acquirePlugin("tls", tool("gone.tar.gz", "tool-1.2.3/tool"), layout, context()), NotReachable);
    assert.deepEqual(readdirSync(layout.plugins), []);
  });
});
